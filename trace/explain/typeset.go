package explain

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// styled is text of which each character has a style.
type styled []glyph

type glyph struct {
	char  rune
	style style
}

// style is how a character looks: plain, faint, or in the color of a task.
type style int

const (
	plain style = -1 - iota
	faint
	strong
)

// inColor is the style of a task, plain for none.
func inColor(task int) style {
	if task < 0 {
		return plain
	}
	return style(task % len(colors))
}

// colors are those of tasks, as the page has them, in the palette of 256 colors: each can be
// read on black and on white.
var colors = [...]int{32, 166, 134, 30, 162, 100, 160, 67}

func (s style) code() string {
	switch s {
	case plain:
		return ""
	case faint:
		return "\x1b[2m"
	case strong:
		return "\x1b[1m"
	}
	return fmt.Sprintf("\x1b[1;38;5;%dm", colors[s])
}

// inASCII is what stands for what we write where there is only ASCII.
var inASCII = map[rune]string{
	'’': "'", '…': "~", '│': "|", '─': "-", '┄': "~", '░': ".", '█': "#", '●': "o", '✓': "+", '✗': "x",
}

// unbroken is a space at which no line ends.
const unbroken = '\u00a0'

func plainly(text string) styled { return in(plain, text) }

func in(s style, text string) styled {
	glyphs := make(styled, 0, len(text))
	for _, r := range text {
		glyphs = append(glyphs, glyph{r, s})
	}
	return glyphs
}

func (t styled) String() string {
	var b strings.Builder
	for _, g := range t {
		b.WriteRune(g.char)
	}
	return b.String()
}

// typeset is a sentence, in which code stands in backquotes.
func (s *Story) typeset(parts []Part) styled {
	var t styled
	for _, p := range parts {
		style := plain
		if p.Then {
			style = faint
		}
		switch {
		case p.Task != nil:
			t = append(t, in(inColor(*p.Task), printable(s.name(*p.Task)))...)
		case p.Code != "":
			t = append(t, in(style, "`"+printable(p.Code)+"`")...)
		default:
			t = append(t, in(style, printable(p.Text))...)
		}
	}
	return t
}

// printable is a text that does nothing to a terminal: what is no character to be seen is
// written as Go does.
func printable(s string) string {
	if !strings.ContainsFunc(s, isHidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if isHidden(r) {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isHidden(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }

// wrap breaks a text into lines of up to width columns, of zero or less into one. From the
// second on they have an indent. A number and its unit stay together; a word that is wider
// than a line has is broken.
func wrap(text styled, width, indent int) []styled {
	if width <= 0 {
		return []styled{text}
	}
	indent = max(min(indent, width/2), 0)
	var lines []styled
	line := styled{}
	for begin := 0; begin < len(text); {
		end := wordEnd(text, begin)
		word := text[begin:end]
		if len(line)+len(word) > width && !isBlank(line) {
			lines = append(lines, line)
			line = plainly(strings.Repeat(" ", indent))
		}
		for len(line)+len(word) > width {
			room := max(width-len(line), 1) // the indent may leave none
			lines = append(lines, append(line, word[:room]...))
			word = word[room:]
			line = plainly(strings.Repeat(" ", indent))
		}
		line = append(line, word...)
		begin = end
		if begin < len(text) { // at the space behind the word
			line = append(line, text[begin])
			begin++
		}
	}
	return append(lines, line)
}

// wordEnd is where the word ends that begins at i: at a space, or at the end of the text.
func wordEnd(text styled, i int) int {
	for i < len(text) && (text[i].char != ' ' || isUnit(text, i)) {
		i++
	}
	return i
}

// isUnit reports whether the space at i is that between a number and the s of seconds.
func isUnit(text styled, i int) bool {
	return i > 0 && unicode.IsDigit(text[i-1].char) && i+1 < len(text) && text[i+1].char == 's' &&
		(i+2 == len(text) || !unicode.IsLetter(text[i+2].char))
}

func isBlank(line styled) bool {
	for _, g := range line {
		if g.char != ' ' {
			return false
		}
	}
	return true
}
