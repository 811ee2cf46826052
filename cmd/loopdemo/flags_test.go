package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is wrong with a flag's value is told in words, and what is accepted.
func TestWrongFlagValues(t *testing.T) {
	const (
		seed  = "--seed takes a whole number from 0 to 18446744073709551615"
		width = "--width takes a whole number from 0 to 65535"
	)
	tests := []struct{ args, want string }{
		{"run wait --seed -1", seed + ": -1 is negative"},
		{"run wait --seed=-99999999999999999999", seed + ": -99999999999999999999 is negative"},
		{"run wait --seed +1", seed + ": +1 has a sign"},
		{"run wait --seed 1e3", seed + `: "1e3" is not a whole number`},
		{"run wait --seed 1.5", seed + `: "1.5" is not a whole number`},
		{"run wait --seed seven", seed + `: "seven" is not a whole number`},
		{"run wait --seed=", seed + ": it is empty"},
		{"run wait --seed 18446744073709551616", seed + ": 18446744073709551616 is too large"},
		{"run wait --seed", seed + ", and there is none"},
		{"show hello --width -1", width + ": -1 is negative"},
		{"show hello --width 65536", width + ": 65536 is too large"},
		{"show hello --width wide", width + `: "wide" is not a whole number`},
		{"show hello --width", width + ", and there is none"},
		{"run hello --virtual=maybe", `--virtual takes true or false, not "maybe"`},
		{"list --help=perhaps", `--help takes true or false, not "perhaps"`},
	}
	for _, tt := range tests {
		_, stderr, status := loopdemo(t, strings.Fields(tt.args)...)
		require.Equal(t, 2, status, tt.args)
		require.Equal(t, "loopdemo: "+tt.want+"\n", stderr, tt.args)
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]uint64{
		"0": 0, "7": 7, "65535": 65535, "0xff": 255, "1_000": 1000,
	} {
		n := number{largest: 65535}
		require.NoError(t, n.Set(text))
		require.Equal(t, want, n.value)
	}
}
