// Package page is docs/benchmarks.md, which three commands write parts of.
package page

import "strings"

// The headings of sections that commands of their own write: bench/echo, and bench/durable.
const (
	Echo    = "Echo"
	Durable = "Durable programs"
)

// SetSection gives text with a section that has the body, in place of the one of that heading, or at
// the end.
func SetSection(text, heading, body string) string {
	before, _, after := cut(text, heading)
	return strings.TrimRight(before, "\n") + "\n\n## " + heading + "\n\n" + strings.TrimSpace(body) + "\n" + after
}

// KeepOwn gives text with the sections that an old one has of commands of their own.
func KeepOwn(text, old string) string {
	for _, heading := range []string{Echo, Durable} {
		if body := Section(old, heading); body != "" {
			text = SetSection(text, heading, body)
		}
	}
	return text
}

// Section is the body of a section, nothing if there is none.
func Section(text, heading string) string {
	_, body, _ := cut(text, heading)
	return strings.TrimSpace(body)
}

// cut gives what is before a section, in it, and after it.
func cut(text, heading string) (before, body, after string) {
	before, body, ok := strings.Cut(text, "\n## "+heading+"\n")
	if !ok {
		return text, "", ""
	}
	if end := strings.Index(body, "\n## "); end >= 0 {
		body, after = body[:end], body[end:]
	}
	return before, body, after
}
