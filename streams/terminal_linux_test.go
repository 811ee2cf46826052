package streams_test

import (
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// terminal is a pseudo-terminal.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	slave, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	t.Cleanup(func() { _, _ = master.Close(), slave.Close() })
	return master, slave
}

// raw has a terminal pass on what it is given as it is.
func raw(t *testing.T, f *os.File) {
	t.Helper()
	mode, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	require.NoError(t, err)
	mode.Iflag &^= unix.ICRNL | unix.IXON
	mode.Oflag &^= unix.OPOST
	mode.Lflag &^= unix.ECHO | unix.ICANON | unix.ISIG
	require.NoError(t, unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, mode))
}

// Both ways of a terminal, of which either side may be here.
//
// CPython: test_events.EventLoopTestsMixin.test_read_pty_output
// CPython: test_events.EventLoopTestsMixin.test_write_pty
// CPython: test_events.EventLoopTestsMixin.test_bidirectional_pty
func TestTerminal(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		master, slave := terminal(t)
		raw(t, slave)
		a, b := adoptFile(t, co, master), adoptFile(t, co, slave)
		for range 2 {
			for _, way := range [][2]*streams.Conn{{a, b}, {b, a}} {
				for _, text := range []string{"1", "2345"} {
					got := make([]byte, len(text))
					read := coro.CreateTask(co, func(*coro.Co) (int, error) { return io.ReadFull(way[1], got) })
					require.NoError(t, coro.Sleep(co, 0))
					_, err := way[0].Write([]byte(text))
					require.NoError(t, err)
					_, err = read.Await(co)
					require.NoError(t, err)
					require.Equal(t, text, string(got))
				}
			}
		}
		require.NoError(t, b.Close())
		_, err := a.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.EIO, "which is how Linux tells a master that nobody has the slave")
		require.NoError(t, a.Close())
	})
}

// A terminal gives a line at a time: less than there was room for is not all that there is.
func TestTerminalLines(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		master, slave := terminal(t)
		c := adoptFile(t, co, slave)
		_, err := master.WriteString("one\ntwo\nthree\n")
		require.NoError(t, err)
		r := streams.NewReader(c)
		for _, want := range []string{"one\n", "two\n", "three\n"} {
			line, err := r.ReadLine(co)
			require.NoError(t, err)
			require.Equal(t, want, string(line))
		}
		require.NoError(t, c.Close())
	})
}
