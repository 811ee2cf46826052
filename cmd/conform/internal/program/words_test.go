package program

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWords(t *testing.T) {
	for _, fw := range fieldWords {
		require.Equal(t, fw.field, fieldsByWord.find([]byte(fw.word)), fw.word)
		require.Equal(t, fw.word, fieldWord(fw.field))
	}
	for _, op := range Ops() {
		require.Equal(t, op, opsByWord.find([]byte(op.String())), op.String())
	}
	for _, word := range []string{"", "x", "onn", "ops", "mss", "finallx"} {
		require.Zero(t, fieldsByWord.find([]byte(word)), word)
		require.Zero(t, opsByWord.find([]byte(word)), word)
	}
}

func TestTexts(t *testing.T) {
	var kept texts
	for _, word := range []string{"a", "", "a", "b", "abc", "axc", "a", "longer than what is kept, and so not kept at all"} {
		require.Equal(t, word, kept.text([]byte(word)))
	}
}
