package streams_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/streams"
)

// fed runs a test with a Reader, and with what feeds it.
func fed(t *testing.T, limit int, test func(co *coro.Co, r *streams.Reader, feed func(string), end func())) {
	t.Helper()
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		feed := func(s string) {
			_, err := a.Write([]byte(s))
			require.NoError(t, err)
		}
		test(co, streams.NewReader(b, streams.Limit(limit)), feed, func() { require.NoError(t, a.CloseWrite()) })
	})
}

// later feeds one piece after the other, each an iteration later.
func later(t *testing.T, co *coro.Co, feed func(string), end func(), pieces ...string) {
	spawn(t, co, func(co *coro.Co) error {
		for _, piece := range pieces {
			feed(piece)
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		if end != nil {
			end()
		}
		return nil
	})
}

const noLimit = 1 << 30

// CPython: test_streams.StreamTests.test_read_zero
// CPython: test_streams.StreamTests.test_read
// CPython: test_streams.StreamTests.test_read_line_breaks
// CPython: test_streams.StreamTests.test_read_limit
// CPython: test_streams.StreamTests.test_feed_nonempty_data
func TestReadSome(t *testing.T) {
	fed(t, 3, func(co *coro.Co, r *streams.Reader, feed func(string), _ func()) {
		feed("line1")
		got, err := r.ReadSome(co, 0)
		require.NoError(t, err)
		require.Empty(t, got)
		got, err = r.ReadSome(co, 30)
		require.NoError(t, err)
		require.Equal(t, "line1", string(got), "what there is, and the limit is not that of a read")
		feed("line2\nline3")
		got, err = r.ReadSome(co, 5)
		require.NoError(t, err)
		require.Equal(t, "line2", string(got))
		require.Equal(t, "\nline3", string(r.Buffered()))
		got, err = r.ReadSome(co, 100)
		require.NoError(t, err)
		require.Equal(t, "\nline3", string(got))
		later(t, co, feed, nil, "late")
		got, err = r.ReadSome(co, 2)
		require.NoError(t, err)
		require.Equal(t, "la", string(got))
		_, err = r.ReadSome(co, -1)
		require.EqualError(t, err, "streams: a read of -1 bytes; ReadAll reads to the end")
	})
}

// CPython: test_streams.StreamTests.test_read_eof
// CPython: test_streams.StreamTests.test_at_eof
// CPython: test_streams.StreamTests.test_feed_empty_data
func TestReadAtTheEnd(t *testing.T) {
	fed(t, noLimit, func(co *coro.Co, r *streams.Reader, feed func(string), end func()) {
		require.False(t, r.AtEOF())
		feed("") // which is nothing to read
		feed("some data\n")
		require.False(t, r.AtEOF())
		line, err := r.ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "some data\n", string(line))
		feed("some data\n")
		end()
		require.False(t, r.AtEOF())
		got, err := r.ReadSome(co, 1024)
		require.NoError(t, err)
		require.Equal(t, "some data\n", string(got))
		for range 2 {
			got, err = r.ReadSome(co, 1024)
			require.Equal(t, io.EOF, err)
			require.Empty(t, got)
		}
		require.True(t, r.AtEOF())
	})
}

// CPython: test_streams.StreamTests.test_read_until_eof
func TestReadAll(t *testing.T) {
	fed(t, 3, func(co *coro.Co, r *streams.Reader, feed func(string), end func()) {
		later(t, co, feed, end, "chunk1\n", "chunk2")
		got, err := r.ReadAll(co)
		require.NoError(t, err)
		require.Equal(t, "chunk1\nchunk2", string(got))
		got, err = r.ReadAll(co)
		require.NoError(t, err)
		require.Empty(t, got)
	})
}

// CPython: test_streams.StreamTests.test_readline
// CPython: test_streams.StreamTests.test_readline_nolimit_nowait
// CPython: test_streams.StreamTests.test_readline_read_byte_count
// CPython: test_streams.StreamTests.test_readline_eof
// CPython: test_streams.StreamTests.test_readline_empty_eof
func TestReadLine(t *testing.T) {
	fed(t, noLimit, func(co *coro.Co, r *streams.Reader, feed func(string), end func()) {
		feed("chunk1 ")
		later(t, co, feed, nil, "chunk2 ", "chunk3 ", "\n chunk4")
		line, err := r.ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "chunk1 chunk2 chunk3 \n", string(line))
		require.Equal(t, " chunk4", string(r.Buffered()))
		feed("\nline2\nlin")
		for _, want := range []string{" chunk4\n", "line2\n"} {
			line, err = r.ReadLine(co)
			require.NoError(t, err)
			require.Equal(t, want, string(line))
		}
		end()
		for _, want := range []string{"lin", "", ""} { // without a newline it is the last
			line, err = r.ReadLine(co)
			require.NoError(t, err)
			require.Equal(t, want, string(line))
		}
	})
}

// A line that is too long is refused, and stays: with another limit it can be read.
//
// CPython: test_streams.StreamTests.test_readline_limit
// CPython: test_streams.StreamTests.test_readline_limit_with_existing_data
func TestReadLineLimit(t *testing.T) {
	fed(t, 5, func(co *coro.Co, r *streams.Reader, feed func(string), _ func()) {
		feed("chunk1\nchunk")
		_, err := r.ReadLine(co)
		var limit *streams.LimitError
		require.ErrorAs(t, err, &limit)
		require.Equal(t, streams.LimitError{Limit: 5, Consumed: 6, Found: true}, *limit)
		require.ErrorIs(t, err, bufio.ErrTooLong)
		require.EqualError(t, err, "streams: the separator comes after 6 bytes, and the limit is 5; SetLimit raises it, and the option Limit of NewReader and ReadLine")
		require.Equal(t, "chunk1\nchunk", string(r.Buffered()))
		line, err := r.ReadLine(co, streams.Limit(6))
		require.NoError(t, err)
		require.Equal(t, "chunk1\n", string(line))
		feed("2")
		_, err = r.ReadLine(co)
		require.ErrorAs(t, err, &limit)
		require.Equal(t, streams.LimitError{Limit: 5, Consumed: 6}, *limit)
		require.EqualError(t, err, "streams: no separator is there after 6 bytes, and the limit is 5; SetLimit raises it, and the option Limit of NewReader and ReadLine")
		require.Equal(t, 6, r.Discard(limit.Consumed))
		feed("line3\n")
		line, err = r.ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "line3\n", string(line), "exactly the limit is not too long")
	})
}

// CPython: test_streams.StreamTests.test_readuntil_separator
// CPython: test_streams.StreamTests.test_readuntil_multi_chunks
// CPython: test_streams.StreamTests.test_readuntil_multi_chunks_1
// CPython: test_streams.StreamTests.test_readuntil_bytearray
func TestReadUntil(t *testing.T) {
	fed(t, noLimit, func(co *coro.Co, r *streams.Reader, feed func(string), _ func()) {
		for _, none := range [][][]byte{{}, {{}}, {{'a'}, {}}} {
			_, err := r.ReadUntil(co, none...)
			require.EqualError(t, err, "streams: a read up to no separator, or up to an empty one")
		}
		for _, c := range []struct {
			separator string
			pieces    []string
			want      string
			left      string
		}{
			{"AAA", []string{"lineAAA"}, "lineAAA", ""},
			{"AAA", []string{"lineAAAxxx"}, "lineAAA", "xxx"},
			{"aaa", []string{"QWEaa", "XYaa", "a"}, "QWEaaXYaaa", ""},
			{"aaa", []string{"QWEaa", "XYa", "aa"}, "QWEaaXYaaa", ""},
			{"aaa", []string{"aaa"}, "aaa", ""},
			{"aaa", []string{"Xaaa"}, "Xaaa", ""},
			{"aaa", []string{"lin", "a", "a", "a"}, "linaaa", ""},
			{"\r\n", []string{"some data\r", "\n"}, "some data\r\n", ""},
		} {
			later(t, co, feed, nil, c.pieces...)
			got, err := r.ReadUntil(co, []byte(c.separator))
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
			require.Equal(t, c.left, string(r.Buffered()))
			r.Discard(len(c.left))
		}
	})
}

// CPython: test_streams.StreamTests.test_readuntil_eof
func TestReadUntilTheEnd(t *testing.T) {
	fed(t, noLimit, func(co *coro.Co, r *streams.Reader, feed func(string), end func()) {
		feed("some data")
		end()
		_, err := r.ReadUntil(co, []byte("\n"))
		var incomplete *streams.IncompleteError
		require.ErrorAs(t, err, &incomplete)
		require.Equal(t, streams.IncompleteError{Partial: []byte("some data"), Expected: -1}, *incomplete)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.EqualError(t, err, "streams: the stream has ended after 9 bytes, before a separator")
		require.Empty(t, r.Buffered())
	})
}

// CPython: test_streams.StreamTests.test_readuntil_limit_found_sep
// CPython: test_streams.StreamTests.test_readuntil_multi_separator_limit
func TestReadUntilLimit(t *testing.T) {
	fed(t, 3, func(co *coro.Co, r *streams.Reader, feed func(string), _ func()) {
		var limit *streams.LimitError
		feed("some dataAA")
		_, err := r.ReadUntil(co, []byte("AAA"))
		require.ErrorAs(t, err, &limit)
		require.Equal(t, streams.LimitError{Limit: 3, Consumed: 9}, *limit, "AA may be the beginning of it")
		feed("A")
		r.SetLimit(9)
		got, err := r.ReadUntil(co, []byte("AAA"))
		require.NoError(t, err)
		require.Equal(t, "some dataAAA", string(got))
		r.SetLimit(3)
		feed("some dataAAA")
		_, err = r.ReadUntil(co, []byte("AAA"))
		require.ErrorAs(t, err, &limit)
		require.Equal(t, streams.LimitError{Limit: 3, Consumed: 9, Found: true}, *limit)
		_, err = r.ReadUntil(co, []byte("A"), []byte("ome dataA"))
		require.ErrorAs(t, err, &limit)
		require.True(t, limit.Found)
		require.Equal(t, "some dataAAA", string(r.Buffered()))
	})
}

// The separator counts that ends first.
//
// CPython: test_streams.StreamTests.test_readuntil_multi_separator
// CPython: test_streams.StreamTests.test_readuntil_multi_separator_negative_offset
func TestReadUntilSeparators(t *testing.T) {
	fed(t, noLimit, func(co *coro.Co, r *streams.Reader, feed func(string), _ func()) {
		until := func(separators ...string) string {
			var all [][]byte
			for _, s := range separators {
				all = append(all, []byte(s))
			}
			got, err := r.ReadUntil(co, all...)
			require.NoError(t, err)
			return string(got)
		}
		feed("line 1\nline 2\r")
		require.Equal(t, "line 1\n", until("\r", "\n"))
		require.Equal(t, "line 2\r", until("\r", "\n"))
		feed("ABCDEFG")
		require.Equal(t, "ABCDE", until("DEF", "BCDE"))
		require.Equal(t, 2, r.Discard(10))
		feed("data")
		later(t, co, feed, nil, "Z", "Aaaa")
		require.Equal(t, "dataZA", until("A", "long sep"))
		require.Equal(t, "aaa", string(r.Buffered()))
	})
}

// CPython: test_streams.StreamTests.test_readexactly_zero_or_less
// CPython: test_streams.StreamTests.test_readexactly
// CPython: test_streams.StreamTests.test_readexactly_limit
// CPython: test_streams.StreamTests.test_readexactly_eof
func TestReadExactly(t *testing.T) {
	fed(t, 3, func(co *coro.Co, r *streams.Reader, feed func(string), end func()) {
		feed("chunk")
		got, err := r.ReadExactly(co, 0)
		require.NoError(t, err)
		require.Empty(t, got)
		_, err = r.ReadExactly(co, -1)
		require.EqualError(t, err, "streams: a read of exactly -1 bytes")
		later(t, co, feed, nil, "chunk", "chunk")
		got, err = r.ReadExactly(co, 13)
		require.NoError(t, err)
		require.Equal(t, "chunkchunkchu", string(got))
		require.Equal(t, "nk", string(r.Buffered()))
		end()
		_, err = r.ReadExactly(co, 10)
		var incomplete *streams.IncompleteError
		require.ErrorAs(t, err, &incomplete)
		require.Equal(t, streams.IncompleteError{Partial: []byte("nk"), Expected: 10}, *incomplete)
		require.EqualError(t, err, "streams: the stream has ended after 2 of 10 bytes")
		require.Empty(t, r.Buffered())
	})
}

// An error of the connection ends the wait, and every later read; what was read before can be taken.
//
// CPython: test_streams.StreamTests.test_read_exception
// CPython: test_streams.StreamTests.test_readline_exception
// CPython: test_streams.StreamTests.test_readexactly_exception
// CPython: test_streams.StreamTests.test_exception
// CPython: test_streams.StreamTests.test_exception_waiter
// CPython: test_streams.StreamTests.test_exception_cancel
// CPython: test_streams.StreamTests.test_open_connection_error
// CPython: test_streams.StreamTests.test_open_unix_connection_error
func TestReadError(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		r := streams.NewReader(b)
		_, err := a.Write([]byte("line"))
		require.NoError(t, err)
		canceled := coro.CreateTask(co, func(co *coro.Co) ([]byte, error) { return r.ReadLine(co) })
		require.NoError(t, coro.Sleep(co, time.Second))
		canceled.Cancel()
		testkit.WaitCanceled(t, co, canceled)
		line := coro.CreateTask(co, func(co *coro.Co) ([]byte, error) { return r.ReadLine(co) })
		require.NoError(t, coro.Sleep(co, time.Second))
		require.NoError(t, a.Abort())
		_, err = line.Await(co)
		require.ErrorIs(t, err, syscall.ECONNRESET)
		require.Equal(t, "line", string(r.Buffered()))
		_, err = r.ReadExactly(co, 5)
		require.ErrorIs(t, err, syscall.ECONNRESET)
		got, err := r.ReadSome(co, 10)
		require.NoError(t, err)
		require.Equal(t, "line", string(got))
		for range 2 {
			_, err = r.ReadSome(co, 10)
			require.ErrorIs(t, err, syscall.ECONNRESET)
			_, err = r.ReadAll(co)
			require.ErrorIs(t, err, syscall.ECONNRESET)
		}
	})
}

// A read that is canceled, or whose deadline has come, loses nothing.
func TestReadCanceled(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		r := streams.NewReader(b)
		for _, read := range []func(co *coro.Co) ([]byte, error){
			func(co *coro.Co) ([]byte, error) { return r.ReadLine(co) },
			func(co *coro.Co) ([]byte, error) { return r.ReadUntil(co, []byte("end")) },
			func(co *coro.Co) ([]byte, error) { return r.ReadExactly(co, 100) },
			func(co *coro.Co) ([]byte, error) { return r.ReadAll(co) },
		} {
			_, err := a.Write([]byte("x"))
			require.NoError(t, err)
			err = coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
				_, err := read(co)
				return err
			})
			require.True(t, future.IsTimeout(err))
		}
		require.NoError(t, b.SetReadDeadline(time.Now().Add(time.Second)))
		_, err := r.ReadLine(co)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, b.SetReadDeadline(time.Time{}))
		_, err = a.Write([]byte("\n"))
		require.NoError(t, err)
		line, err := r.ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "xxxx\n", string(line))
	})
}

// CPython: test_streams.StreamTests.test_invalid_limit
func TestReaderMisuse(t *testing.T) {
	require.PanicsWithValue(t, "streams: Limit of 0; at least one byte it must be", func() { streams.Limit(0) })
	require.PanicsWithValue(t, "streams: a nil ReadOption; leave it out", func() {
		streams.NewReader(strings.NewReader(""), nil)
	})
	require.PanicsWithValue(t, "streams: NewReader of nil", func() { streams.NewReader(nil) })
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		r := streams.NewReader(b)
		first := coro.CreateTask(co, func(co *coro.Co) ([]byte, error) { return r.ReadLine(co) })
		require.NoError(t, coro.Sleep(co, time.Second))
		_, err := r.ReadLine(co)
		require.EqualError(t, err, "streams: another task reads from this Reader already")
		_, err = a.Write([]byte("line\n"))
		require.NoError(t, err)
		line, err := first.Await(co)
		require.NoError(t, err)
		require.Equal(t, "line\n", string(line))
	})
}

// A Reader is an io.Reader, also of what is no connection.
func TestReaderOfAnything(t *testing.T) {
	text := strings.Repeat("all of it\n", 10_000)
	piped(t, func(co *coro.Co, _, _ *streams.Conn) {
		r := streams.NewReader(iotest.HalfReader(strings.NewReader(text)))
		line, err := r.ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "all of it\n", string(line))
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, text[len(line):], string(rest))
		bad := errors.New("bad")
		r = streams.NewReader(iotest.ErrReader(bad))
		_, err = r.ReadLine(co)
		require.Equal(t, bad, err)
	})
}

// Random reads of random pieces do what reads of the whole text do.
func TestReaderAgainstAModel(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		text := make([]byte, random.IntN(20_000))
		for i := range text {
			text[i] = "abcd\n"[random.IntN(5)]
		}
		var pieces []string
		for rest := text; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(3000))
			pieces, rest = append(pieces, string(rest[:n])), rest[n:]
		}
		fed(t, 40, func(co *coro.Co, r *streams.Reader, feed func(string), end func()) {
			later(t, co, feed, end, pieces...)
			rest := text
			took := func(n int, got []byte, err error, what string) {
				require.NoError(t, err, "seed %d: %s", seed, what)
				require.Equal(t, string(rest[:n]), string(got), "seed %d: %s", seed, what)
				rest = rest[n:]
			}
			for len(rest) > 0 {
				switch random.IntN(3) {
				case 0:
					n := random.IntN(len(rest) + 1)
					got, err := r.ReadExactly(co, n)
					took(n, got, err, fmt.Sprint("exactly ", n))
				case 1:
					got, err := r.ReadSome(co, 1+random.IntN(2000))
					took(len(got), got, err, "some")
				case 2:
					separators := [][]byte{[]byte("ab"), []byte("\n"), []byte("bcda")}[random.IntN(3):]
					end := -1
					for _, s := range separators {
						if at := bytes.Index(rest, s); at >= 0 && (end < 0 || at+len(s) < end) {
							end = at + len(s)
						}
					}
					got, err := r.ReadUntil(co, separators...)
					var limit *streams.LimitError
					var incomplete *streams.IncompleteError
					switch {
					case errors.As(err, &limit):
						require.Greater(t, limit.Consumed, 40)
						require.True(t, end < 0 || end > limit.Consumed, "seed %d: what is consumed is before the separator", seed)
						n := r.Discard(limit.Consumed)
						require.Equal(t, limit.Consumed, n)
						rest = rest[n:]
					case errors.As(err, &incomplete):
						require.Negative(t, end)
						took(len(rest), incomplete.Partial, nil, "the end")
					default:
						took(end, got, err, "until")
					}
				}
			}
			got, err := r.ReadAll(co)
			require.NoError(t, err)
			require.Empty(t, got)
		})
	}
}
