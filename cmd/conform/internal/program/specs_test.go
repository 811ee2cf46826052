package program

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every field is found by its word, so that no two words share a place in the table.
func TestLookupField(t *testing.T) {
	for _, fw := range fieldWords {
		require.Equal(t, fw.field, lookupField([]byte(fw.word)), fw.word)
		require.Equal(t, fw.word, fieldWord(fw.field))
	}
	for _, word := range []string{"", "x", "onn", "ops", "mss", "finallx"} {
		require.Zero(t, lookupField([]byte(word)), word)
	}
}
