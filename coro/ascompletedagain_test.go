package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
)

// What AsCompleted yields can be awaited once: again it is refused, and does not wait for
// what never comes.
func TestAsCompletedAwaitedAgain(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var all []coro.Func[int]
		for next := range coro.AsCompleted(co, coro.Forever, returning(1, nil), returning(2, nil)) {
			v, err := next.Await(co)
			require.NoError(t, err)
			require.Equal(t, len(all)+1, v)
			_, err = next.Await(co)
			require.ErrorIs(t, err, coro.ErrAlreadyAwaited)
			all = append(all, next)
		}
		for _, next := range all {
			_, err := next.Await(co)
			require.ErrorIs(t, err, coro.ErrAlreadyAwaited)
		}
		var late []coro.Func[int]
		for next := range coro.AsCompleted(co, time.Second, sleepThen(time.Hour, 1, nil)) {
			late = append(late, next)
		}
		_, err := late[0].Await(co)
		requireTimeout(t, err)
		_, err = late[0].Await(co)
		require.ErrorIs(t, err, coro.ErrAlreadyAwaited)
		return nil
	})
}
