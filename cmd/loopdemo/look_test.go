package main

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// env is an environment of the variables that are given, as A=B.
func env(variables string) func(name string) string {
	return func(name string) string {
		for v := range strings.FieldsSeq(variables) {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func TestWantsColor(t *testing.T) {
	for _, tt := range []struct {
		choice, env string
		terminal    bool
		want        bool
	}{
		{"auto", "", true, true},
		{"auto", "", false, false},
		{"auto", "NO_COLOR=1", true, false},
		{"auto", "TERM=dumb", true, false},
		{"always", "NO_COLOR=1", false, true},
		{"never", "", true, false},
	} {
		require.Equal(t, tt.want, wantsColor(tt.choice, env(tt.env), func() bool { return tt.terminal }), "%+v", tt)
	}
}

func TestIsUTF8(t *testing.T) {
	for _, tt := range []struct {
		env, system string
		want        bool
	}{
		{"LANG=de_DE.UTF-8", "linux", true},
		{"LANG=en_US.utf8", "linux", true},
		{"LANG=C", "linux", false},
		{"", "linux", false},
		{"LC_ALL=C LANG=en_US.UTF-8", "linux", false},
		{"LC_CTYPE=C.UTF-8 LANG=C", "darwin", true},
		{"", "windows", true},
		{"LANG=C", "js", true},
	} {
		require.Equal(t, tt.want, isUTF8(env(tt.env), tt.system), "%+v", tt)
	}
}

// Through a pipe there are no escape codes, and where a terminal shows only ASCII nothing else.
func TestLook(t *testing.T) {
	for _, args := range []string{"explain barrier", "timeline barrier", "run barrier --trace --virtual"} {
		args := strings.Fields(args)
		t.Setenv("LC_ALL", "C.UTF-8")
		plain := succeed(t, args...)
		require.NotContains(t, plain, "\x1b")
		require.Contains(t, succeed(t, append(args, "--color", "always")...), "\x1b[")
		require.Equal(t, plain, succeed(t, append(args, "--color", "never")...))

		t.Setenv("LC_ALL", "C")
		if isUTF8(os.Getenv, runtime.GOOS) {
			continue // there are no locales here
		}
		require.NotContains(t, strings.Map(onlyASCII, succeed(t, args...)), "!")
	}
}

func onlyASCII(r rune) rune {
	if r < 0x80 {
		return -1
	}
	return '!'
}
