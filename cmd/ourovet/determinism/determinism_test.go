package determinism

import (
	"go/types"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// TestFound: the packages below testdata have, in comments, what is found in them; where there is
// none, nothing is. The library is there as far as they use it.
func TestFound(t *testing.T) {
	var messages []string
	for _, result := range analysistest.Run(t, analysistest.TestData(), newAnalyzer(), "example.com/...") {
		for _, d := range result.Diagnostics {
			messages = append(messages, d.Message)
		}
	}
	found := strings.Join(messages, "\n")

	t.Run("each function of the table", func(t *testing.T) {
		for name := range instead {
			name = name[strings.LastIndexByte(name, '/')+1:]
			require.Regexp(t, "(?m)^"+regexp.QuoteMeta(name)+" in a coroutine: use ", found)
		}
	})
	t.Run("what is to be used exists", func(t *testing.T) {
		face := face(t)
		for _, name := range regexp.MustCompile(`\b(coro|locks|loop|queues)\.[A-Z]\w+`).FindAllString(found, -1) {
			require.True(t, face[name], name)
		}
		for _, method := range regexp.MustCompile(`loop\.Of\(co\)\.(\w+)`).FindAllStringSubmatch(found, -1) {
			require.True(t, face["loop.Loop."+method[1]], method[0])
		}
	})
}

// TestNames: the functions of the library that the tables name are there.
func TestNames(t *testing.T) {
	face := face(t)
	known := map[string]bool{ouro + "coro.Co.Suspend": true, ouro + "coro.Yielder.Yield": true}
	maps.Copy(known, elsewhere)
	maps.Copy(known, arranges)
	for name := range instead {
		known[name] = true
	}
	for name := range known {
		if name, ok := strings.CutPrefix(name, ouro); ok {
			require.True(t, face[name], name)
		}
	}
}

// face is what the library exports: package.Name, and package.Type.Method.
func face(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../../../docs/testdata/face.txt")
	require.NoError(t, err)
	names := map[string]bool{}
	for name := range strings.FieldsSeq(string(text)) {
		names[name] = true
	}
	return names
}

func TestTestsToo(t *testing.T) {
	a := newAnalyzer()
	require.NoError(t, a.Flags.Set("tests", "true"))
	found := map[string]bool{}
	for _, result := range analysistest.Run(deaf{}, analysistest.TestData(), a, "example.com/tests") {
		for _, d := range result.Diagnostics {
			message, _, _ := strings.Cut(d.Message, ":")
			found[message] = true
		}
	}
	require.Equal(t, map[string]bool{"time.Sleep in a coroutine": true, "time.Now in a coroutine": true}, found)
}

// deaf is told what is found and stands in no comment, and says nothing.
type deaf struct{}

func (deaf) Errorf(string, ...any) {}

func TestOfTheProgram(t *testing.T) {
	for _, c := range []struct {
		name   string
		path   string
		module *analysis.Module
		want   bool
	}{
		{"the standard library, by go vet", "net/http", nil, false},
		{"the standard library, by itself", "net/http", &analysis.Module{}, false},
		{"the standard library as a module", "net/http", &analysis.Module{Path: "std"}, false},
		{"a module that is worked on", "shop/cart", &analysis.Module{Path: "shop"}, true},
		{"a dependency", "example.com/shop/cart", &analysis.Module{Path: "example.com/shop", Version: "v1.2.3"}, false},
		{"files", "command-line-arguments", nil, true},
		{"GOPATH", "example.com/shop", nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			pass := &analysis.Pass{Pkg: types.NewPackage(c.path, ""), Module: c.module}
			require.Equal(t, c.want, ofTheProgram(pass))
		})
	}
}
