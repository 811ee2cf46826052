package program

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads JSON from left to right, asked at each point for what the caller expects there. encoding/json
// would need several times the time of running the program that it decodes.
//
// The first error sticks: from then on every method returns at once with a zero value, so that callers check once,
// at the end. The loops over open and more end as well.
type scanner struct {
	data  []byte
	pos   int
	depth int
	err   error
}

// maxDepth bounds how deep objects and arrays may nest. CPython's own limit on recursion lies below what a program
// of this depth needs to run.
const maxDepth = 1000

// failf keeps the first error, with where it is.
func (s *scanner) failf(format string, args ...any) {
	s.denyf("column %d: %s", s.pos+1, fmt.Sprintf(format, args...))
}

// denyf keeps the first error, when it is about what was read earlier.
func (s *scanner) denyf(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// peek skips white space and returns the next byte, or 0 at the end and after an error. It is small enough to be
// inlined: there is hardly ever white space to skip.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] > ' ' && s.err == nil {
		return s.data[s.pos]
	}
	return s.peekSlow()
}

func (s *scanner) peekSlow() byte {
	if s.err != nil {
		return 0
	}
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// found names what stands at the current position, for error messages.
func (s *scanner) found() string {
	c := s.peek()
	switch {
	case s.pos >= len(s.data):
		return "the end"
	case c == '{':
		return "an object"
	case c == '[':
		return "an array"
	case c == '"':
		return "a string"
	case c == '-' || c >= '0' && c <= '9':
		return "a number"
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
			return word
		}
	}
	r, _ := utf8.DecodeRune(s.data[s.pos:])
	return strconv.QuoteRune(r)
}

// open enters an object or array; bracket is '{' or '['.
func (s *scanner) open(bracket byte) {
	if s.peek() != bracket {
		want := "an object"
		if bracket == '[' {
			want = "an array"
		}
		s.failf("%s wanted, not %s", want, s.found())
		return
	}
	if s.depth++; s.depth > maxDepth {
		s.failf("nested too deep: more than %d levels", maxDepth)
		return
	}
	s.pos++
}

// more reports whether another member follows in an object or array that ends with bracket, and leaves it otherwise.
// first says that no member has been read yet.
func (s *scanner) more(bracket byte, first bool) bool {
	c := s.peek()
	switch {
	case s.err != nil:
		return false
	case c == bracket:
		s.pos++
		s.depth--
		return false
	case first:
		return true
	case c != ',':
		s.failf("',' or '%c' wanted, not %s", bracket, s.found())
		return false
	}
	s.pos++
	if s.peek() == bracket {
		s.failf("nothing after ','")
		return false
	}
	return true
}

// key reads the name of an object's member and the colon. The bytes are valid until the next call of key or bytes.
func (s *scanner) key() []byte {
	k := s.bytes()
	if s.peek() != ':' {
		s.failf("':' wanted, not %s", s.found())
		return nil
	}
	s.pos++
	return k
}

// null reads a null if there is one.
func (s *scanner) null() bool {
	if s.peek() != 'n' {
		return false
	}
	s.word("null")
	return true
}

// bool reads true or false; null counts as false, as it does in Python.
func (s *scanner) bool() bool {
	switch s.peek() {
	case 't':
		s.word("true")
		return s.err == nil
	case 'f':
		s.word("false")
	case 'n':
		s.word("null")
	default:
		s.failf("a boolean wanted, not %s", s.found())
	}
	return false
}

func (s *scanner) word(w string) {
	if len(s.data)-s.pos < len(w) || string(s.data[s.pos:s.pos+len(w)]) != w {
		s.failf("%s wanted", w)
		return
	}
	s.pos += len(w)
}

// int reads a whole number.
func (s *scanner) int() int64 {
	c := s.peek()
	if c != '-' && (c < '0' || c > '9') {
		s.failf("a whole number wanted, not %s", s.found())
		return 0
	}
	start := s.pos
	negative := c == '-'
	if negative {
		s.pos++
	}
	digits := s.pos
	var n int64
	for ; s.pos < len(s.data); s.pos++ {
		d := s.data[s.pos]
		if d < '0' || d > '9' {
			break
		}
		if s.pos-digits >= 18 { // so that n cannot overflow
			s.pos = start
			s.failf("number too large")
			return 0
		}
		n = n*10 + int64(d-'0')
	}
	switch {
	case s.pos == digits:
		s.failf("digits wanted")
	case s.data[digits] == '0' && s.pos > digits+1:
		s.pos = start
		s.failf("a number must not begin with 0")
	case s.pos < len(s.data) && (s.data[s.pos] == '.' || s.data[s.pos]|0x20 == 'e'):
		s.pos = start
		s.failf("a whole number wanted, not a fraction")
	}
	if negative {
		n = -n
	}
	return n
}

// bytes reads a string: a part of the input if it holds no escapes, so valid only as long as that.
func (s *scanner) bytes() []byte {
	if s.peek() != '"' {
		s.failf("a string wanted, not %s", s.found())
		return nil
	}
	start := s.pos + 1
	for i, c := range s.data[start:] {
		if c > '"' && c != '\\' {
			continue
		}
		s.pos = start + i
		switch {
		case c == '"':
			s.pos++
			return s.data[start : start+i]
		case c == '\\':
			return s.unescape(start)
		case c < ' ':
			s.failf("control character in a string")
			return nil
		}
	}
	s.pos = len(s.data)
	s.failf("string without an end")
	return nil
}

// unescape reads the rest of a string that began at start and has its first escape at the current position.
func (s *scanner) unescape(start int) []byte {
	out := append([]byte(nil), s.data[start:s.pos]...)
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		s.pos++
		switch {
		case c == '"':
			return out
		case c < ' ':
			s.failf("control character in a string")
			return nil
		case c != '\\':
			out = append(out, c)
			continue
		}
		if s.pos == len(s.data) {
			break
		}
		c = s.data[s.pos]
		s.pos++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			out = utf8.AppendRune(out, s.unicode())
		default:
			s.failf("unknown escape in a string")
		}
		if s.err != nil {
			return nil
		}
	}
	s.failf("string without an end")
	return nil
}

// unicode reads what follows \u, with the second half of a surrogate pair. Half a pair is no character, so that no
// Go string can hold it.
func (s *scanner) unicode() rune {
	r := s.hex4()
	if !utf16.IsSurrogate(r) {
		return r
	}
	if len(s.data)-s.pos >= 2 && s.data[s.pos] == '\\' && s.data[s.pos+1] == 'u' {
		s.pos += 2
		r = utf16.DecodeRune(r, s.hex4())
	}
	if utf16.IsSurrogate(r) || r == utf8.RuneError {
		s.failf("half a surrogate pair in a string")
	}
	return r
}

func (s *scanner) hex4() rune {
	if len(s.data)-s.pos < 4 {
		s.failf("four hexadecimal digits wanted")
		return 0
	}
	n, err := strconv.ParseUint(string(s.data[s.pos:s.pos+4]), 16, 32)
	if err != nil {
		s.failf("four hexadecimal digits wanted")
		return 0
	}
	s.pos += 4
	return rune(n)
}

// value reads data that a program passes around.
func (s *scanner) value() Value {
	switch s.peek() {
	case '"':
		return string(s.bytes())
	case 't', 'f':
		return s.bool()
	case 'n':
		s.word("null")
		return nil
	case '[':
		list := []any{}
		s.open('[')
		for first := true; s.more(']', first); first = false {
			list = append(list, s.value())
		}
		return list
	case '{':
		s.failf("a value wanted, not an object")
		return nil
	}
	return s.int()
}

// skip reads past whatever comes next.
func (s *scanner) skip() {
	switch c := s.peek(); {
	case c == '{':
		s.open('{')
		for first := true; s.more('}', first); first = false {
			s.key()
			s.skip()
		}
	case c == '[':
		s.open('[')
		for first := true; s.more(']', first); first = false {
			s.skip()
		}
	case c == '"':
		s.bytes()
	case c == 't' || c == 'f' || c == 'n':
		s.bool()
	default:
		s.number()
	}
}

// number reads past a number of any form.
func (s *scanner) number() {
	start := s.pos
	for s.pos < len(s.data) && isNumberByte(s.data[s.pos]) {
		s.pos++
	}
	if _, err := strconv.ParseFloat(string(s.data[start:s.pos]), 64); err != nil {
		s.pos = start
		s.failf("a value wanted, not %s", s.found())
	}
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c|0x20 == 'e'
}

// end makes sure that nothing follows.
func (s *scanner) end() {
	if s.peek(); s.err == nil && s.pos < len(s.data) {
		s.failf("the end wanted, not %s", s.found())
	}
}
