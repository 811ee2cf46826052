package interop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/queues"
	"github.com/ouro-loop/ouro/streams"
)

// A respServer speaks Redis' protocol, by streams' Reader and Writer. What its clients share needs no
// lock.
type respServer struct {
	values map[string]string
	lists  map[string]*queues.Queue[string]
}

func newRespServer() *respServer {
	return &respServer{values: map[string]string{}, lists: map[string]*queues.Queue[string]{}}
}

func (s *respServer) serve(co *coro.Co, c *streams.Conn) error {
	r, w := streams.NewReader(c), streams.NewWriter(c)
	for {
		command, err := readCommand(co, r)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		answer, err := s.do(co, strings.ToUpper(command[0]), command[1:])
		if err != nil {
			return err
		}
		if _, err := w.WriteString(answer); err != nil {
			return err
		}
		if err := w.Drain(co); err != nil {
			return err
		}
	}
}

var errProtocol = errors.New("this is no command of Redis'")

// readCommand reads an array of strings; io.EOF is the end between two.
func readCommand(co *coro.Co, r *streams.Reader) (words []string, err error) {
	n, err := readHeader(co, r, '*')
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errProtocol
	}
	for range n {
		size, err := readHeader(co, r, '$')
		if err != nil {
			return nil, err
		}
		word, err := r.ReadExactly(co, size+2)
		if err != nil {
			return nil, err
		}
		words = append(words, string(word[:size]))
	}
	return words, nil
}

func readHeader(co *coro.Co, r *streams.Reader, kind byte) (n int, err error) {
	line, err := r.ReadLine(co)
	for err == nil && string(line) == "\r\n" { // which redis-cli puts behind what it was piped
		line, err = r.ReadLine(co)
	}
	switch {
	case err != nil:
		return 0, err
	case len(line) == 0:
		return 0, io.EOF
	case line[0] != kind:
		return 0, fmt.Errorf("%w: %q", errProtocol, line)
	}
	return strconv.Atoi(string(bytes.TrimSpace(line[1:])))
}

func (s *respServer) do(co *coro.Co, name string, args []string) (answer string, err error) {
	switch {
	case name == "PING":
		return "+PONG\r\n", nil
	case name == "ECHO" && len(args) == 1:
		return bulk(args[0]), nil
	case name == "SET" && len(args) == 2:
		s.values[args[0]] = args[1]
		return "+OK\r\n", nil
	case name == "GET" && len(args) == 1:
		value, ok := s.values[args[0]]
		if !ok {
			return "$-1\r\n", nil
		}
		return bulk(value), nil
	case name == "RPUSH" && len(args) == 2:
		list := s.list(args[0])
		return fmt.Sprintf(":%d\r\n", list.Len()+1), list.Put(co, args[1])
	case name == "BLPOP" && len(args) == 2:
		value, err := s.list(args[0]).Get(co)
		return "*2\r\n" + bulk(args[0]) + bulk(value), err
	}
	return fmt.Sprintf("-ERR unknown command '%s'\r\n", name), nil
}

func (s *respServer) list(name string) *queues.Queue[string] {
	if s.lists[name] == nil {
		s.lists[name] = new(queues.Queue[string])
	}
	return s.lists[name]
}

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

func TestRedisCLI(t *testing.T) {
	cli := program(t, "redis-cli")
	served(t, newRespServer().serve, func(co *coro.Co, addr string) {
		host, port, err := net.SplitHostPort(addr)
		require.NoError(t, err)
		command := func(args ...string) *exec.Cmd {
			return exec.Command(cli, append([]string{"-h", host, "-p", port}, args...)...)
		}

		require.Equal(t, "PONG\n", output(t, co, command("ping")))
		large := strings.Repeat("0123456789", 500_000)
		require.Equal(t, "OK\n", outputOf(t, co, command("-x", "SET", "large"), large))
		require.True(t, large+"\n" == output(t, co, command("GET", "large")))
		require.Contains(t, output(t, co, command("FLY")), "unknown command 'FLY'")

		// One waits until the other has come.
		popped := coro.CreateTask(co, func(co *coro.Co) (string, error) { return output(t, co, command("BLPOP", "list", "0")), nil })
		require.Equal(t, "1\n", output(t, co, command("RPUSH", "list", "item")))
		got, err := popped.Await(co)
		require.NoError(t, err)
		require.Equal(t, "list\nitem\n", got)

		// A mass of commands, the answers to which it reads when it has sent them.
		const n = 100_000
		var mass strings.Builder
		for i := range n {
			fmt.Fprintf(&mass, "*3\r\n%s%s%s", bulk("SET"), bulk(fmt.Sprint("key", i)), bulk(fmt.Sprint(i)))
		}
		require.Contains(t, outputOf(t, co, command("--pipe"), mass.String()), fmt.Sprintf("errors: 0, replies: %d", n))
		require.Equal(t, fmt.Sprintln(n-1), output(t, co, command("GET", fmt.Sprint("key", n-1))))
	})
}

func TestRedisBenchmark(t *testing.T) {
	benchmark := program(t, "redis-benchmark")
	served(t, newRespServer().serve, func(co *coro.Co, addr string) {
		host, port, err := net.SplitHostPort(addr)
		require.NoError(t, err)
		out := output(t, co, exec.Command(benchmark, "-h", host, "-p", port, "-q", "-t", "set,get", "-n", "20000", "-c", "50", "-P", "8"))
		require.Regexp(t, `(?s)SET: \d+.* requests per second.*GET: \d+.* requests per second`, out)
		require.NotContains(t, out, "Error")
	})
}
