package live_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/live"
	"github.com/ouro-loop/ouro/trace/explain"
)

// end is the loop's time at which the story of a run ends.
func end(t *testing.T, name string, seed uint64, scale float64) int64 {
	t.Helper()
	text, err := live.Run(name, seed, scale)
	require.NoError(t, err)
	var document struct {
		Name  string         `json:"name"`
		Story *explain.Story `json:"story"`
	}
	require.NoError(t, json.Unmarshal(text, &document))
	require.Equal(t, name, document.Name)
	require.NotEmpty(t, document.Story.Steps)
	return int64(document.Story.Steps[len(document.Story.Steps)-1].Time)
}

// A run of another seed is another one.
func TestSeed(t *testing.T) {
	require.Equal(t, end(t, "wait", live.Seed, 1), end(t, "wait", live.Seed, 1))
	require.NotEqual(t, end(t, "wait", live.Seed, 1), end(t, "wait", 7, 1))
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		name  string
		scale float64
		want  string
	}{
		{"gathr", 1, `live: there is no program "gathr"`},
		{"gather", 0, "live: a scale of 0; it is more than 0, and 1000 at most"},
		{"gather", 1001, "live: a scale of 1001; it is more than 0, and 1000 at most"},
	} {
		_, err := live.Run(test.name, 1, test.scale)
		require.EqualError(t, err, test.want)
	}
}
