package e2e

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

// liveLibrary has the live runs of livefixture.
type liveLibrary struct {
	page.Library
	dir string
}

func (l liveLibrary) Live(file string) ([]byte, error) {
	return os.ReadFile(filepath.Join(l.dir, file))
}

// newLiveLibrary compiles livefixture.
var newLiveLibrary = sync.OnceValues(func() (page.Library, error) {
	dir, err := os.MkdirTemp("", "live")
	if err != nil {
		return nil, err
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "ouro.wasm"), "./livefixture")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	script, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, err
	}
	return liveLibrary{sample.Library(), dir}, os.WriteFile(filepath.Join(dir, "wasm_exec.js"), script, 0o600)
})

func TestLive(t *testing.T) {
	t.Parallel()
	if _, why := chromium(); why != "" {
		t.Skip(why)
	}
	lib, err := newLiveLibrary()
	require.NoError(t, err)
	b := open(t, serve(t, lib))
	b.size(1400, 900)
	b.visit("#demo=gather-tasks&step=9")
	require.Equal(t, "Recorded run", b.text("#origin"))
	require.False(t, b.is(`performance.getEntriesByType("resource").some((each) => each.name.includes("wasm"))`), "only when it is asked for")

	runWith := func(seed string) {
		b.js(`document.getElementById("live").click(); document.getElementById("seed").value = "` + seed + `"; document.getElementById("scale").value = "2"; document.getElementById("live-run").click()`)
	}
	runWith("-1")
	require.Contains(t, b.text("#live-word"), "A seed is a whole number")
	b.shot("live")
	b.js(`document.getElementById("live-box").close()`)

	runWith("7")
	b.until(`document.getElementById("origin").textContent !== "Recorded run"`)
	require.Equal(t, "Live run, seed 7, delays × 2", b.text("#origin"))
	require.Equal(t, "Step 1 of 2", b.text("#stepno"))
	require.Equal(t, "seed 7, scale 2", b.text("#output"))
	require.Contains(t, b.text("#source-python"), "asyncio.run", "the sources are as recorded")
	require.True(t, b.is(`location.hash === "#demo=gather-tasks&step=1&seed=7&scale=2"`))
	require.False(t, b.is(`document.getElementById("live-box").open`))

	runWith("8") // the worker is still there
	b.until(`document.getElementById("output").textContent === "seed 8, scale 2"`)

	for seed, says := range map[string]string{"400": "That did not work: the program has failed. The recorded run stays.", "500": "That did not work: "} {
		runWith(seed)
		b.until(`document.getElementById("live-word").classList.contains("bad")`)
		require.Contains(t, b.text("#live-word"), says)
		b.js(`document.getElementById("live-box").close()`)
	}
	runWith("9") // in a new worker
	b.until(`document.getElementById("output").textContent === "seed 9, scale 2"`)

	b.js(`document.getElementById("live").click(); document.getElementById("live-recorded").click()`)
	b.until(`document.getElementById("stepno").textContent === "Step 1 of 43"`)
	require.Equal(t, "Recorded run", b.text("#origin"))

	// A link to a live run asks for it.
	b.visit("#demo=gather-tasks&step=2&seed=11&scale=0.5")
	require.Equal(t, "Live run, seed 11, delays × 0.5", b.text("#origin"))
	require.Equal(t, "Step 2 of 2", b.text("#stepno"))
	b.visit("#demo=gather-tasks&seed=x&scale=1e99")
	require.Equal(t, "seed 1, scale 1", b.text("#output"))
}

// Without live runs the page says so, and shows the recorded one.
func TestNotLive(t *testing.T) {
	t.Parallel()
	b := open(t, serve(t, sample.Library()))
	b.visit("#demo=gather-tasks&step=9&seed=3")
	require.Equal(t, "Recorded run", b.text("#origin"))
	require.Equal(t, "Step 9 of 43", b.text("#stepno"))
	require.Equal(t, "The link is to a live run. This page has recorded runs only.", b.text("#toast"))
	b.js(`document.getElementById("live").click()`)
	require.Equal(t, "This page has recorded runs only.", b.text("#live-text"))
	require.False(t, b.is(`document.getElementById("live-form").checkVisibility()`))
}

// A live run of the real library is the recorded one, if it has the seed of that; with another seed it is another.
func TestLiveIsRecorded(t *testing.T) {
	t.Parallel()
	if *library != "" {
		t.Skip("the library that is given has no live runs")
	}
	base := served(t)
	answer, err := http.Get(base + "ouro.wasm") // which is built now; the page's patience is not for that
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, errors.Join(err, answer.Body.Close()))
	require.Equal(t, 200, answer.StatusCode)
	b := open(t, base)
	b.size(1400, 900)
	b.prefer("prefers-reduced-motion", "reduce")
	see := func(name, with string) []look {
		b.visit("#demo=" + name + with)
		require.Equal(t, with != "", strings.HasPrefix(b.text("#origin"), "Live run"), b.text("#live-word"))
		seen := b.walk(0, value[int](b, `Number(document.getElementById("slider").max)`))
		for i := range seen {
			seen[i].Hash = "" // which says what it was run with
		}
		return seen
	}
	recorded := map[string][]look{}
	for _, name := range []string{"gather-tasks", "wait"} {
		recorded[name] = see(name, "")
		require.Equal(t, recorded[name], see(name, "&seed=1&scale=1"), name)
	}
	require.NotEqual(t, recorded["wait"], see("wait", "&seed=2&scale=1"))
}
