package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// written is a record of some blocks.
func written(events []Event, entries []Entry, every int) []byte {
	var b bytes.Buffer
	w := NewWriter(&b, Header{Program: "test", Seed: 7})
	n := uint64(0)
	for i := range max(len(events), len(entries)) {
		if i < len(events) {
			w.Event(&events[i])
		}
		if i < len(entries) {
			w.Entry(entries[i])
			n++
		}
		if i%every == every-1 {
			w.Checkpoint(Checkpoint{Entries: n, Hash: n * 31})
		}
	}
	w.Checkpoint(Checkpoint{Entries: n, Moment: BeforeClose})
	w.End(n)
	return b.Bytes()
}

func sample() (events []Event, entries []Entry) {
	for i := range 20 {
		e := Event{Kind: Reading, Place: Place{Entries: uint64(i)}, Time: time.Duration(i) * time.Second}
		if i%3 > 0 {
			e.Kind, e.Source, e.Place.Ready, e.Number = Arrival, Post, i, uint64(i)*1000
			e.Site = fmt.Sprintf("a/b.go:%d", i%4)
			e.Data = bytes.Repeat([]byte{byte(i)}, i)
		}
		events = append(events, e)
		entries = append(entries, Entry{What: Step, Task: uint32(20 - i)}, Entry{What: 5})
	}
	return events, entries
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	events, entries := sample()
	r, err := Read(bytes.NewReader(written(events, entries, 7)))
	require.NoError(t, err)
	require.False(t, r.Cut)
	require.Equal(t, uint64(7), r.Header.Seed)
	require.Equal(t, "test", r.Header.Program)
	for _, want := range events {
		got, ok := r.Event()
		require.True(t, ok)
		if len(got.Data) == 0 {
			got.Data = want.Data
		}
		require.Equal(t, want, *got)
		r.Next()
	}
	_, ok := r.Event()
	require.False(t, ok)
	for _, want := range entries {
		got, ok := r.Entry()
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	_, ok = r.Entry()
	require.False(t, ok)
	last, passed := r.Checkpoint(r.Checkpoints() - 1)
	require.Equal(t, Checkpoint{Entries: 40, Moment: BeforeClose}, last)
	require.True(t, passed)
}

func TestCheckpointsArePassedInTurn(t *testing.T) {
	events, entries := sample()
	r, err := Read(bytes.NewReader(written(events, entries, 10)))
	require.NoError(t, err)
	for i := range events {
		_, passed := r.Checkpoint(0)
		require.Equal(t, i >= 10, passed, i)
		_, passed = r.Checkpoint(1)
		require.Equal(t, i >= 20, passed, i)
		r.Event()
		r.Next()
	}
}

func refused(t *testing.T, b []byte, what string, i int) bool {
	_, err := Read(bytes.NewReader(b))
	if err == nil {
		return false
	}
	for _, reason := range []error{ErrForeign, ErrNewer, ErrCorrupt, ErrShort} {
		if errors.Is(err, reason) {
			return true
		}
	}
	require.NoErrorf(t, err, "%s %d", what, i)
	return false
}

// A record that is cut at whatever byte has its whole blocks, or none.
func TestCutAtEveryByte(t *testing.T) {
	events, entries := sample()
	file := written(events, entries, 7)
	blocks := 0
	for n := range file {
		if refused(t, file[:n], "cut at", n) {
			require.Zero(t, blocks)
			continue
		}
		r, err := Read(bytes.NewReader(file[:n]))
		require.NoError(t, err)
		require.True(t, r.Cut)
		require.GreaterOrEqual(t, r.Checkpoints(), blocks)
		blocks = r.Checkpoints()
	}
	require.Equal(t, 6, blocks)
}

// A record in which any bit is another one is refused, or it is one that was cut before it.
func TestEveryBitFlipped(t *testing.T) {
	events, entries := sample()
	file := written(events, entries, 7)
	header := bytes.IndexByte(file, '}')
	for i := range file {
		for bit := range 8 {
			changed := bytes.Clone(file)
			changed[i] ^= 1 << bit
			if refused(t, changed, "bit of byte", i) {
				continue
			}
			require.Greaterf(t, i, header+castagnoli, "bit %d of byte %d", bit, i)
			r, err := Read(bytes.NewReader(changed))
			require.NoError(t, err)
			require.True(t, r.Cut)
		}
	}
}

// Whatever is read is refused with a reason, or is whole.
func FuzzRead(f *testing.F) {
	events, entries := sample()
	f.Add(written(events, entries, 7))
	f.Add([]byte("ouro-rec"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Read(bytes.NewReader(b))
		if err != nil {
			for _, reason := range []error{ErrForeign, ErrNewer, ErrCorrupt, ErrShort} {
				if errors.Is(err, reason) {
					return
				}
			}
			require.NoError(t, err)
		}
		for _, ok := r.Event(); ok; _, ok = r.Event() {
			r.Next()
		}
	})
}

type pair struct {
	A int
	B []string
}

type hiding struct{ a int }

type marshaled struct{ a byte }

func (m marshaled) MarshalBinary() ([]byte, error) { return []byte{m.a}, nil }
func (m *marshaled) UnmarshalBinary(b []byte) error {
	m.a = b[0]
	return nil
}

type panicking struct{}

func (panicking) MarshalBinary() ([]byte, error)  { panic("no") }
func (*panicking) UnmarshalBinary(b []byte) error { panic("no") }

func keeps[T any](t *testing.T, v T) {
	t.Helper()
	data := Encode(v, nil)
	require.Truef(t, IsValue(data), "%T", v)
	got, err, failed := Decode[T](data)
	require.NoError(t, failed)
	require.NoError(t, err)
	require.Equal(t, v, got)
}

func TestValuesThatAreKept(t *testing.T) {
	keeps(t, true)
	keeps(t, -5)
	keeps(t, int8(math.MinInt8))
	keeps(t, uint64(math.MaxUint64))
	keeps(t, math.Inf(1))
	keeps(t, float32(0.1))
	keeps(t, "text \xff")
	keeps(t, []byte{1, 2, 3})
	keeps(t, []byte(nil))
	keeps(t, struct{}{})
	keeps(t, time.Second)
	keeps(t, pair{1, []string{"x"}})
	keeps(t, map[string]pair{"a": {2, nil}})
	keeps(t, &pair{3, []string{}})
	keeps(t, [2]int{4, 5})
	keeps(t, marshaled{6})
	keeps(t, time.Unix(1, 2).UTC())
	keeps(t, []time.Time{time.Unix(1, 2).UTC()})
}

func TestValuesThatAreNotKept(t *testing.T) {
	type loop struct{ Next *loop }
	type renamed struct {
		A int `json:"-"`
	}
	require.False(t, IsValue(Encode(hiding{1}, nil)))
	require.False(t, IsValue(Encode([]hiding{{1}}, nil)))
	require.False(t, IsValue(Encode(any(1), nil)))
	require.False(t, IsValue(Encode(make(chan int), nil)))
	require.False(t, IsValue(Encode(func() {}, nil)))
	require.False(t, IsValue(Encode(loop{}, nil)))
	require.False(t, IsValue(Encode(renamed{1}, nil)))
	require.False(t, IsValue(Encode(panicking{}, nil)))
	require.False(t, IsValue(Encode([]float64{math.NaN()}, nil)))
	_, _, failed := Decode[int](Encode("not a number that is one", nil))
	require.Error(t, failed)
	_, _, failed = Decode[panicking]([]byte{valueOnly})
	require.ErrorContains(t, failed, "panic: no")
	_, _, failed = Decode[int](nil)
	require.Error(t, failed)
}

func TestErrorsAreKept(t *testing.T) {
	_, err, failed := Decode[int](Encode(0, io.EOF))
	require.NoError(t, failed)
	require.True(t, err == io.EOF)

	wrapped := fmt.Errorf("reading: %w: %w", io.ErrUnexpectedEOF, context.Canceled)
	v, err, failed := Decode[int](Encode(12, wrapped))
	require.NoError(t, failed)
	require.Equal(t, 12, v)
	require.EqualError(t, err, wrapped.Error())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, io.EOF)

	h, err, failed := Decode[hiding](Encode(hiding{}, errors.New("alone")))
	require.NoError(t, failed)
	require.Zero(t, h)
	require.EqualError(t, err, "alone")
	require.False(t, IsValue(Encode(hiding{1}, errors.New("beside a value"))))
}

func TestHeaderDifferences(t *testing.T) {
	h := NewHeader()
	require.Empty(t, h.Differences(h))
	other := h
	other.Go, other.Build = "go1.99", "abc"
	require.Contains(t, other.Differences(h), "Go go1.99, now "+h.Go)

	here := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("XYZ", 12345))
	h.SetEpoch(here)
	require.True(t, here.Equal(h.EpochTime()))
	require.Equal(t, here.String(), h.EpochTime().String())
}
