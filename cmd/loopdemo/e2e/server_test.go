package e2e

import (
	"bufio"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

// loopdemo builds the command, once.
var loopdemo = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "loopdemo")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "loopdemo")
	build := exec.Command("go", "build", "-o", program, "./cmd/loopdemo")
	build.Dir = filepath.Join("..", "..", "..")
	build.Stderr = os.Stderr
	return program, build.Run()
})

var library = flag.String("library", "", "`directory` of documents to test with: index.json, and programs/NAME.json; it has gather-tasks and lost-result")

// served is the address of a loopdemo that serves until the test ends, or of the library that is given.
func served(t *testing.T) string {
	t.Helper()
	if _, why := chromium(); why != "" {
		t.Skip(why)
	}
	if *library != "" {
		lib, err := sample.Open(os.DirFS(*library))
		require.NoError(t, err)
		return serve(t, lib)
	}
	program, err := loopdemo()
	require.NoError(t, err)
	cmd := exec.Command(program, "serve", "--addr", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		require.NoError(t, cmd.Wait(), "an interrupt is how it ends")
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	address, _, _ := strings.Cut(line, " ")
	return address
}

// serve serves a library until the test ends, and returns the address.
func serve(t *testing.T, lib page.Library) string {
	t.Helper()
	server := httptest.NewServer(nil)
	t.Cleanup(server.Close)
	server.Config.Handler = page.New(lib, page.HostsOf("127.0.0.1:0", server.Listener.Addr()))
	return server.URL + "/"
}

func fetch(t *testing.T, address string, into any) {
	t.Helper()
	answer, err := http.Get(address)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, 200, answer.StatusCode, address)
	require.NoError(t, json.Unmarshal(body, into), address)
}

// programs are the names of all programs.
func programs(t *testing.T, base string) (names []string) {
	t.Helper()
	var index page.Index
	fetch(t, base+"index.json", &index)
	for _, g := range index.Groups {
		for _, item := range g.Items {
			names = append(names, item.Programs...)
		}
	}
	require.NotEmpty(t, names)
	return names
}

// handful are the programs for what need not be looked at in all: the ones with the most tasks, the longest ready
// queue, every kind of shared thing, threads, random numbers, and an exhibit.
func handful(names []string) (chosen []string) {
	for _, name := range []string{"gather-tasks", "dining", "producer-consumer", "to-thread", "wait", "lost-result/trap", "lost-notify/trap"} {
		if slices.Contains(names, name) {
			chosen = append(chosen, name)
		}
	}
	return chosen
}

// document is what these tests need of a program's.
type document struct {
	Exhibit *struct{ Title string }
	Story   struct {
		Tasks  []struct{ Name string }
		Output []struct{ Text string }
		Steps  []struct {
			ByLine  bool
			Says    []part
			Picture struct {
				Output int
				Ready  []struct{ Task int }
			}
		}
	}
}

type part struct {
	Text, Code string
	Task       *int
}

func (d document) sentence(step int) string {
	var b strings.Builder
	for _, p := range d.Story.Steps[step].Says {
		b.WriteString(p.Text + p.Code)
		if p.Task != nil {
			b.WriteString(d.Story.Tasks[*p.Task].Name)
		}
	}
	return b.String()
}

// steps are the indices of the steps of a view.
func (d document) steps(byLine bool) (shown []int) {
	for i, s := range d.Story.Steps {
		if byLine || !s.ByLine {
			shown = append(shown, i)
		}
	}
	return shown
}
