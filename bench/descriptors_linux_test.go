package bench

import (
	"context"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkDescriptor is what it costs the rest of a program that one idle descriptor is watched:
// by a task that waits for a socket, or by AddReader, which has every iteration ask. The rival of
// each row is the same without.
func BenchmarkDescriptor(b *testing.B) {
	work := loop.ToThread(func(context.Context) (int, error) { return 1, nil })
	toThread := func(co *coro.Co) error { return await(co, work) }
	sleep := func(co *coro.Co) error { return coro.Sleep(co, 0) }
	for _, bb := range []struct {
		name  string
		do    func(co *coro.Co) error
		watch func(b *testing.B, co *coro.Co)
	}{
		{"ToThread/without", toThread, nil},
		{"ToThread/socket", toThread, waitForSocket},
		{"ToThread/AddReader", toThread, addReader},
		{"Sleep0/without", sleep, nil},
		{"Sleep0/socket", sleep, waitForSocket},
		{"Sleep0/AddReader", sleep, addReader},
	} {
		b.Run(bb.name, func(b *testing.B) {
			onLoop(b, func(co *coro.Co) error {
				if bb.watch != nil {
					bb.watch(b, co)
				}
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
				cost := measure(b)
				for b.Loop() {
					if err := bb.do(co); err != nil {
						return err
					}
				}
				cost.report()
				return nil
			})
		})
	}
}

// waitForSocket has a task wait for a socket to which nobody writes.
func waitForSocket(b *testing.B, co *coro.Co) {
	d, err := driver.Of(co)
	if err != nil {
		b.Fatal(err)
	}
	t, err := d.Register(idleSocket(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	t.Blocked(driver.Read)
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return t.Await(co, driver.Read) }))
}

func addReader(b *testing.B, co *coro.Co) {
	if _, err := loop.Of(co).AddReader(idleSocket(b), func() {}); err != nil {
		b.Fatal(err)
	}
}

func idleSocket(b *testing.B) int {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = unix.Close(fds[0]), unix.Close(fds[1]) })
	return fds[0]
}

// BenchmarkSocket passes a byte to and fro between two tasks over a pair of sockets. The floor does
// the same without a wait: both ends are in one task.
func BenchmarkSocket(b *testing.B) {
	b.Run("echo/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			mine, other := sockets(b, co)
			echo := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for {
					if err := passByte(co, other); err != nil {
						return err
					}
				}
			}))
			one := []byte{1}
			cost := measure(b)
			for b.Loop() {
				if _, err := unix.Write(mine.FD(), one); err != nil {
					return err
				}
				if err := readByte(co, mine, one); err != nil {
					return err
				}
			}
			cost.report()
			echo.Cancel()
			return nil
		})
	})
	b.Run("echo/floor", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			mine, other := sockets(b, co)
			one := []byte{1}
			cost := measure(b)
			for b.Loop() {
				for _, end := range []int{mine.FD(), other.FD()} {
					_, _ = unix.Write(end, one)
					_, _ = unix.Read(mine.FD()+other.FD()-end, one)
				}
			}
			cost.report()
			return nil
		})
	})
}

func sockets(b *testing.B, co *coro.Co) (x, y *driver.Descriptor) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = unix.Close(fds[0]), unix.Close(fds[1]) })
	d, err := driver.Of(co)
	if err != nil {
		b.Fatal(err)
	}
	if x, err = d.Register(fds[0], nil); err == nil {
		y, err = d.Register(fds[1], nil)
	}
	if err != nil {
		b.Fatal(err)
	}
	return x, y
}

func passByte(co *coro.Co, d *driver.Descriptor) error {
	var one [1]byte
	if err := readByte(co, d, one[:]); err != nil {
		return err
	}
	_, err := unix.Write(d.FD(), one[:])
	return err
}

func readByte(co *coro.Co, d *driver.Descriptor, one []byte) error {
	for {
		if err := d.Await(co, driver.Read); err != nil {
			return err
		}
		if _, err := unix.Read(d.FD(), one); err != unix.EAGAIN {
			return err
		}
		d.Blocked(driver.Read)
	}
}
