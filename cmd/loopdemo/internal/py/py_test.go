package py_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

func TestRepr(t *testing.T) {
	tests := []struct {
		name string
		v    any
		want string
	}{
		{"nil", nil, "None"},
		{"no error", error(nil), "None"},
		{"no result", coro.None{}, "None"},
		{"true", true, "True"},
		{"false", false, "False"},
		{"number", -7, "-7"},
		{"string", "a", "'a'"},
		{"apostrophe", "it's", `"it's"`},
		{"both quotes", `"it's"`, `'"it\'s"'`},
		{"escapes", "a\\b\n\r\t\x00\x7f", `'a\\b\n\r\t\x00\x7f'`},
		{"letters", "grün 蛇", "'grün 蛇'"},
		{"not printable", "\u200b\U000e0001", `'\u200b\U000e0001'`},
		{"ValueError", py.ValueError("boom"), "ValueError('boom')"},
		{"canceled", future.NewCanceledError(), "CancelledError()"},
		{"canceled with a message", future.NewCanceledError("why"), "CancelledError('why')"},
		{"timeout", &future.TimeoutError{}, "TimeoutError()"},
		{"other error", context.Canceled, "Exception('context canceled')"},
		{"empty list", []int(nil), "[]"},
		{"list", []string{"a", "b"}, "['a', 'b']"},
		{"array", [2]bool{true}, "[True, False]"},
		{"lists", [][]int{{1, 2, 3}, {0, 5, 10}}, "[[1, 2, 3], [0, 5, 10]]"},
		{"mixed", []any{1, "a", nil, []any{}}, "[1, 'a', None, []]"},
		{
			"settled",
			[]coro.Settled[int]{{Value: 1}, {Err: py.ValueError("boom")}},
			"[1, ValueError('boom')]",
		},
		{
			"settled lists",
			[]coro.Settled[[]string]{{Value: []string{"a"}}, {Err: errors.New("b")}},
			"[['a'], Exception('b')]",
		},
		{"anything else", struct{ A, B int }{1, 2}, "{1 2}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, py.Repr(tt.v))
		})
	}
}

func ExamplePrint() {
	py.Print("Result:", []string{"a", "b"}, true, py.ValueError("boom"))
	py.Print()
	py.Print("next line")
	// Output:
	// Result: ['a', 'b'] True boom
	//
	// next line
}

func ExamplePrettyPrint_limits() {
	// Recorded from pprint of CPython 3.13.
	x := func(n int) []any { return []any{strings.Repeat("x", n), "y"} }
	type list = []any
	py.PrettyPrint([]int{1, 2, 3})
	py.PrettyPrint([]coro.Settled[[]any]{{Value: x(69)}, {Value: x(70)}, {Err: py.ValueError("boom")}})
	py.PrettyPrint(list{x(69), x(70)})
	py.PrettyPrint(list{list{list{x(67)}}})
	py.PrettyPrint(list{list{list{x(66), list{}}}})
	py.PrettyPrint(list{list{list{list{}, x(66)}}})
	py.PrettyPrint(list{list{list{list{}, x(65)}}})
	// Output:
	// [1, 2, 3]
	// [['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'y'],
	//  ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
	//   'y'],
	//  ValueError('boom')]
	// [['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'y'],
	//  ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
	//   'y']]
	// [[[['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
	//     'y']]]]
	// [[[['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'y'],
	//    []]]]
	// [[[[],
	//    ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
	//     'y']]]]
	// [[[[],
	//    ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'y']]]]
}

func TestUniform(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		d := py.Uniform(random, time.Second, 3*time.Second)
		require.GreaterOrEqual(t, d, time.Second)
		require.LessOrEqual(t, d, 3*time.Second)
	}
}
