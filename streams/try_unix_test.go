//go:build unix

package streams_test

import (
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// A system call that was interrupted is made again; one that would block is not, before there is news.
//
// CPython: test_selector_events.SelectorSocketTransportTests.test_read_ready_tryagain_interrupted
// CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_read_ready_tryagain_interrupted
func TestSystemCalls(t *testing.T) {
	needsDescriptors(t)
	for _, test := range []struct {
		name    string
		answers []error
		want    []error // of tries
	}{
		{"at once", []error{nil, nil}, []error{nil, nil}},
		{"interrupted", []error{syscall.EINTR, syscall.EINTR, nil}, []error{nil}},
		{"would block", []error{syscall.EAGAIN}, []error{network.ErrAgain, network.ErrAgain}},
		{"interrupted, and would block", []error{syscall.EINTR, syscall.EAGAIN}, []error{network.ErrAgain, network.ErrAgain}},
		{"fails", []error{syscall.EIO, nil}, []error{syscall.EIO, nil}},
	} {
		for kind, try := range map[string]func(c *streams.Conn, call func() error) error{
			"stream": func(c *streams.Conn, call func() error) error {
				_, err := streams.Try(c, make([]byte, 5), func(p []byte) (int, error) { return len(p), call() })
				return err
			},
			"datagrams": streams.Attempt,
		} {
			t.Run(test.name+", "+kind, func(t *testing.T) {
				onMachine(t, func(co *coro.Co) {
					ln, err := net.Listen("tcp", "127.0.0.1:0")
					require.NoError(t, err)
					defer ln.Close()
					c, err := streams.Dial(co, "tcp", ln.Addr().String())
					require.NoError(t, err)
					answers := test.answers
					for _, want := range test.want {
						require.ErrorIs(t, try(c, func() error {
							answer := answers[0]
							answers = answers[1:]
							return answer
						}), want)
					}
					require.Empty(t, answers)
					require.NoError(t, c.Close())
				})
			})
		}
	}
}
