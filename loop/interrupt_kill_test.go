//go:build unix

package loop_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// beStuck is a loop that does nothing until its patience has ended, and longer.
func beStuck() {
	for start := time.Now(); time.Since(start) < 2*loop.InterruptPatience; {
		runtime.Gosched()
	}
}

// When nobody handles it any more the signal kills, as it did before.
func TestInterruptKills(t *testing.T) {
	last := func() { // an interrupt that kills
		beStuck()
		pressCtrlC()
		beStuck()
		fmt.Println("alive")
		os.Exit(0)
	}
	background := func(co *coro.Co, f func(co *coro.Co)) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			f(co)
			return nil
		}))
		return coro.Sleep(co, 0)
	}
	for _, test := range []struct {
		name string
		body func()
		want string
	}{
		{"after a Run", func() {
			_, err := loop.Run(coro.Do(func(co *coro.Co) error {
				pressCtrlC()
				return never(co)
			}))
			fmt.Println("Run returned", err)
			pressCtrlC()
			select {}
		}, "Run returned keyboard interrupt\n"},
		{"after a Runner's close", func() {
			r := loop.NewRunner()
			_, err := loop.RunIn(r, answering(7, nil))
			pressCtrlC()
			for r.Interrupts() == 0 {
				runtime.Gosched()
			}
			fmt.Println(err, r.Close())
			pressCtrlC()
			select {}
		}, "<nil> keyboard interrupt\n"},
		{"before a Runner's first run", func() {
			defer loop.NewRunner().Close()
			fmt.Println("made")
			pressCtrlC()
			select {}
		}, "made\n"},
		{"after the handler was removed, without a Runner", func() {
			l := loop.New()
			_ = l.AddSignalHandler(os.Interrupt, l.Stop)
			pressCtrlC()
			fmt.Println(l.RunForever(), l.RemoveSignalHandler(os.Interrupt))
			pressCtrlC()
			select {}
		}, "<nil> true\n"},
		{"while the loop is stuck", func() {
			_, err := loop.Run(coro.Do(func(co *coro.Co) error {
				pressCtrlC()
				fmt.Println(never(co), "and stuck")
				pressCtrlC()
				last()
				return nil
			}))
			fmt.Println("returned", err)
		}, "canceled and stuck\n"},
		{"while the cleanup is stuck", func() {
			_, err := loop.Run(coro.Do(func(co *coro.Co) error {
				return background(co, func(co *coro.Co) {
					_ = never(co)
					fmt.Println("stuck")
					pressCtrlC()
					last()
				})
			}))
			fmt.Println("returned", err)
		}, "stuck\n"},
		{"while it is pressed on and on", func() {
			_, err := loop.Run(coro.Do(func(co *coro.Co) error {
				fmt.Println("stuck")
				keepPressing(10 * time.Millisecond)
				select {}
			}))
			fmt.Println("returned", err)
		}, "stuck\n"},
		{"while the unwinding is stuck", func() {
			_, err := loop.Run(coro.Do(func(co *coro.Co) error {
				return background(co, func(co *coro.Co) {
					defer func() {
						fmt.Println("stuck")
						last()
					}()
					_ = never(co)
					pressCtrlC()
					_ = never(co)
				})
			}), (&reports{}).handler())
			fmt.Println("returned", err)
		}, "stuck\n"},
		{"while the program is stuck between two runs", func() {
			r := loop.NewRunner()
			_, err := loop.RunIn(r, answering(7, nil))
			fmt.Println("stuck", err)
			pressCtrlC()
			for r.Interrupts() == 0 {
				runtime.Gosched()
			}
			pressCtrlC()
			last()
		}, "stuck <nil>\n"},
		{"after a Goexit of a loop that was stuck", func() {
			r := loop.NewRunner()
			onGoroutine(func() {
				_, _ = loop.RunIn(r, coro.Do(func(*coro.Co) error {
					for n := range 2 {
						pressCtrlC()
						for r.Interrupts() == n {
							runtime.Gosched()
						}
					}
					runtime.Goexit()
					return nil
				}))
			})
			fmt.Println("gone")
			last()
		}, "gone\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // some wait for a loop's patience to end
			out, killed := inChild(t, test.body).wait(t)
			require.True(t, killed, out)
			require.Equal(t, test.want, out)
		})
	}
}
