package sqlstore

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// Who is first does not wait for those that wait already; who gives up has nothing.
func TestTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn()
		require.NoError(t, turn.take(t.Context()))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, turn.take(ended), context.Canceled)
		require.ErrorIs(t, turn.takeFirst(ended), context.Canceled)
		var order []string
		wait := func(name string, take func(context.Context) error) {
			go func() {
				require.NoError(t, take(t.Context()))
				order = append(order, name)
				turn.giveBack()
			}()
			synctest.Wait()
		}
		for i := range 3 {
			wait(fmt.Sprint(i), turn.take)
		}
		wait("first", turn.takeFirst)
		turn.giveBack()
		synctest.Wait()
		require.Equal(t, []string{"first", "0", "1", "2"}, order)
		require.NoError(t, turn.takeFirst(t.Context()), "nobody has it")
	})
}
