package driver_test

import (
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
)

// A number that is used again has another registration, of which the events of the old one say
// nothing: also if that was closed behind the back of the loop, and lives on in a duplicate.
func TestNumberUsedAgain(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, b := pair(t)
		for _, behindItsBack := range []bool{false, true} {
			fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
			require.NoError(t, err)
			number, peer := fds[0], fds[1]
			old := register(t, co, number)
			duplicate, err := unix.Dup(number)
			require.NoError(t, err)
			if !behindItsBack {
				old.Close()
			}
			require.NoError(t, unix.Dup3(a, number, unix.O_CLOEXEC)) // closes it
			if behindItsBack {
				old.Close() // which can no longer name it to the kernel
			}

			d := register(t, co, number)
			d.Blocked(driver.Read)
			reader := do(co, func(co *coro.Co) error { return d.Await(co, driver.Read) })
			require.NoError(t, coro.Sleep(co, 0))
			for range 3 {
				_, err = unix.Write(peer, []byte("x")) // the old file is ready, again and again
				require.NoError(t, err)
				for range 200 {
					require.NoError(t, coro.Sleep(co, 0))
				}
				require.False(t, reader.Done(), "nothing has come for the new one")
			}
			_, err = unix.Write(b, []byte("y"))
			require.NoError(t, err)
			require.NoError(t, coro.Await(co, reader))
			p := make([]byte, 10)
			n, err := unix.Read(number, p)
			require.NoError(t, err)
			require.Equal(t, "y", string(p[:n]))
			d.Close()
			for _, fd := range []int{number, duplicate, peer} {
				require.NoError(t, unix.Close(fd))
			}
		}
	})
}

// While a duplicate of a descriptor is open, Close of the registration ends its events all the same.
func TestDuplicateOfAClosedDescriptor(t *testing.T) {
	main(t, func(co *coro.Co) {
		a, b := pair(t)
		duplicate, err := unix.Dup(a)
		require.NoError(t, err)
		defer unix.Close(duplicate)
		first, second := register(t, co, a), register(t, co, duplicate)
		first.Close()
		second.Blocked(driver.Read)
		reader := do(co, func(co *coro.Co) error { return second.Await(co, driver.Read) })
		require.NoError(t, coro.Sleep(co, 0))
		_, err = unix.Write(b, []byte("x"))
		require.NoError(t, err)
		require.NoError(t, coro.Await(co, reader))
		second.Close()
	})
}

// A descriptor that was closed behind the loop's back is for an operation to find out, once the
// queue is renewed.
func TestClosedBehindItsBack(t *testing.T) {
	main(t, func(co *coro.Co) {
		d, err := driver.Of(co)
		require.NoError(t, err)
		a, _ := pair(t)
		lost, err := unix.Dup(a)
		require.NoError(t, err)
		registered := register(t, co, lost)
		registered.Blocked(driver.Read)
		reader := do(co, func(co *coro.Co) error {
			_, err := read(co, registered, make([]byte, 1))
			return err
		})
		require.NoError(t, coro.Sleep(co, 0))
		require.NoError(t, unix.Close(lost))
		require.NoError(t, d.Renew())
		require.ErrorIs(t, coro.Await(co, reader), unix.EBADF)
		registered.Close()
	})
}

// Where no descriptor is free for a new queue, transports hear of what happened as soon as there is
// one.
func TestRenewWithoutDescriptors(t *testing.T) {
	main(t, func(co *coro.Co) {
		d, err := driver.Of(co)
		require.NoError(t, err)
		a, b := pair(t)
		c, _ := pair(t)
		registered := register(t, co, a)
		registered.Blocked(driver.Read)
		reader := do(co, func(co *coro.Co) error { return registered.Await(co, driver.Read) })
		require.NoError(t, coro.Sleep(co, 0))
		withoutDescriptors(t, func() {
			require.ErrorIs(t, d.Renew(), unix.EMFILE)
			_, err := d.Register(c, nil)
			require.ErrorIs(t, err, unix.EMFILE)
			_, err = unix.Write(b, []byte("x"))
			require.NoError(t, err)
			require.NoError(t, coro.Sleep(co, 3*driver.RenewRetry)) // it is parked meanwhile, and tries again
			require.False(t, reader.Done())
		})
		require.NoError(t, coro.Await(co, reader))
	})
}

// withoutDescriptors calls f while the process can open none.
func withoutDescriptors(t *testing.T, f func()) {
	t.Helper()
	var before unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &before))
	none := before
	none.Cur = 0
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &none))
	defer func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &before)) }()
	f()
}

// Ten thousand connections, of which each hears of what is sent to it, in any order.
func TestManyDescriptors(t *testing.T) {
	n := 10_000
	if testing.Short() || raceEnabled {
		n = 500
	}
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	if most := (int(limit.Cur) - 100) / 2; n > most {
		t.Logf("%d connections, as the limit of open files is %d", most, limit.Cur)
		n = most
	}
	main(t, func(co *coro.Co) {
		heard := 0
		peers := make([]int, n)
		var readers []*coro.Task[coro.None]
		for i := range n {
			a, b := pair(t)
			d := register(t, co, a)
			peers[i] = b
			readers = append(readers, do(co, func(co *coro.Co) error {
				defer d.Close()
				for range 2 {
					if _, err := read(co, d, make([]byte, 1)); err != nil {
						return err
					}
					heard++
				}
				return nil
			}))
		}
		require.NoError(t, coro.Sleep(co, 0))
		for round := 1; round <= 2; round++ {
			for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
				_, err := unix.Write(peers[i], []byte("x"))
				require.NoError(t, err)
			}
			for heard < round*n {
				require.NoError(t, coro.Sleep(co, 0))
			}
		}
		for _, r := range readers {
			require.NoError(t, coro.Await(co, r))
		}
		d, err := driver.Of(co)
		require.NoError(t, err)
		require.False(t, d.Wanted())
	})
}

// A loop of which a task waits for a socket has the epoll, and no goroutine for it; Close leaves
// neither.
func TestCloseLeavesNothing(t *testing.T) {
	files := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(all)
	}
	a, b := pair(t)
	before, goroutines := files(), runtime.NumGoroutine()
	for range 10_000 { // those of the test before are on their way
		runtime.Gosched()
		goroutines = min(goroutines, runtime.NumGoroutine())
	}
	for range 10 {
		main(t, func(co *coro.Co) {
			d := register(t, co, a)
			d.Blocked(driver.Read)
			_, err := unix.Write(b, []byte("x"))
			require.NoError(t, err)
			require.NoError(t, d.Await(co, driver.Read))
			require.LessOrEqual(t, runtime.NumGoroutine(), goroutines+1, "that of the task")
			_, err = unix.Read(a, make([]byte, 1))
			require.NoError(t, err)
		})
	}
	require.Equal(t, before, files())
}
