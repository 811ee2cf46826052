package page

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSection(t *testing.T) {
	for _, test := range []struct{ name, text, body, want string }{
		{"at the end", "# Page\n\n## Other\n\ntext\n", "", "# Page\n\n## Other\n\ntext\n\n## Echo\n\nnew\n"},
		{"in the place of the last", "# Page\n\n## Echo\n\nold\n\n### More\n\nold\n", "old\n\n### More\n\nold", "# Page\n\n## Echo\n\nnew\n"},
		{"of one in the middle", "# Page\n\n## Echo\n\nold\n\n## Other\n\ntext\n", "old", "# Page\n\n## Echo\n\nnew\n\n## Other\n\ntext\n"},
		{"not one that begins so", "# Page\n\n## Echoes\n\ntext\n", "", "# Page\n\n## Echoes\n\ntext\n\n## Echo\n\nnew\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.body, Section(test.text, Echo))
			require.Equal(t, test.want, SetSection(test.text, Echo, "\nnew\n\n"))
		})
	}
}

func TestKeepOwn(t *testing.T) {
	old := "# Page\n\nold\n\n## Echo\n\nfast\n\n## Other\n\nold\n\n## Durable programs\n\nlasting\n"
	require.Equal(t, "# Page\n\nnew\n\n## Echo\n\nfast\n\n## Durable programs\n\nlasting\n", KeepOwn("# Page\n\nnew\n", old))
	require.Equal(t, "# Page\n\nnew\n", KeepOwn("# Page\n\nnew\n", "# Page\n\n## Other\n"))
}
