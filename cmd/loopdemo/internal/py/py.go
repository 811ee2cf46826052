// Package py is the little of Python that the demos need to print what their
// Python versions print.
package py

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// ValueError is an error that Python prints as ValueError('boom').
type ValueError string

func (e ValueError) Error() string { return string(e) }

// Uniform is a random duration between low and high, as random.uniform gives it.
func Uniform(random *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(random.Float64()*float64(high-low))
}

// Print prints its arguments as Python's print does.
func Print(args ...any) {
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = str(arg)
	}
	fmt.Println(strings.Join(texts, " "))
}

// PrettyPrint prints v as Python's pprint does: a list that is too long for its
// line has one line for each element.
func PrettyPrint(v any) {
	var b strings.Builder
	pretty(&b, reflect.ValueOf(v), 0, 0)
	fmt.Println(b.String())
}

// prettyWidth is how long a line of pprint may be.
const prettyWidth = 80

// pretty writes v, which begins in the column indent and has as many closing
// brackets and commas as closing behind it.
func pretty(b *strings.Builder, v reflect.Value, indent, closing int) {
	v = plain(v)
	text := repr(v)
	if !isList(v) || v.Len() == 0 || indent+utf8.RuneCountInString(text)+closing <= prettyWidth {
		b.WriteString(text)
		return
	}
	b.WriteByte('[')
	last := v.Len() - 1
	for i := range last {
		pretty(b, v.Index(i), indent+1, 1)
		b.WriteString(",\n" + strings.Repeat(" ", indent+1))
	}
	pretty(b, v.Index(last), indent+1, closing+1)
	b.WriteByte(']')
}

// str is Python's str.
func str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case error:
		return v.Error()
	}
	return Repr(v)
}

// Repr is how Python's repr shows v: nil, a bool, a number, a string, an error, a
// result of coro.GatherSettled, or a list of them. Anything else looks as in Go.
func Repr(v any) string { return repr(reflect.ValueOf(v)) }

func repr(v reflect.Value) string {
	v = plain(v)
	if !v.IsValid() {
		return "None"
	}
	if err, ok := v.Interface().(error); ok {
		return reprError(err)
	}
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return "True"
		}
		return "False"
	case reflect.String:
		return quote(v.String())
	case reflect.Slice, reflect.Array:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = repr(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case reflect.Struct:
		if v.NumField() == 0 { // coro.None
			return "None"
		}
	}
	return fmt.Sprint(v.Interface())
}

func isList(v reflect.Value) bool {
	return v.IsValid() && (v.Kind() == reflect.Slice || v.Kind() == reflect.Array)
}

// plain is v without what Go wraps it in: an interface, or a coro.Settled, which is
// its error or its value.
func plain(v reflect.Value) reflect.Value {
	for v.IsValid() {
		switch {
		case v.Kind() == reflect.Interface:
			v = v.Elem()
		case isSettled(v.Type()):
			if err := v.FieldByName("Err"); !err.IsNil() {
				return err.Elem()
			}
			v = v.FieldByName("Value")
		default:
			return v
		}
	}
	return v
}

// isSettled reports whether t is coro.Settled of any type.
func isSettled(t reflect.Type) bool {
	return t.PkgPath() == settledType.PkgPath() && strings.HasPrefix(t.Name(), "Settled[")
}

var settledType = reflect.TypeFor[coro.Settled[int]]()

func reprError(err error) string {
	switch err := err.(type) {
	case ValueError:
		return "ValueError(" + quote(string(err)) + ")"
	case *future.TimeoutError:
		return "TimeoutError()"
	case *future.CanceledError:
		if message, ok := err.Message(); ok {
			return "CancelledError(" + quote(message) + ")"
		}
		return "CancelledError()"
	}
	return "Exception(" + quote(err.Error()) + ")"
}

// quote puts s between the quotes that Python would choose.
func quote(s string) string {
	quotes := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quotes = `"`
	}
	var b strings.Builder
	b.WriteString(quotes)
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\\', string(r) == quotes:
			b.WriteString(`\` + string(r))
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			b.WriteString(`\x` + hex(r, 2))
		case r < 0x10000:
			b.WriteString(`\u` + hex(r, 4))
		default:
			b.WriteString(`\U` + hex(r, 8))
		}
	}
	b.WriteString(quotes)
	return b.String()
}

func hex(r rune, digits int) string {
	s := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", digits-len(s)) + s
}
