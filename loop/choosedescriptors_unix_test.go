//go:build unix

package loop

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/sched"
)

// firstOrLast picks the first or the last of everything.
type firstOrLast bool

func (last firstOrLast) Choose(c sched.Choice) int {
	if last {
		return c.N - 1
	}
	return 0
}

// Descriptors that are ready at the same time come in an order that is chosen, of which the usual one is that of
// their numbers.
func TestOrderOfDescriptorsIsChosen(t *testing.T) {
	for _, last := range []firstOrLast{false, true} {
		l := New(VirtualTime(true))
		l.sched.Chooser = last
		order := ""
		for _, name := range []string{"a", "b", "c"} {
			r, w, err := os.Pipe()
			require.NoError(t, err)
			defer r.Close()
			defer w.Close()
			fd := int(r.Fd())
			_, err = l.AddReader(fd, func() {
				order += name
				l.RemoveReader(fd)
				if len(order) == 3 {
					l.Stop()
				}
			})
			require.NoError(t, err)
			_, err = w.Write([]byte("x"))
			require.NoError(t, err)
		}
		require.NoError(t, l.RunForever())
		require.NoError(t, l.Close())
		require.Equal(t, map[firstOrLast]string{false: "abc", true: "cba"}[last], order)
	}
}
