package demos

import (
	"fmt"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// A chat: what one says, all others are told. The room is a slice, which
// needs no lock: between two awaits a task has it for itself.
func chat(opts ...loop.Option) error {
	var room []*streams.Writer

	tell := func(format string, args ...any) {
		for _, guest := range room {
			fmt.Fprintf(guest, format+"\n", args...)
		}
	}

	handle := func(co *coro.Co, conn *streams.Conn) error {
		reader, writer := streams.NewReader(conn), streams.NewWriter(conn)
		name, err := readLine(co, reader)
		if err != nil {
			return err
		}
		room = append(room, writer)
		tell("%s has come", name)
		defer func() {
			i := slices.Index(room, writer)
			room = slices.Delete(room, i, i+1)
			tell("%s has gone", name)
		}()
		for {
			text, err := readLine(co, reader)
			if err != nil || text == "" {
				return err
			}
			tell("%s: %s", name, text)
		}
	}

	guest := func(co *coro.Co, name, says, addr string) ([]string, error) {
		conn, err := streams.Dial(co, "tcp", addr)
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		fmt.Fprintln(conn, name)
		hear := func(co *coro.Co) ([]string, error) {
			var lines []string
			for reader := streams.NewReader(conn); ; {
				text, err := readLine(co, reader)
				if err != nil || text == "" {
					return lines, err
				}
				lines = append(lines, text)
			}
		}
		hearing := coro.CreateTask(co, hear)
		if err := coro.Sleep(co, 300*time.Millisecond); err != nil {
			return nil, err
		}
		fmt.Fprintln(conn, says)
		if err := coro.Sleep(co, 250*time.Millisecond); err != nil {
			return nil, err
		}
		if err := conn.CloseWrite(); err != nil {
			return nil, err
		}
		return hearing.Await(co)
	}

	main := func(co *coro.Co) error {
		listener, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := streams.Serve(co, listener, handle)
		names := []string{"Ada", "Bob", "Cleo"}
		says := []string{"Hello", "Hi all", "Good morning"}
		guests := make([]*coro.Task[[]string], len(names))
		for i, name := range names {
			visit := coro.Bind3(guest, name, says[i], listener.Addr().String())
			guests[i] = coro.CreateTask(co, visit)
			if err := coro.Sleep(co, 100*time.Millisecond); err != nil {
				return err
			}
		}
		for i, name := range names {
			heard, err := guests[i].Await(co)
			if err != nil {
				return err
			}
			fmt.Println(name, "has heard:")
			for _, line := range heard {
				fmt.Println("  " + line)
			}
		}
		server.Close()
		return server.WaitClosed(co)
	}

	return loop.Main(func(co *coro.Co) error {
		return simnet.IfVirtual(co, main)
	}, opts...)
}

// readLine reads a line without its end, "" at the end of the stream.
func readLine(co *coro.Co, r *streams.Reader) (string, error) {
	line, err := r.ReadLine(co)
	if len(line) == 0 {
		return "", err
	}
	return string(line[:len(line)-1]), err
}
