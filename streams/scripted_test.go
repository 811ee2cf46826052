package streams_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/streams"
)

var lost = fails(syscall.EPIPE)

// outcome is an error in a word.
func outcome(err error) string {
	switch {
	case err == nil:
		return ""
	case err == io.EOF:
		return "the end"
	case errors.Is(err, net.ErrClosed):
		return "closed"
	case errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET):
		return "lost"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	}
	return err.Error()
}

// A scripted test does one thing after the other to a connection. Its trace is of these, of what the
// transport is asked to do for them, of their errors, and of how many bytes are kept after each.
type scripted struct {
	name          string
	reads, writes []answer
	do            []string
	want          trace
}

// do does something to a connection; some of it takes a text.
func (s *script) do(co *coro.Co, c *streams.Conn, what string) error {
	name, text, _ := strings.Cut(what, " ")
	w := streams.NewWriter(c)
	switch name {
	case "write":
		p := []byte(text)
		_, err := w.Write(p)
		if string(p) != text {
			return errors.New("what was written is changed")
		}
		clear(p) // the Writer has no hold of it
		return err
	case "lines":
		var lines net.Buffers
		for line := range strings.FieldsSeq(text) {
			lines = append(lines, []byte(line))
		}
		_, err := lines.WriteTo(w)
		return err
	case "read":
		_, err := c.Read(make([]byte, 10))
		return err
	case "eof":
		return w.WriteEOF()
	case "close":
		return w.Close()
	case "abort":
		return c.Abort()
	case "soon":
		s.ready() // and what that brings comes in the next iteration
		return nil
	case "ready":
		s.ready()
		return errors.Join(coro.Sleep(co, 0), coro.Sleep(co, 0))
	}
	return errors.ErrUnsupported
}

// follow does one thing after the other, and notes what comes of it.
func (s *script) follow(co *coro.Co, c *streams.Conn, do []string) {
	for _, what := range do {
		s.trace.Add("%s", what)
		if told := outcome(s.do(co, c, what)); told != "" {
			s.trace.Add("  = %s", told)
		}
		if n := streams.NewWriter(c).BufferSize(); n > 0 {
			s.trace.Add("  keeps %d", n)
		}
	}
}

func (test *scripted) run(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		s := newScript(co, test.reads, test.writes)
		c := s.conn(t, co)
		s.follow(co, c, test.do)
		require.Equal(t, test.want.text(), strings.Join(s.trace, "\n"))
	})
}

// What a Writer has the transport do at each of its answers.
func TestScriptedWrites(t *testing.T) {
	for _, test := range []scripted{
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_bytearray
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_memoryview
		// CPython: test_unix_events.UnixWritePipeTransportTests.test_write
		{name: "all at once", writes: all(took(4)), do: []string{"write data"}, want: `
			write data
			  write "data": 4`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_no_data
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_sendmsg_no_data
		// CPython: test_unix_events.UnixWritePipeTransportTests.test_write_no_data
		{name: "nothing", writes: all(again), do: []string{"write", "write data", "write", "lines"}, want: `
			write
			write data
			  write "data": again
			  keeps 4
			write
			  keeps 4
			lines
			  keeps 4`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_buffer
		// CPython: test_unix_events.UnixWritePipeTransportTests.test_write_buffer
		{name: "after what is kept", writes: all(again, took(10)), do: []string{"write data1", "soon", "write data2", "ready"}, want: `
			write data1
			  write "data1": again
			  keeps 5
			soon
			  keeps 5
			write data2
			  keeps 10
			ready
			  write "data1data2": 10`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_partial
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_partial_bytearray
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_partial_memoryview
		// CPython: test_unix_events.UnixWritePipeTransportTests.test_write_partial
		{name: "a part", writes: all(took(2), again, took(2)), do: []string{"write data", "ready"}, want: `
			write data
			  write "data": 2
			  write "ta": again
			  keeps 2
			ready
			  write "ta": 2`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_partial_none
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready_partial_none
		// CPython: test_unix_events.UnixWritePipeTransportTests.test__write_ready_empty
		{name: "a part of nothing", writes: all(took(0), took(0), took(4)), do: []string{"write data", "ready"}, want: `
			write data
			  write "data": 0
			  keeps 4
			ready
			  write "data": 0
			  write "data": 4`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_tryagain
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_sendmsg_full
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready_no_data
		// CPython: test_unix_events.UnixWritePipeTransportTests.test_write_again
		// CPython: test_unix_events.UnixWritePipeTransportTests.test__write_ready
		{name: "later", writes: all(again, took(4)), do: []string{"write data", "ready", "ready"}, want: `
			write data
			  write "data": again
			  keeps 4
			ready
			  write "data": 4
			ready`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready_partial
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready_tryagain
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_sendmsg_partial
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_sendmsg_half_buffer
		// CPython: test_unix_events.UnixWritePipeTransportTests.test__write_ready_partial
		// CPython: test_unix_events.UnixWritePipeTransportTests.test__write_ready_again
		{name: "later, a part", writes: all(again, took(2), again, again), do: []string{"write data1", "write data2", "ready", "ready"}, want: `
			write data1
			  write "data1": again
			  keeps 5
			write data2
			  keeps 10
			ready
			  write "data1data2": 2
			  write "ta1data2": again
			  keeps 8
			ready
			  write "ta1data2": again
			  keeps 8`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_writelines_send_full
		// CPython: test_transports.TransportTests.test_writelines
		// CPython: test_selector_events.SelectorSocketTransportTests.test_writelines_sendmsg_full
		{name: "lines", writes: all(took(4), took(4)), do: []string{"lines one, two."}, want: `
			lines one, two.
			  write "one,": 4
			  write "two.": 4`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_writelines_send_partial
		// CPython: test_selector_events.SelectorSocketTransportTests.test_writelines_sendmsg_partial
		{name: "a part of lines", writes: all(took(2), again, took(6)), do: []string{"lines one, two.", "ready"}, want: `
			lines one, two.
			  write "one,": 2
			  write "e,": again
			  keeps 6
			ready
			  write "e,two.": 6`},
	} {
		t.Run(test.name, test.run)
	}
}

// A connection that is lost, with what is kept, is an error of each Write from then on, and the transport is
// not asked again.
func TestScriptedLosses(t *testing.T) {
	for _, test := range []scripted{
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_exception
		// CPython: test_selector_events.SelectorSocketTransportTests.test_writelines_after_connection_lost
		// CPython: test_unix_events.UnixWritePipeTransportTests.test_write_err
		{name: "at once", writes: all(lost), do: []string{"write data", "write data", "lines one two", "ready"}, want: `
			write data
			  write "data": broken pipe
			  = lost
			write data
			  = lost
			lines one two
			  = lost
			ready`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready_exception
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_sendmsg_OSError
		// CPython: test_unix_events.UnixWritePipeTransportTests.test__write_ready_err
		// CPython: test_unix_events.UnixWritePipeTransportTests.test__call_connection_lost_with_err
		{name: "later", writes: all(again, lost), do: []string{"write data", "ready", "ready", "write more", "close", "ready"}, want: `
			write data
			  write "data": again
			  keeps 4
			ready
			  write "data": broken pipe
			ready
			write more
			  = lost
			close
			  close
			ready`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_closing
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_eof_after_close
		{name: "closed here", do: []string{"close", "write data", "write data", "eof"}, want: `
			close
			  close
			write data
			  = closed
			write data
			  = closed
			eof
			  = closed`},
	} {
		t.Run(test.name, test.run)
	}
}

// An end comes after what is kept; Abort does not.
func TestScriptedEnds(t *testing.T) {
	for _, test := range []scripted{
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_eof
		{name: "end of writes", do: []string{"eof", "eof", "write data", "close"}, want: `
			eof
			  end of writes
			eof
			write data
			  = closed
			close
			  close`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_eof_buffer
		{name: "end of writes, later", writes: all(again, took(4)), do: []string{"write data", "eof", "ready", "close"}, want: `
			write data
			  write "data": again
			  keeps 4
			eof
			  keeps 4
			ready
			  write "data": 4
			  end of writes
			close
			  close`},
		// CPython: test_selector_events.SelectorTransportTests.test_close
		// CPython: test_selector_events.SelectorTransportTests.test_connection_lost
		// CPython: test_selector_events.SelectorSocketTransportTests.test_transport_close_remove_writer
		// CPython: test_unix_events.UnixWritePipeTransportTests.test_close
		// CPython: test_unix_events.UnixWritePipeTransportTests.test_close_closing
		// CPython: test_unix_events.UnixWritePipeTransportTests.test__call_connection_lost
		// CPython: test_unix_events.UnixReadPipeTransportTests.test_close
		// CPython: test_unix_events.UnixReadPipeTransportTests.test_close_already_closing
		// CPython: test_unix_events.UnixReadPipeTransportTests.test__close
		// CPython: test_unix_events.UnixReadPipeTransportTests.test__call_connection_lost
		{name: "close", do: []string{"close", "close", "ready"}, want: `
			close
			  close
			close
			ready`},
		// CPython: test_selector_events.SelectorTransportTests.test_close_write_buffer
		// CPython: test_selector_events.SelectorSocketTransportTests.test_write_ready_closing
		// CPython: test_unix_events.UnixWritePipeTransportTests.test__write_ready_closing
		{name: "close, later", writes: all(again, took(2), again, took(2)), do: []string{"write data", "close", "close", "ready", "ready"}, want: `
			write data
			  write "data": again
			  keeps 4
			close
			  keeps 4
			close
			  keeps 4
			ready
			  write "data": 2
			  write "ta": again
			  keeps 2
			ready
			  write "ta": 2
			  close`},
		// CPython: test_selector_events.SelectorTransportTests.test_abort
		// CPython: test_selector_events.SelectorTransportTests.test_force_close
		// CPython: test_selector_events.SelectorTransportTests.test__add_reader
		// CPython: test_unix_events.UnixWritePipeTransportTests.test_abort
		{name: "abort", writes: all(again), do: []string{"write data", "abort", "abort", "ready", "read"}, want: `
			write data
			  write "data": again
			  keeps 4
			abort
			  abort
			abort
			  = closed
			ready
			read
			  = closed`},
	} {
		t.Run(test.name, test.run)
	}
}

// What a Read is given, and when the transport is asked.
func TestScriptedReads(t *testing.T) {
	for _, test := range []scripted{
		// CPython: test_selector_events.SelectorSocketTransportTests.test_read_ready
		// CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_read_ready
		{name: "data", reads: all(gave("data"), gave("more")), do: []string{"read", "read"}, want: `
			read
			  read: "data"
			read
			  read: "more"`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_pause_resume_reading
		// CPython: test_selector_events.SelectorSocketTransportTests.test_pause_reading_connection_made
		// CPython: test_unix_events.UnixReadPipeTransportTests.test_pause_reading
		// CPython: test_unix_events.UnixReadPipeTransportTests.test_resume_reading
		{name: "nobody reads", reads: all(gave("data")), do: []string{"ready", "ready", "read", "ready", "close"}, want: `
			ready
			ready
			read
			  read: "data"
			ready
			close
			  close`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_read_ready_eof_keep_open
		// CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_read_ready_eof_keep_open
		{name: "the end keeps it open", reads: all(fails(io.EOF), fails(io.EOF)), writes: all(took(4)), do: []string{"read", "read", "write data", "close"}, want: `
			read
			  read: EOF
			  = the end
			read
			  read: EOF
			  = the end
			write data
			  write "data": 4
			close
			  close`},
		// CPython: test_selector_events.SelectorSocketTransportTests.test_read_ready_conn_reset
		// CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_read_ready_conn_reset
		// CPython: test_selector_events.SelectorSocketTransportTests.test_read_ready_err
		// CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_read_ready_err
		// CPython: test_selector_events.SelectorTransportTests.test_fatal_error
		// CPython: test_unix_events.UnixReadPipeTransportTests.test__read_ready_error
		// CPython: test_unix_events.UnixReadPipeTransportTests.test__call_connection_lost_with_err
		{name: "an error", reads: all(fails(syscall.ECONNRESET), fails(errors.New("input/output error"))), do: []string{"read", "read", "close"}, want: `
			read
			  read: connection reset by peer
			  = lost
			read
			  read: input/output error
			  = read script here->there: input/output error
			close
			  close`},
	} {
		t.Run(test.name, test.run)
	}
}

// A Read that finds nothing waits, and is told once.
//
// CPython: test_selector_events.SelectorSocketTransportTests.test_read_ready_tryagain
// CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_read_ready_tryagain
func TestScriptedReadWaits(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		s := newScript(co, all(again, again, gave("data")), nil)
		c := s.conn(t, co)
		spawn(t, co, func(co *coro.Co) error {
			p := make([]byte, 10)
			n, err := c.Read(p)
			s.trace.Add("got %q", p[:n])
			return err
		})
		for range 3 {
			testkit.Pass(t, co, 3)
			s.trace.Add("ready")
			s.ready()
		}
		testkit.Pass(t, co, 3)
		require.Equal(t, testkit.Trace{"  read: again", "ready", "  read: again", "ready", `  read: "data"`, `got "data"`, "ready"}, s.trace)
	})
}
