package loop_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Those who ask at a time are answered at once, each with as many stacks as it has asked for.
func TestInspectAtOnce(t *testing.T) {
	l := loop.New()
	defer func() { require.NoError(t, l.Close()) }()
	tasks := []*coro.Task[coro.None]{spawn(l, "a", sleeping(coro.Forever)), spawn(l, "b", sleeping(coro.Forever))}
	blocked, free, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	spawn(l, "blocks", func(*coro.Co) error { close(blocked); <-free; return nil })
	go func() { ended <- l.RunForever() }()
	<-blocked
	answers := make([]chan int, 3)
	for i, stacks := range []int{1, 2, 0} {
		answers[i] = make(chan int, 1)
		go func() {
			s, err := loop.Inspect(context.Background(), l, loop.Stacks(stacks))
			n := 0
			for _, task := range s.Tasks {
				if task.Stack != nil {
					n++
				}
			}
			if err != nil {
				n = -1
			}
			answers[i] <- n
		}()
		for l.Questions() <= i {
			runtime.Gosched()
		}
	}
	close(free)
	require.Equal(t, []int{1, 2, 0}, []int{<-answers[0], <-answers[1], <-answers[2]})
	_, err := l.CallSoonThreadsafe(func() {
		for _, task := range tasks {
			task.Cancel()
		}
		l.CallSoon(l.Stop)
	})
	require.NoError(t, err)
	require.NoError(t, <-ended)
}
