package natsstore

import (
	"bytes"
	"slices"
	"strconv"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

// messages are those of units, as a journal has them after others.
func messages(kind string, after []stored, all ...unit) []stored {
	for _, u := range all {
		for i, part := range u.parts {
			of := kindPart
			if i == len(u.parts)-1 {
				of = kind
			}
			after = append(after, message(of, part, uint64(len(after))+1))
		}
	}
	return after
}

func message(kind string, data []byte, seq uint64) stored {
	h := nats.Header{}
	h.Set(kindHeader, kind)
	h.Set(tokenHeader, strconv.FormatUint(7, 10))
	return stored{seq: seq, header: h, data: data}
}

func assemble(t *testing.T, all []stored) [][]byte {
	t.Helper()
	var a assembler
	for _, m := range all {
		a.add(m)
	}
	require.NoError(t, a.err)
	return a.entries
}

// However many messages of a write are there, a prefix of the entries is; of a Replace all, or none. What another
// owner writes then comes after that.
func TestWhatIsThere(t *testing.T) {
	const size = 32
	old := [][]byte{[]byte("old"), {}}
	fresh := [][]byte{[]byte("a"), {}, bytes.Repeat([]byte("large"), 40), []byte("b"), bytes.Repeat([]byte("c"), size), bytes.Repeat([]byte("d"), size-1), []byte("e")}
	for name, c := range map[string]struct {
		kind  string
		units []unit
		want  func(complete int) [][]byte // entries, after so many units
	}{
		"Append": {kindAppend, units(fresh, size), func(complete int) [][]byte {
			n := 0
			for _, u := range units(fresh, size)[:complete] {
				n += u.entries
			}
			return slices.Concat(old, fresh[:n])
		}},
		"Replace": {kindReplace, []unit{oneUnit(fresh, size)}, func(complete int) [][]byte {
			if complete == 0 {
				return old
			}
			return fresh
		}},
	} {
		t.Run(name, func(t *testing.T) {
			begun := messages(kindReplace, nil, oneUnit(old, size))
			all := messages(c.kind, begun, c.units...)
			require.Greater(t, len(all), 5)
			complete := 0
			for n := len(begun); n <= len(all); n++ {
				if n > len(begun) && all[n-1].header.Get(kindHeader) == c.kind {
					complete++
				}
				there := all[:n:n]
				want := c.want(complete)
				require.Equal(t, want, assemble(t, there), n)
				fenced := append(there, message(kindFence, nil, uint64(n+1)))
				more := messages(kindAppend, fenced, units([][]byte{[]byte("more")}, size)...)
				require.Equal(t, append(slices.Clone(want), []byte("more")), assemble(t, more), n)
			}
			require.Equal(t, len(c.units), complete)
			for _, m := range all {
				require.LessOrEqual(t, len(m.data), size)
			}
		})
	}
}

func TestDamaged(t *testing.T) {
	for name, m := range map[string]stored{
		"too short":    message(kindAppend, []byte{3, 'a'}, 1),
		"no length":    message(kindAppend, []byte{0x80}, 1),
		"unknown kind": message("x", nil, 1),
	} {
		t.Run(name, func(t *testing.T) {
			var a assembler
			a.add(m)
			require.ErrorIs(t, a.err, errDamaged)
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{1, 'a', 0})
	f.Add(bytes.Repeat([]byte{0xff}, 12))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = parseMail(data)
		entries, err := parseEntries(data)
		if err != nil {
			return
		}
		again, err := parseEntries(oneUnit(entries, 1<<20).data())
		require.NoError(t, err)
		require.Equal(t, entries, again)
	})
}

func (u unit) data() []byte { return slices.Concat(u.parts...) }
