package streams_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/streams"
)

// A packets test has tasks send and receive, all at once, and the transport ready again between. Its trace
// is of what that is asked, and of what the tasks are told.
type packets struct {
	name          string
	reads, writes []answer
	do            []string
	want          trace
}

func (s *script) doPacket(co *coro.Co, c *streams.PacketConn, dialed bool, what string) error {
	name, text, _ := strings.Cut(what, " ")
	switch name {
	case "send":
		if dialed {
			_, err := c.Write([]byte(text))
			return err
		}
		_, err := c.WriteTo([]byte(text), scriptAddr("there"))
		return err
	case "receive":
		p := make([]byte, 10)
		n, from, err := c.ReadFrom(p)
		if err == nil {
			s.trace.Add("%s: %q from %v", what, p[:n], from)
		}
		return err
	case "close":
		return c.Close()
	}
	return errors.ErrUnsupported
}

func (test *packets) run(t *testing.T) {
	for _, dialed := range []bool{false, true} {
		testkit.Run(t, func(co *coro.Co) {
			s := newScript(co, test.reads, test.writes)
			c := s.packets(t, co, dialed)
			for _, what := range test.do {
				if what == "ready" {
					s.trace.Add("ready")
					s.ready()
				} else {
					testkit.Spawn(co, func(co *coro.Co) error {
						if told := outcome(s.doPacket(co, c, dialed, what)); told != "" {
							s.trace.Add("%s = %s", what, told)
						}
						return nil
					})
				}
				testkit.Pass(t, co, 3)
			}
			want := test.want.text()
			if dialed {
				want = strings.ReplaceAll(want, "\" to there:", "\":")
			}
			require.Equal(t, want, strings.Join(s.trace, "\n"))
		})
	}
}

func TestScriptedPackets(t *testing.T) {
	for _, test := range []packets{
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_bytearray
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_memoryview
		{name: "at once", writes: all(took(4), took(0)), do: []string{"send data", "send"}, want: `
			  send "data" to there: 4
			  send "" to there: 0`},
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_tryagain
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_ready
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_ready_tryagain
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_buffer
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_buffer_bytearray
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_buffer_memoryview
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_buffer_nodata
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_sendto_ready
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_sendto_ready_blocked
		// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_sendto_blocking
		{name: "in line while there is no room", writes: all(again, again, took(5), took(0), again, took(5)),
			do: []string{"send data1", "send", "send data2", "ready", "ready", "ready"}, want: `
			  send "data1" to there: again
			ready
			  send "data1" to there: again
			ready
			  send "data1" to there: 5
			  send "" to there: 0
			  send "data2" to there: again
			ready
			  send "data2" to there: 5`},
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_error_received
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_error_received_connected
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_exception
		{name: "an error, and on", writes: all(fails(syscall.ECONNREFUSED), took(4)), do: []string{"send data", "send more"}, want: `
			  send "data" to there: connection refused
			send data = refused
			  send "more" to there: 4`},
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_ready_error_received
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_ready_error_received_connection
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_ready_exception
		{name: "an error later, and on", writes: all(again, fails(syscall.ECONNREFUSED), took(4)), do: []string{"send data", "send more", "ready"}, want: `
			  send "data" to there: again
			ready
			  send "data" to there: connection refused
			send data = refused
			  send "more" to there: 4`},
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_closing
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_ready_closing
		{name: "closed in the wait", writes: all(again), do: []string{"send data", "send more", "close", "send", "receive"}, want: `
			  send "data" to there: again
			  close
			send data = closed
			send more = closed
			send = closed
			receive = closed`},
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_read_ready
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_read_ready_tryagain
		{name: "received", reads: all(gave("data"), again, gave(""), gave("more")), do: []string{"receive", "receive", "receive", "ready"}, want: `
			  read: "data"
			receive: "data" from there
			  read: again
			ready
			  read: ""
			receive: "" from there
			  read: "more"
			receive: "more" from there`},
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_read_ready_oserr
		// CPython: test_selector_events.SelectorDatagramTransportTests.test_read_ready_err
		{name: "told, and on", reads: all(fails(syscall.ECONNREFUSED), gave("data")), do: []string{"receive", "receive"}, want: `
			  read: connection refused
			receive = refused
			  read: "data"
			receive: "data" from there`},
	} {
		t.Run(test.name, test.run)
	}
}
