package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain is text that does not upset a terminal.
func plain(s string) string {
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return s
	}
	return strconv.Quote(s)
}

// value is one as text: JSON as it is in a line, and its length if another codec has made it.
func value(data []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, data) != nil {
		return fmt.Sprintf("%d bytes", len(data))
	}
	return plain(b.String())
}
