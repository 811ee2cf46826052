package durable_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
)

var many = flag.Int("many", 400, "how many programs there are in TestConformance/.*/ManyPrograms")

func TestConformance(t *testing.T) {
	t.Run("Memory", func(t *testing.T) {
		durabletest.Conformance(t, func(*testing.T) durabletest.Open {
			store := durable.NewMemory()
			return func(*testing.T) durable.Store { return store }
		}, durabletest.Programs(*many))
	})
	t.Run("Dir", func(t *testing.T) {
		durabletest.Conformance(t, func(t *testing.T) durabletest.Open {
			path := filepath.Join(t.TempDir(), "programs")
			return func(t *testing.T) durable.Store { return openDir(t, path) }
		}, durabletest.Programs(*many))
	})
}

func openDir(t *testing.T, path string) *durable.Dir {
	t.Helper()
	store, err := durable.OpenDir(path)
	require.NoError(t, err)
	return store
}

// journalOf is a journal with two batches, and the size of its file before the second.
func journalOf(t *testing.T, path string) (size int64) {
	t.Helper()
	j, err := openDir(t, path).Acquire(t.Context(), "1")
	require.NoError(t, err)
	require.NoError(t, j.Replace(t.Context(), []byte("begins")))
	info, err := os.Stat(filepath.Join(path, "1.journal"))
	require.NoError(t, err)
	require.NoError(t, j.Append(t.Context(), []byte("goes on"), []byte("and on")))
	require.NoError(t, j.Close(durable.Never))
	return info.Size()
}

// What was being written when the power failed is cut off, at whatever byte that was, and what is written then is
// there.
func TestTornTail(t *testing.T) {
	path := t.TempDir()
	begun := journalOf(t, path)
	file := filepath.Join(path, "1.journal")
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	torn := map[string][]byte{"zeros": append(whole[:begun:begun], make([]byte, 100)...)}
	for n := begun; n < int64(len(whole)); n++ {
		torn[string(rune('0'+n-begun))+" bytes"] = whole[:n]
		wrong := append([]byte(nil), whole...)
		wrong[n] ^= 0x40
		torn[string(rune('0'+n-begun))+" wrong"] = wrong
	}
	for name, data := range torn {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(file, data, 0o666))
			entries, err := openDir(t, path).Read(t.Context(), "1")
			require.NoError(t, err)
			require.Equal(t, [][]byte{[]byte("begins")}, entries)
			j, err := openDir(t, path).Acquire(t.Context(), "1")
			require.NoError(t, err)
			require.Equal(t, [][]byte{[]byte("begins")}, j.Entries())
			require.NoError(t, j.Append(t.Context(), []byte("another way")))
			require.NoError(t, j.Close(durable.Never))
			entries, err = openDir(t, path).Read(t.Context(), "1")
			require.NoError(t, err)
			require.Equal(t, [][]byte{[]byte("begins"), []byte("another way")}, entries)
		})
	}
}

func TestDamagedFiles(t *testing.T) {
	path := t.TempDir()
	begun := journalOf(t, path)
	file := filepath.Join(path, "1.journal")
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	wrong := append([]byte(nil), whole...)
	wrong[begun-1] ^= 1
	for name, c := range map[string]struct {
		data []byte
		text string
	}{
		"in the middle": {wrong, "is damaged at byte 8: the checksum is wrong, and more follows; restore it from a copy"},
		"foreign":       {[]byte("#!/bin/sh\n"), "this is no journal of a durable program"},
		"empty":         {nil, "this is no journal of a durable program"},
		"truncated":     {whole[:4], "this is no journal of a durable program"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(file, c.data, 0o666))
			_, err := openDir(t, path).Read(t.Context(), "1")
			require.ErrorContains(t, err, c.text)
			require.ErrorContains(t, err, file)
			_, err = openDir(t, path).Acquire(t.Context(), "1")
			require.ErrorContains(t, err, c.text)
			now, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, len(c.data), len(now), "it is left as it is")
		})
	}
}
