package museum_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
)

// Every file in the directory belongs to an exhibit, and every exhibit has its files.
func TestNoneForgotten(t *testing.T) {
	want := []string{"museum.go", "museum_test.go"}
	var recorded []string
	for _, e := range museum.All() {
		base := strings.ReplaceAll(e.Slug, "-", "_")
		want = append(want, base+".go")
		for kind, d := range programs(e) {
			require.Equal(t, e.Slug+"/"+kind, d.Name)
			inGo, inPython, err := d.Sources()
			require.NoError(t, err)
			require.Equal(t, base+"_"+kind+".go", inGo.File)
			require.Equal(t, base+"_"+kind+".py", inPython.File)
			want = append(want, inGo.File, inPython.File)
			recorded = append(recorded, filepath.Join("testdata", e.Slug, kind+"-3.13.out"))
		}
		if e.TrapDiffers {
			recorded = append(recorded, filepath.Join("testdata", e.Slug, "trap-here.out"))
		}
	}
	require.ElementsMatch(t, want, files(t, "*"))
	got := files(t, "testdata/*/*")
	require.Subset(t, got, recorded)
	for _, file := range got { // the others are of earlier versions
		require.Regexp(t, `/(trap|cure)-(here|3\.1[123])\.out$`, filepath.ToSlash(file))
	}
}

// The names are no demos', for run takes both.
func TestNames(t *testing.T) {
	taken := map[string]bool{}
	for _, d := range demos.All() {
		taken[d.Name] = true
	}
	for _, e := range museum.All() {
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, e.Slug)
		require.False(t, taken[e.Slug], e.Slug)
		taken[e.Slug] = true
	}
}

// A text is a few whole sentences, with its code between backticks. None is empty, and no
// two exhibits have the same.
func TestTexts(t *testing.T) {
	titles := map[string]bool{}
	for _, e := range museum.All() {
		require.NotEmpty(t, e.Title, e.Slug)
		require.NotEmpty(t, e.Topic, e.Slug)
		require.False(t, titles[e.Title], e.Title)
		titles[e.Title] = true
		for _, text := range []string{e.Expect, e.Happens, e.Why, e.Cure, e.Here} {
			require.Regexp(t, `[.]$`, text, e.Slug)
			require.Less(t, len(text), 300, "%s: %s", e.Slug, text)
			require.Zero(t, strings.Count(text, "`")%2, "%s: %s", e.Slug, text)
			require.NotRegexp(t, `\s\s|\n`, text, e.Slug)
			require.NotContains(t, text, "cancelled", "%s: it is spelled as in context", e.Slug)
		}
	}
}

var https = regexp.MustCompile(`^https://[a-z.]+/[^ ]+$`)

func TestRefs(t *testing.T) {
	for _, e := range museum.All() {
		require.NotEmpty(t, e.Refs, e.Slug)
		for _, ref := range e.Refs {
			require.NotEmpty(t, ref.Text, e.Slug)
			require.Regexp(t, https, ref.URL, e.Slug)
		}
	}
}

// The last version is the one that all is recorded on. An earlier one is there only
// because it prints something else.
func TestVersions(t *testing.T) {
	before := map[string][]string{"wait-for-race": {"3.11"}, "lost-notify": {"3.11", "3.12"}}
	for _, e := range museum.All() {
		var got []string
		latest := e.Versions[len(e.Versions)-1]
		require.Equal(t, "3.13", latest.Python)
		require.NotEmpty(t, latest.Trap, e.Slug)
		require.NotEmpty(t, latest.Cure, e.Slug)
		require.NotEqual(t, latest.Trap == latest.Cure, len(e.Versions) == 1,
			"%s: the cure changes something, in the latest version or in an earlier one", e.Slug)
		for _, v := range e.Versions[:len(e.Versions)-1] {
			require.NotEqual(t, latest.Trap, v.Trap, "%s in %s", e.Slug, v.Python)
			require.Equal(t, latest.Cure, v.Cure, "%s in %s", e.Slug, v.Python)
			got = append(got, v.Python)
		}
		require.Equal(t, before[e.Slug], got, e.Slug)
	}
}

func programs(e museum.Exhibit) map[string]demos.Demo {
	return map[string]demos.Demo{"trap": e.TrapProgram, "cure": e.CureProgram}
}

// files are those that match the pattern. Directories are none.
func files(t *testing.T, pattern string) []string {
	t.Helper()
	all, err := filepath.Glob(pattern)
	require.NoError(t, err)
	var names []string
	for _, name := range all {
		info, err := os.Stat(name)
		require.NoError(t, err)
		if !info.IsDir() { // __pycache__
			names = append(names, name)
		}
	}
	return names
}
