package explain

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// says is a sentence that is being made.
type says struct {
	parts []Part
	then  bool // what comes now follows from what was said before
}

func (s *says) text(format string, args ...any) *says {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	return s.add(Part{Text: text})
}

func (s *says) code(text string) *says { return s.add(Part{Code: text}) }
func (s *says) task(i int) *says       { return s.add(Part{Task: &i}) }
func (s *says) other(i int) *says      { return s.add(Part{Task: &i, Outline: true}) }

// add adds a part. Texts that follow each other become one.
func (s *says) add(p Part) *says {
	p.Then = p.Then || s.then
	last := len(s.parts) - 1
	if p.Text != "" && last >= 0 && strings.HasSuffix(s.parts[last].Text, ". ") {
		p.Text = upper(p.Text)
	}
	if p.Text != "" && last >= 0 && s.parts[last].Text != "" && s.parts[last].Then == p.Then {
		s.parts[last].Text += p.Text
		return s
	}
	if p.Text != "" || p.Task != nil || p.Code != "" {
		s.parts = append(s.parts, p)
	}
	return s
}

// following marks what comes now as what follows from what was said.
func (s *says) following() *says {
	s.then = true
	return s
}

// all adds parts that were made elsewhere.
func (s *says) all(parts []Part) *says {
	for _, p := range parts {
		s.add(p)
	}
	return s
}

// Of a list with more than maxListed things only some are named.
const maxListed, listed = 10, 6

// some says the things, with commas and an and, or where they are many how many more there
// are than it says.
func (s *says) some(n int, each func(i int)) *says {
	named := n
	if n > maxListed {
		named = listed
	}
	for i := range named {
		switch {
		case i == 0:
		case i == n-1:
			s.text(" and ")
		default:
			s.text(", ")
		}
		each(i)
	}
	if named < n {
		s.text(" and %d more", n-named)
	}
	return s
}

// capital begins the sentence with a capital letter, if it begins with a text.
func capital(parts []Part) []Part {
	if len(parts) > 0 && parts[0].Text != "" {
		parts[0].Text = upper(parts[0].Text)
	}
	return parts
}

func upper(s string) string {
	if strings.HasPrefix(s, "as_completed") {
		return s
	}
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
