package main

import (
	"math"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/trace/explain"
)

// look is how text looks where it is read: how wide it may be, in which colors and
// characters.
type look struct {
	terminal *os.File
	width    number
	color    choice
}

func newLook(terminal *os.File) *look {
	return &look{
		terminal: terminal,
		width:    number{largest: math.MaxUint16},
		color:    choice{value: "auto", of: []string{"auto", "always", "never"}},
	}
}

func (l *look) addFlags(cmd *cobra.Command) {
	cmd.Flags().Var(&l.width, "width", "`columns` there are (default: those of the terminal)")
	l.addColor(cmd)
}

func (l *look) addColor(cmd *cobra.Command) {
	cmd.Flags().Var(&l.color, "color",
		"auto, always or never: a color for each task (auto: on a\nterminal, unless NO_COLOR is set)")
}

// columns are how many there are.
func (l *look) columns() int {
	if l.width.value > 0 {
		return int(l.width.value)
	}
	return terminalWidth(l.terminal)
}

// textWidth are the columns for sentences: no more than are good to read, unless more are
// wanted.
func (l *look) textWidth() int {
	if l.width.value > 0 {
		return int(l.width.value)
	}
	return min(l.columns(), textWidth)
}

func (l *look) options() (opts []explain.TextOption) {
	if wantsColor(l.color.value, os.Getenv, func() bool { return showsColor(l.terminal) }) {
		opts = append(opts, explain.Color())
	}
	if !isUTF8(os.Getenv, runtime.GOOS) {
		opts = append(opts, explain.ASCII())
	}
	return opts
}

// wantsColor reports whether there are to be colors, see https://no-color.org.
func wantsColor(choice string, env func(string) string, terminalShows func() bool) bool {
	switch choice {
	case "always":
		return true
	case "never":
		return false
	}
	return env("NO_COLOR") == "" && env("TERM") != "dumb" && terminalShows()
}

// isUTF8 reports whether the locale has all characters. Where there are no locales, it is
// taken for granted.
func isUTF8(env func(string) string, system string) bool {
	switch system {
	case "windows", "js", "wasip1":
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // the first that is set
		if locale := env(name); locale != "" {
			locale = strings.ToLower(locale)
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}
