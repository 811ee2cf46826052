// Package docs keeps the documents true: it checks them against the code.
package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	require.NoError(t, err)
	return string(text)
}

// TestAsyncioMap: every name of asyncio is in the map, and what the map points to
// exists.
func TestAsyncioMap(t *testing.T) {
	text := read(t, "asyncio-map.md")
	rows := regexp.MustCompile("(?m)^\\| (`.*?) \\| (.*?) \\|(.*)\\|$").FindAllStringSubmatch(text, -1)
	word := regexp.MustCompile("`([^`]+)`")
	mapped := map[string]bool{}
	for _, row := range rows {
		for _, name := range word.FindAllStringSubmatch(row[1], -1) {
			mapped[name[1]] = true
		}
	}
	names := strings.Fields(read(t, "testdata/asyncio-all.txt"))
	require.Len(t, names, 95)
	for _, name := range names {
		require.True(t, mapped[name], "asyncio.%s is not in the map", name)
	}
	exported := exportedNames(t)
	for _, row := range rows {
		for _, name := range word.FindAllStringSubmatch(row[2]+row[3], -1) {
			require.True(t, exported[name[1]], "%s points to %s, which does not exist", row[1], name[1])
		}
	}
}

// packages are those that a program can import.
var packages = []string{"timers", "executor", "future", "coro", "loop", "locks", "queues", "streams", "streams/simnet", "subprocess", "durable", "durable/durabletest", "inspect", "looptest", "trace", "trace/explain"}

// exportedNames are "package.Name" and "package.Type.Method".
func exportedNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, pkg := range packages {
		for _, file := range parse(t, pkg, parser.SkipObjectResolution) {
			for _, decl := range file.Decls {
				switch d := decl.(type) {
				case *ast.FuncDecl:
					name := d.Name.Name
					if d.Recv != nil {
						name = receiver(d.Recv.List[0].Type) + "." + name
					}
					names[pkg+"."+name] = true
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						switch s := spec.(type) {
						case *ast.TypeSpec:
							names[pkg+"."+s.Name.Name] = true
						case *ast.ValueSpec:
							for _, n := range s.Names {
								names[pkg+"."+n.Name] = true
							}
						}
					}
				}
			}
		}
	}
	return names
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// parse parses the files of a package, without its tests.
func parse(t *testing.T, dir string, mode parser.Mode) []*ast.File {
	t.Helper()
	var files []*ast.File
	paths, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
	require.NoError(t, err)
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, mode)
		require.NoError(t, err)
		files = append(files, file)
	}
	return files
}

// allowedImports are the packages of this module that each may import: those below it.
var allowedImports = map[string][]string{
	"timers":                   {},
	"executor":                 {"future", "internal/frames", "internal/goroutine", "internal/mark"},
	"internal/agenda":          {},
	"internal/chain":           {},
	"internal/driver":          {"coro", "future", "internal/sched", "internal/waits"},
	"internal/events":          {},
	"internal/frames":          {},
	"internal/goroutine":       {},
	"internal/model":           {"trace"},
	"internal/record":          {"executor"},
	"internal/sched":           {"internal/events", "internal/goroutine"},
	"internal/mark":            {},
	"internal/named":           {},
	"internal/postgres":        {},
	"internal/unretrieved":     {"internal/frames"},
	"internal/waits":           {},
	"future":                   {"internal/chain", "internal/events", "internal/frames", "internal/mark", "internal/sched", "internal/unretrieved", "internal/waits"},
	"coro":                     {"future", "internal/chain", "internal/events", "internal/frames", "internal/sched", "internal/unretrieved", "internal/waits", "timers", "trace"},
	"loop":                     {"coro", "executor", "future", "internal/driver", "internal/events", "internal/frames", "internal/goroutine", "internal/record", "internal/sched", "internal/unretrieved", "internal/waits", "timers", "trace"},
	"locks":                    {"coro", "future", "internal/named", "internal/waits", "trace"},
	"queues":                   {"coro", "future", "internal/named", "internal/waits", "trace"},
	"streams":                  {"coro", "future", "internal/driver", "internal/frames", "internal/sched", "internal/waits", "loop", "streams/internal/network", "timers"},
	"streams/internal/network": {"coro", "internal/waits", "loop"},
	"streams/simnet":           {"coro", "future", "internal/sched", "internal/waits", "loop", "streams/internal/network"},
	"subprocess":               {"coro", "future", "internal/driver", "loop", "streams"},
	"durable":                  {"coro", "executor", "future", "internal/agenda", "internal/frames", "internal/record", "internal/sched", "loop", "queues"},
	"durable/durabletest":      {"coro", "durable"},
	"trace":                    {"internal/events"},
	"trace/explain":            {"internal/model", "trace"},
	"inspect":                  {"internal/events", "internal/goroutine", "internal/sched", "loop", "trace"},
	"looptest": {"coro", "future", "internal/events", "internal/frames", "internal/goroutine", "internal/sched", "internal/waits", "loop",
		"looptest/internal/schedule", "looptest/internal/search", "timers", "trace"},
	"looptest/internal/search":   {"looptest/internal/schedule"},
	"looptest/internal/schedule": {},
}

// TestImportsGoOneWay: each package imports only those below it.
func TestImportsGoOneWay(t *testing.T) {
	const module = "github.com/ouro-loop/ouro/"
	for _, pkg := range slices.Sorted(maps.Keys(allowedImports)) {
		for _, file := range parse(t, pkg, parser.ImportsOnly) {
			for _, imp := range file.Imports {
				path := strings.Trim(imp.Path.Value, `"`)
				if inside, ok := strings.CutPrefix(path, module); ok {
					require.Contains(t, allowedImports[pkg], inside, "%s imports %s", pkg, inside)
					continue
				}
				first, _, _ := strings.Cut(path, "/")
				outside := strings.Contains(first, ".")
				testing := pkg == "durable/durabletest" && strings.HasPrefix(path, "github.com/stretchr/testify/")
				require.False(t, outside && !testing && path != "github.com/google/btree" && !strings.HasPrefix(path, "golang.org/x/sys/"),
					"%s imports %s", pkg, path)
			}
		}
	}
}

// TestReadme: every block of Go in the README is in a tested Example, line by line.
func TestReadme(t *testing.T) {
	text := read(t, "../README.md")
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, blocks)
	example := flat(read(t, "../loop/example_readme_test.go"))
	for _, block := range blocks {
		code := block[1]
		code = regexp.MustCompile(`(?s)^package main\n\nimport \(.*?\n\)\n`).ReplaceAllString(code, "")
		code = strings.ReplaceAll(code, "func main() {", "func Example_readme() {")
		for _, piece := range strings.Split(strings.TrimSpace(code), "\n\n") {
			piece = strings.TrimSuffix(strings.TrimSpace(piece), "\n}") // the Example has its output there
			require.Contains(t, example, flat(piece))
		}
	}
}

// TestTriedLibraries: those that streams.md tells of are of the versions that are tried, and none is
// missing.
func TestTriedLibraries(t *testing.T) {
	text := read(t, "streams.md")
	var told, tried []string
	for _, row := range regexp.MustCompile(`(?m)^\| (\S+\.\S+/\S+) (v\d[\d.]*)`).FindAllStringSubmatch(text, -1) {
		told = append(told, row[1]+" "+row[2])
	}
	for line := range strings.Lines(read(t, "../interop/go.mod")) {
		name, found := strings.CutPrefix(line, "\t")
		if found && !strings.Contains(name, "// indirect") && !strings.Contains(name, "/ouro ") && !strings.Contains(name, "/testify ") {
			tried = append(tried, strings.TrimSpace(name))
		}
	}
	require.NotEmpty(t, tried)
	require.ElementsMatch(t, tried, told)
}

// TestLinks: what the documents link to exists, and so do the headings.
func TestLinks(t *testing.T) {
	documents, err := filepath.Glob("*.md")
	require.NoError(t, err)
	require.Greater(t, len(documents), 5)
	links := 0
	code := regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	for _, document := range append(documents, "../README.md", "../CONTRIBUTING.md", "../CHANGELOG.md", "../bench/peers/README.md") {
		text := code.ReplaceAllString(read(t, document), "")
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.HasPrefix(link[1], "https://") {
				continue
			}
			links++
			name, heading, _ := strings.Cut(link[1], "#")
			target := filepath.ToSlash(filepath.Join(filepath.Dir(document), name))
			if name == "" {
				target = document
			}
			_, err := os.Stat(filepath.FromSlash(target))
			require.NoError(t, err, "%s links to it", document)
			if heading != "" {
				require.Contains(t, anchors(read(t, target)), heading, "%s links to %s", document, link[1])
			}
		}
	}
	require.Greater(t, links, 50)
}

// anchors are what links to the headings of a text are called.
func anchors(text string) (names []string) {
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N}\s_-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// TestArchitecture: its table of imports is the one that is checked.
func TestArchitecture(t *testing.T) {
	text := read(t, "architecture.md")
	for pkg, imports := range allowedImports {
		row := regexp.MustCompile("(?m)^\\|[^|]*`" + regexp.QuoteMeta(pkg) + "`[^|]*\\|[^|]*\\|([^|]*)\\|$").FindStringSubmatch(text)
		require.NotNil(t, row, "%s has no row", pkg)
		got := strings.FieldsFunc(row[1], func(r rune) bool { return r == ',' || r == ' ' })
		if len(imports) == 0 {
			imports = []string{"none"}
		}
		require.ElementsMatch(t, imports, got, "imports of %s", pkg)
	}
}

// flat makes two pieces of text equal that differ only in white space.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestArchitectureShowsTheIteration: the diagram's five steps are the calls of the
// one function.
func TestArchitectureShowsTheIteration(t *testing.T) {
	var calls []string
	for _, file := range parse(t, "loop", parser.SkipObjectResolution) {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Name.Name == "iterate" {
				ast.Inspect(f.Body, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						calls = append(calls, call.Fun.(*ast.SelectorExpr).Sel.Name)
					}
					return true
				})
			}
		}
	}
	require.Greater(t, len(calls), 5)
	text := read(t, "architecture.md")
	at := 0
	for i, name := range calls[:5] { // what comes after them asks whether to go on
		step := string(rune('1'+i)) + ". " + name
		found := strings.Index(text[at:], step)
		require.GreaterOrEqual(t, found, 0, "architecture.md does not show step %q in its place", step)
		at += found
	}
}

// TestNoWallClockSleep: tests wait for events, or on virtual time.
func TestNoWallClockSleep(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "docs_test.go") {
			return err
		}
		require.False(t, strings.Contains(read(t, path), "time."+"Sleep("), path)
		return nil
	})
	require.NoError(t, err)
}

// TestForgottenAwaits: the command in the README finds what it says, and nothing else.
func TestForgottenAwaits(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds")
	}
	for _, tool := range []string{"bash", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	block := regexp.MustCompile(`(?m)(^    .*\n)*    go vet -unusedresult (.*\n)*?.* \./\.\.\.$`).FindString(read(t, "../README.md"))
	require.NotEmpty(t, block)
	const where = "docs/testdata/forgotten"
	cmd := exec.Command("bash", "-c", strings.Replace(block, "./...", "./"+where, 1))
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "what is found is an error")

	var found []string
	for _, at := range regexp.MustCompile(`forgotten\.go:(\d+):\d+: result of .* call not used`).FindAllStringSubmatch(string(out), -1) {
		found = append(found, at[1])
	}
	var want []string
	for i, line := range strings.Split(read(t, "testdata/forgotten/forgotten.go"), "\n") {
		if strings.Contains(line, "// want") {
			want = append(want, strconv.Itoa(i+1))
		}
	}
	require.ElementsMatch(t, want, found, string(out))

	exported := exportedNames(t)
	for _, group := range regexp.MustCompile(`(coro|loop)\.\{([\w,]+)\}`).FindAllStringSubmatch(block, -1) {
		for name := range strings.SplitSeq(group[2], ",") {
			require.True(t, exported[group[1]+"."+name], name)
		}
	}
}
