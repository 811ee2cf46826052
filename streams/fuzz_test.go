package streams_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/streams"
)

// chunks is a stream that comes as sizes have it; where one is zero the read fails, and the next goes on.
type chunks struct {
	text  []byte
	sizes []byte
}

func (c *chunks) Read(p []byte) (int, error) {
	size := 1
	if len(c.sizes) > 0 {
		size, c.sizes = int(c.sizes[0]), c.sizes[1:]
	}
	switch {
	case size == 0:
		return 0, os.ErrDeadlineExceeded
	case len(c.text) == 0:
		return 0, io.EOF
	}
	n := copy(p, c.text[:min(size, len(c.text))])
	c.text = c.text[n:]
	return n, nil
}

// A model is a Reader that has the whole stream before it, and no buffer.
type model struct {
	rest  []byte
	limit int
}

func (m *model) take(n int) []byte {
	p := m.rest[:n]
	m.rest = m.rest[n:]
	return p
}

// until is what a read up to the separators gives, and what becomes of it.
func (m *model) until(separators ...[]byte) (p []byte, tooLong, incomplete bool) {
	longest := 0
	for end := range len(m.rest) + 1 {
		begin := -1
		for _, s := range separators {
			longest = max(longest, len(s))
			if bytes.HasSuffix(m.rest[:end], s) {
				begin = max(begin, end-len(s))
			}
		}
		if begin >= 0 {
			if begin > m.limit {
				return nil, true, false
			}
			return m.take(end), false, false
		}
	}
	if len(m.rest)+1-longest > m.limit {
		return nil, true, false
	}
	return m.take(len(m.rest)), false, true
}

// FuzzReader has a Reader and the model do the same, whatever comes in whatever pieces. Of reads that
// fail in between nothing is lost.
func FuzzReader(f *testing.F) {
	f.Add([]byte("one\ntwo\r\nthree"), []byte{3, 0, 5, 1}, []byte{0, 1, 2, 3, 4, 5, 6, 7})
	f.Add([]byte("aaabaab--ab"), []byte{1, 1, 1, 0, 0, 2}, []byte{1, 1, 9, 2, 0x32, 5})
	f.Add(bytes.Repeat([]byte("0123456789"), 100), []byte{200, 1}, []byte{6, 0, 0x16, 0, 4, 0xf0, 3, 3})
	f.Fuzz(func(t *testing.T, text, sizes, ops []byte) {
		m := &model{text, 100}
		r := streams.NewReader(&chunks{text, sizes}, streams.Limit(m.limit))
		// again is an operation that is tried until it does not fail in between.
		again := func(op func() ([]byte, error)) ([]byte, error) {
			for {
				if p, err := op(); !errors.Is(err, os.ErrDeadlineExceeded) {
					return p, err
				}
			}
		}
		checkUntil := func(p []byte, err error, expected []byte, tooLong, incomplete, isLine bool) {
			var limit *streams.LimitError
			var partial *streams.IncompleteError
			switch {
			case tooLong:
				require.ErrorAs(t, err, &limit)
				require.Equal(t, m.limit, limit.Limit)
				require.LessOrEqual(t, limit.Consumed, len(m.rest))
				n := r.Discard(limit.Consumed)
				require.Equal(t, limit.Consumed, n, "what it says to be there is")
				m.take(n)
			case incomplete && !isLine:
				require.ErrorAs(t, err, &partial)
				require.Equal(t, string(expected), string(partial.Partial))
			default:
				require.NoError(t, err)
				require.Equal(t, string(expected), string(p))
			}
		}
		for _, op := range ops {
			n := int(op >> 4)
			switch op & 7 {
			case 0:
				p, err := again(func() ([]byte, error) { return r.ReadLine(nil) })
				expected, tooLong, incomplete := m.until([]byte("\n"))
				checkUntil(p, err, expected, tooLong, incomplete, true)
			case 1:
				separators := [][]byte{[]byte("b"), []byte("aab"), []byte("--")}[:1+n%3]
				p, err := again(func() ([]byte, error) { return r.ReadUntil(nil, separators...) })
				expected, tooLong, incomplete := m.until(separators...)
				checkUntil(p, err, expected, tooLong, incomplete, false)
			case 2:
				p, err := again(func() ([]byte, error) { return r.ReadExactly(nil, n) })
				if n <= len(m.rest) {
					require.NoError(t, err)
					require.Equal(t, string(m.take(n)), string(p))
					break
				}
				var partial *streams.IncompleteError
				require.ErrorAs(t, err, &partial)
				require.Equal(t, string(m.take(len(m.rest))), string(partial.Partial))
			case 3:
				p, err := again(func() ([]byte, error) { return r.ReadSome(nil, n) })
				if n > 0 && len(m.rest) == 0 {
					require.ErrorIs(t, err, io.EOF)
					break
				}
				require.NoError(t, err)
				require.LessOrEqual(t, len(p), n)
				require.Equal(t, n == 0, len(p) == 0)
				require.Equal(t, string(m.take(len(p))), string(p))
			case 4:
				p := make([]byte, n)
				got, err := again(func() ([]byte, error) {
					k, err := r.Read(p)
					return p[:k], err
				})
				if err != nil {
					require.ErrorIs(t, err, io.EOF)
					require.Empty(t, m.rest)
				}
				require.Equal(t, string(m.take(len(got))), string(got))
			case 5:
				require.True(t, bytes.HasPrefix(m.rest, r.Buffered()))
				m.take(r.Discard(n))
			case 6:
				m.limit = 1 + 10*n
				r.SetLimit(m.limit)
			case 7:
				if n < 15 {
					break
				}
				p, err := again(func() ([]byte, error) { return r.ReadAll(nil) })
				require.NoError(t, err)
				require.Equal(t, string(m.take(len(m.rest))), string(p))
				require.True(t, r.AtEOF())
			}
			require.LessOrEqual(t, len(r.Buffered()), len(m.rest))
		}
	})
}
