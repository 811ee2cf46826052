package weave_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines/weave"
)

func TestLines(t *testing.T) {
	const enter = " defer __lines.Leave(__lines.Enter());"
	tests := []struct {
		name, body, want string // of a function that begins on line 3
	}{
		{"statements", "\n\ta()\n\tb()\n", enter + "\n\t__lines.At(4); a()\n\t__lines.At(5); b()\n"},
		{"a literal", " f := func() int { return 1 } ", enter + " __lines.At(3); f := func() int {" + enter + " __lines.At(3); return 1 } "},
		{"nothing", "", enter},
		{"declarations", "\n\ttype t int\n\tconst c = 1\n\tvar v t\n", enter + "\n\ttype t int\n\tconst c = 1\n\t__lines.At(6); var v t\n"},
		{
			"a loop comes back to its head", "\n\tfor a() {\n\t\tif b() {\n\t\t\tcontinue\n\t\t}\n\t}\n",
			enter + "\n\t__lines.At(4); for a() {\n\t\t__lines.At(5); if b() {\n\t\t\t__lines.At(6); __lines.At(4); continue\n\t\t}\n\t; __lines.At(4); }\n",
		},
		{"a loop on a line", " for range 3 { a() } ", enter + " __lines.At(3); for range 3 { __lines.At(3); a() ; __lines.At(3); } "},
		{
			"cases", "\n\tswitch {\n\tcase a():\n\t\tb()\n\tdefault:\n\t}\n",
			enter + "\n\t__lines.At(4); switch {\n\tcase a():\n\t\t__lines.At(6); b()\n\tdefault:\n\t}\n",
		},
		{"prints", "\n\tfmt.Println(fmt.Sprint())\n", enter + "\n\t__lines.At(4); __lines.Println(fmt.Sprint())\n"},
		{"a sleep", " f := time.Sleep ", enter + " __lines.At(3); f := __lines.Sleep "},
		{
			"delays", "\n\tcoro.Sleep(co, 2*d)\n\tgo coro.Sleep(co)\n",
			enter + "\n\t__lines.At(4); coro.Sleep(co, __lines.Delay(2*d/*__lines*/))\n\t__lines.At(5); go coro.Sleep(co)\n",
		},
		{"a label", "\nl:\n\tfor {\n\t\tcontinue l\n\t}\n", enter + "\n__lines.At(4); l:\n\tfor {\n\t\t__lines.At(6); continue l\n\t; __lines.At(5); }\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := `package p
import ("fmt"; "time"; "github.com/ouro-loop/ouro/coro")
func f() {` + tt.body + "}\n"
			want := `package p; import __lines "github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines"
import ("fmt"; "time"; "github.com/ouro-loop/ouro/coro")
func f() {` + tt.want + "}\n\nvar _ fmt.State\n\nvar _ time.Duration\n"
			got, err := weave.Lines("p.go", text)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, text, lines.Original(got))
		})
	}
}

func TestPrints(t *testing.T) {
	got, err := weave.Prints("p.go", "package p\nimport f \"fmt\"\nfunc p() { f.Print(); f.Sprint() }\n")
	require.NoError(t, err)
	require.Equal(t, `package p; import __lines "github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines"
import f "fmt"
func p() { __lines.Print(); f.Sprint() }

var _ f.State
`, got)

	const silent = "package p\n\nfunc p() {}\n"
	got, err = weave.Prints("p.go", silent)
	require.NoError(t, err)
	require.Equal(t, silent, got)
}

func TestRefused(t *testing.T) {
	_, err := weave.Lines("p.go", "package p\nimport (\"fmt\"; \"os\")\nfunc p() { fmt.Fprintln(os.Stdout) }\n")
	require.EqualError(t, err, "p.go:3:25: what goes to os.Stdout is not told; print with fmt.Print and its kin")
	_, err = weave.Lines("p.go", "package")
	require.ErrorContains(t, err, "p.go:1:8")
}

// Every program can be woven, keeps its lines, and can be had back.
func TestPrograms(t *testing.T) {
	for _, dir := range []string{"../../demos", "../../museum"} {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			woven, err := weave.Lines(path, string(text))
			require.NoError(t, err)
			require.Equal(t, string(text), lines.Original(woven), path)
			before, after := strings.Split(string(text), "\n"), strings.Split(woven, "\n")
			for i, line := range before {
				require.Equal(t, line, lines.Original(after[i]), "%s:%d", path, i+1)
			}
		}
	}
}

func TestOverlay(t *testing.T) {
	programs, helpers, into := t.TempDir(), t.TempDir(), t.TempDir()
	write(t, programs, "x.go", "package p\n\nfunc x() { y() }\n")
	write(t, programs, "x_asyncio.py", "")
	write(t, programs, "y.go", "package p\n\nfunc y() {}\n") // not in Python
	write(t, helpers, "h.go", "package h\n\nimport \"fmt\"\n\nfunc h() { fmt.Print() }\n")
	write(t, helpers, "h_test.go", "package h\n")
	file, err := weave.Overlay(into, []string{programs}, []string{helpers})
	require.NoError(t, err)

	var overlay struct{ Replace map[string]string }
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &overlay))
	require.Len(t, overlay.Replace, 2)
	for name, want := range map[string]string{
		filepath.Join(programs, "x.go"): "__lines.At(3); y()", filepath.Join(helpers, "h.go"): "__lines.Print()",
	} {
		text, err := os.ReadFile(overlay.Replace[name])
		require.NoError(t, err)
		require.Contains(t, string(text), want)
	}

	_, err = weave.Overlay(into, []string{into}, nil)
	require.EqualError(t, err, "weave: nothing to weave in "+into)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
}
