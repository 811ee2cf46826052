package coro

import (
	"reflect"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/future"
)

// What a task and what it waits for take of memory, and how many words of that the garbage collector has to look at, is
// what half of their time depends on, and does not depend on the machine.
func TestSizes(t *testing.T) {
	if strconv.IntSize != 64 {
		t.Skip("the sizes are those of 64 bits")
	}
	for _, test := range []struct {
		what           any
		size, pointers int
	}{
		{Task[int]{}, 200, 16}, // in a class of 208
		{Task[None]{}, 192, 16},
		{future.Future[int]{}, 64, 4},
		{sleeper{}, 96, 6},
		{gatherWatch{}, 48, 5},
		{groupMember{}, 64, 7},
	} {
		of := reflect.TypeOf(test.what)
		t.Run(of.Name(), func(t *testing.T) {
			require.EqualValues(t, test.size, of.Size())
			require.Equal(t, test.pointers, pointers(of))
		})
	}
}

// pointers counts the words of a type that the garbage collector follows. Of an interface that is one: types live
// forever.
func pointers(t reflect.Type) (n int) {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			n += pointers(t.Field(i).Type)
		}
	case reflect.Array:
		n = t.Len() * pointers(t.Elem())
	case reflect.Pointer, reflect.Func, reflect.Interface, reflect.Map, reflect.Chan, reflect.Slice, reflect.String,
		reflect.UnsafePointer:
		n = 1
	}
	return n
}
