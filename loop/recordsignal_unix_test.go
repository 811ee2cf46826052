//go:build unix

package loop_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func TestReplayOfSignals(t *testing.T) {
	sameInReplay(t, func(run int, told *[]string) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			l := loop.Of(co)
			came := loop.CreateFuture[int](l)
			err := l.AddSignalHandler(syscall.SIGUSR1, func() {
				*told = append(*told, "signal")
				_ = came.SetResult(1)
			})
			if err != nil {
				return err
			}
			if run == 0 {
				require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGUSR1))
			}
			_, err = came.Await(co)
			return err
		}
	})
}

func TestReplayOfInterrupts(t *testing.T) {
	for range 5 {
		sameInReplay(t, func(run int, told *[]string) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				if run == 0 {
					require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
				}
				err := coro.Sleep(co, time.Hour)
				*told = append(*told, err.Error())
				return err
			}
		})
	}
}

// What is read of a descriptor is the program's to keep; that it is ready is in the record.
func TestReplayOfDescriptors(t *testing.T) {
	for range 5 {
		sameInReplay(t, func(run int, told *[]string) func(co *coro.Co) error {
			return func(co *coro.Co) error {
				l := loop.Of(co)
				r, w, err := os.Pipe()
				require.NoError(t, err)
				defer func() { _, _ = r.Close(), w.Close() }()
				fd := int(r.Fd())
				require.NoError(t, syscall.SetNonblock(fd, true))
				queue := make([]*future.Future[coro.None], 3)
				for i := range queue {
					queue[i] = loop.CreateFuture[coro.None](l)
				}
				_, err = l.AddReader(fd, func() {
					n, err := loop.Recorded(co, func() (int, error) { return syscall.Read(fd, make([]byte, 10)) })
					require.NoError(t, err)
					require.Equal(t, 1, n)
					_ = queue[0].SetResult(coro.None{})
					queue = queue[1:]
				})
				require.NoError(t, err)
				for _, f := range queue {
					if run == 0 {
						_, err := w.Write([]byte("x"))
						require.NoError(t, err)
					}
					if _, err := f.Await(co); err != nil {
						return err
					}
					*told = append(*told, "read")
				}
				require.True(t, l.RemoveReader(fd))
				return nil
			}
		})
	}
}
