package chat_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/chat"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/streams"
)

// A guest is somebody in a room.
type guest struct {
	conn *streams.Conn
	r    *streams.Reader
	task *coro.Task[coro.None]
}

// come has somebody come into a room, by a connection in memory.
func come(co *coro.Co, room *chat.Room, name string) (*guest, error) {
	ours, theirs := streams.Pipe(co)
	task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		defer theirs.Close()
		return room.Serve(co, theirs)
	}), coro.Name(name))
	_, err := fmt.Fprintln(ours, name)
	return &guest{ours, streams.NewReader(ours), task}, err
}

func (g *guest) hears(t require.TestingT, co *coro.Co, want string) {
	line, err := g.r.ReadLine(co)
	require.NoError(t, err)
	require.Equal(t, want+"\n", string(line))
}

// leave is the end of a guest.
func (g *guest) leave(co *coro.Co) error {
	if err := g.conn.CloseWrite(); err != nil {
		return err
	}
	if err := coro.Await(co, g.task); err != nil {
		return err
	}
	return g.conn.Close()
}

func TestChat(t *testing.T) {
	looptest.Explore(t, func(t *looptest.T, co *coro.Co) error {
		room := new(chat.Room)
		ada, err := come(co, room, "ada")
		if err != nil {
			return err
		}
		if err := t.Delay(co, time.Millisecond, time.Second); err != nil {
			return err
		}
		bob, err := come(co, room, "bob")
		if err != nil {
			return err
		}
		ada.hears(t, co, "bob has come")
		if _, err := fmt.Fprint(bob.conn, "hello\nhow are you?\n"); err != nil {
			return err
		}
		ada.hears(t, co, "bob: hello")
		ada.hears(t, co, "bob: how are you?")
		if _, err := fmt.Fprint(ada.conn, "fine\n"); err != nil {
			return err
		}
		bob.hears(t, co, "ada: fine")
		if err := bob.leave(co); err != nil {
			return err
		}
		ada.hears(t, co, "bob has gone")
		return ada.leave(co)
	})
}

// Who reads nothing holds nobody up, and is dropped.
func TestSlowGuest(t *testing.T) {
	looptest.Run(t, func(t *looptest.T, co *coro.Co) error {
		room := new(chat.Room)
		slow, err := come(co, room, "slow")
		if err != nil {
			return err
		}
		if err := coro.Sleep(co, time.Millisecond); err != nil {
			return err
		}
		fast, err := come(co, room, "fast")
		if err != nil {
			return err
		}
		line := strings.Repeat("x", 1000)
		for range 200 {
			if _, err := fmt.Fprintln(fast.conn, line); err != nil {
				return err
			}
			if err := coro.Sleep(co, time.Millisecond); err != nil {
				return err
			}
		}
		require.ErrorIs(t, coro.Await(co, slow.task), net.ErrClosed)
		fast.hears(t, co, "slow has gone")
		_, err = io.ReadAll(slow.r)
		require.ErrorIs(t, err, syscall.ECONNRESET)
		require.NoError(t, slow.conn.Close())
		return fast.leave(co)
	})
}

// Over the network it is the same.
func TestChatServer(t *testing.T) {
	err := loop.Main(func(co *coro.Co) error {
		ln, err := streams.Listen(co, "tcp", "localhost:0")
		if err != nil {
			return err
		}
		server := streams.Serve(co, ln, new(chat.Room).Serve)
		var guests []*guest
		for _, name := range []string{"ada", "bob"} {
			conn, err := streams.Dial(co, "tcp", ln.Addr().String())
			if err != nil {
				return err
			}
			guests = append(guests, &guest{conn: conn, r: streams.NewReader(conn)})
			if _, err := fmt.Fprintln(conn, name); err != nil {
				return err
			}
			if name == "bob" {
				guests[0].hears(t, co, "bob has come")
			}
		}
		if _, err := fmt.Fprintln(guests[0].conn, "hello"); err != nil {
			return err
		}
		guests[1].hears(t, co, "ada: hello")
		for _, g := range guests {
			if err := g.conn.Close(); err != nil {
				return err
			}
		}
		return server.Shutdown(co, time.Minute)
	}, loop.ReportLeaks(true))
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	require.NoError(t, err)
}
