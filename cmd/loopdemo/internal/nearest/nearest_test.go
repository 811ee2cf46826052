package nearest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A name is suggested for what might be a slip of it or is a part of it, and for
// nothing else.
func TestNearest(t *testing.T) {
	names := []string{
		"hello", "sequential", "concurrent", "create-task", "task-name", "gather", "gather-tasks", "gather-errors",
		"as-completed", "wait", "fire-and-forget", "producer-consumer", "list", "run", "show", "help",
	}
	tests := []struct{ name, want string }{
		{"wait", "wait"},
		{"rnu", "run"},
		{"lst", "list"},
		{"lists", "list"},
		{"Gather_Tasks", "gather-tasks"},
		{"gather-taks", "gather-tasks"},
		{"producre-consmer", "producer-consumer"},
		{"fire", "fire-and-forget"},
		{"ask-n", "task-name"},
		{"", ""},
		{"-", ""},
		{"s", ""},
		{"as", ""},
		{"xxx", ""},
		{"typo", ""},
		{"queue", ""},
		{"kubernetes", ""},
		{"websocket", ""},
		{"gather-everything-there-is", ""},
		{"läuft", ""},
		{strings.Repeat("wait", 1_000_000), ""},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, Name(tt.name, names), "%.50q", tt.name)
	}
}

func TestEdits(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "wait", 4},
		{"wait", "", 4},
		{"wait", "wait", 0},
		{"wiat", "wait", 1},
		{"waitt", "wait", 1},
		{"wit", "wait", 1},
		{"want", "wait", 1},
		{"kitten", "sitting", 3},
		{"ab", "ba", 1},
		{"schläft", "schlaft", 1},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, edits(tt.a, tt.b), "%q %q", tt.a, tt.b)
		require.Equal(t, tt.want, edits(tt.b, tt.a), "%q %q", tt.b, tt.a)
	}
}
