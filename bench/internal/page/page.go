// Package page is docs/benchmarks.md, which two commands write parts of.
package page

import "strings"

// Echo is the heading of the section that bench/echo writes, the last one.
const Echo = "Echo"

// SetSection gives text with a section that has the body, in place of the one of that heading, or at
// the end.
func SetSection(text, heading, body string) string {
	before, _, after := cut(text, heading)
	return strings.TrimRight(before, "\n") + "\n\n## " + heading + "\n\n" + strings.TrimSpace(body) + "\n" + after
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
