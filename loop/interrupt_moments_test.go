//go:build unix

package loop_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

var interrupts = flag.Int("interrupts", 60, "how many processes are interrupted at random moments")

// A closing is an executor that calls f when the close of its loop has got to it, which
// is nearly the end of that.
type closing struct {
	loop *loop.Loop
	f    func()
}

func (closing) Execute(executor.Job) error { return executor.ErrShutdown }

func (c closing) Shutdown(executor.Pending) <-chan struct{} {
	if c.loop.IsClosed() {
		c.f()
	}
	ended := make(chan struct{})
	close(ended)
	return ended
}

// An interrupt at any moment of a Run is followed by the whole of its end, and is what
// Run returns; if it comes later it kills.
func TestInterruptAtRandomMoments(t *testing.T) {
	body := func() {
		pressed := make(chan struct{})
		press := func() {
			wait := time.Duration(rand.IntN(150)) * time.Microsecond
			for start := time.Now(); time.Since(start) < wait; {
				runtime.Gosched()
			}
			pressCtrlC()
			close(pressed)
		}
		_, err := loop.Run(coro.Do(func(co *coro.Co) error {
			loop.Of(co).SetDefaultExecutor(closing{loop.Of(co), func() { fmt.Println("closing") }})
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				defer fmt.Println("unwound")
				err := never(co)
				for range 100 {
					_ = coro.Sleep(co, 0)
				}
				return err
			}))
			go press()
			for range 100 {
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
			return nil
		}), (&reports{}).handler())
		fmt.Println("returned", err)
		if err == nil {
			<-pressed
			select {} // until it kills
		}
	}
	ends := map[string]int{}
	for range *interrupts {
		out, killed := inChild(t, body).wait(t)
		end := fmt.Sprintf("killed: %v, %s", killed, strings.ReplaceAll(strings.TrimSpace(out), "\n", ", "))
		require.Contains(t, []string{
			"killed: false, unwound, closing, returned keyboard interrupt",
			"killed: true, unwound, closing, returned <nil>",
			"killed: true, unwound, closing", // in between
		}, end)
		ends[end]++
	}
	for end, n := range ends {
		t.Log(n, end)
	}
}

// However many interrupts there are, none kills a loop that is not stuck.
func TestInterruptsInARow(t *testing.T) {
	out, killed := inChild(t, func() {
		caught := make(chan os.Signal, 1)
		begun, unwound := 0, 0
		for begun < 100 { // main does not begin if an interrupt of the last time is late
			_, err := loop.Run(coro.Do(func(co *coro.Co) error {
				begun++
				stop := keepPressing(20 * time.Microsecond)
				signal.Stop(caught) // from here on it is for Run alone
				loop.Of(co).SetDefaultExecutor(closing{loop.Of(co), func() {
					signal.Notify(caught, os.Interrupt)
					stop()
				}})
				for range 3 {
					coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
						defer func() { unwound++ }()
						for {
							_ = never(co) // takes no notice
						}
					}), coro.Eager(true))
				}
				for {
					_ = never(co)
				}
			}), (&reports{}).handler())
			if err != loop.ErrKeyboardInterrupt {
				fmt.Println(err)
			}
		}
		fmt.Println(unwound)
	}).wait(t)
	require.False(t, killed, out)
	require.Equal(t, "300\n", out)
}
