package e2e

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

// odd is a library that gives one document for all programs.
type odd struct {
	page.Library
	document string
}

func (o odd) Program(string) ([]byte, error) {
	if o.document == "" {
		return nil, errors.New("broken")
	}
	return []byte(o.document), nil
}

// What cannot be shown is told, and the rest of the page stays.
func TestDamaged(t *testing.T) {
	for name, tt := range map[string]struct{ document, says string }{
		"a server that fails": {"", "HTTP 500"},
		"no story":            {`{}`, "it has no steps"},
		"no steps":            {`{"story": {"steps": []}}`, "it has no steps"},
		"no such task":        {`{"story": {"tasks": [{"name": "main"}], "steps": [{}, {"task": 3}]}}`, "step 2: there is no task 3"},
		"no such part":        {`{"story": {"tasks": [{"name": "main"}], "steps": [{"phase": 9}]}}`, "step 1: there is no part 9 of an iteration"},
		"no such step":        {`{"story": {"tasks": [{"name": "main"}], "steps": [{}], "output": [{"step": 1}]}}`, "output: there is no step 1"},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, serve(t, odd{sample.Library(), tt.document}), "500 (Internal Server Error)")
			b.navigate(b.base)
			b.until(`document.getElementById("sentence").textContent.includes("could not be loaded")`)
			require.Contains(t, b.text("#sentence"), "The story of gather-tasks could not be loaded ("+tt.says)
			require.True(t, b.is(`document.getElementById("demo").options.length > 1`))
		})
	}
}

// Whoever tries again gets what is there by then.
func TestTryAgain(t *testing.T) {
	var fails atomic.Bool
	fails.Store(true)
	server := httptest.NewServer(nil)
	t.Cleanup(server.Close)
	good := page.New(sample.Library(), page.HostsOf("127.0.0.1:0", server.Listener.Addr()))
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fails.Load() && r.URL.Path == "/index.json" {
			http.Error(w, "not yet", http.StatusServiceUnavailable)
			return
		}
		good.ServeHTTP(w, r)
	})
	b := open(t, server.URL+"/", "503 (Service Unavailable)")
	b.navigate(b.base)
	b.until(`document.getElementById("sentence").textContent.includes("HTTP 503")`)
	b.shot("failure")
	fails.Store(false)
	b.js(`document.querySelector(".again").click()`)
	b.until(loaded)
	require.Equal(t, "Step 1 of 43", b.text("#stepno"))
}

// A story that leaves out all it can is shown, too.
func TestEmptyPicture(t *testing.T) {
	least := `{"name": "gather-tasks", "story": {"steps": [{"task": -1, "cause": -1}, {"task": -1, "cause": -1, "picture": {"running": {"task": -1, "text": "x"}}}]}}`
	b := open(t, serve(t, odd{sample.Library(), least}))
	b.visit("")
	seen := b.walk(0, 1)
	require.Len(t, seen, 2)
	for id, says := range map[string]string{"#ready": "empty", "#waiting": "nobody", "#timers": "none set", "#output": "nothing yet"} {
		require.Equal(t, says, b.text(id))
	}
}

// Before there is a story nothing can be moved, and no key does harm.
func TestNothingToMove(t *testing.T) {
	b := open(t, serve(t, odd{sample.Library(), ""}), "500 (Internal Server Error)")
	b.navigate(b.base)
	b.until(`document.getElementById("sentence").textContent.includes("could not be loaded")`)
	require.True(t, b.is(`document.getElementById("transport").inert && document.getElementById("predict").disabled`))
	for _, key := range []string{kb.ArrowRight, kb.ArrowLeft, kb.End, " ", "p", "g", "1", "l", "t", "t"} {
		b.press(key)
	}
	b.js(`dispatchEvent(new Event("resize")); document.getElementById("lanes").dispatchEvent(new PointerEvent("pointerdown"))`)

	// What another program showed does not look as if it were this one's.
	b = open(t, serve(t, partly{sample.Library()}), "500 (Internal Server Error)")
	b.visit("#demo=gather-tasks&step=7")
	b.js(`location.hash = "#demo=lost-result"`)
	b.until(`document.getElementById("main").classList.contains("failed")`)
	require.Contains(t, b.text("#sentence"), "The story of lost-result/trap could not be loaded (HTTP 500).")
	b.press(kb.ArrowRight)
	require.True(t, b.is(`location.hash === "#demo=lost-result"`))
	b.js(`location.hash = "#demo=gather-tasks&step=8"`)
	b.until(`document.getElementById("stepno").textContent === "Step 8 of 43" && !document.querySelector(".failed") && !document.getElementById("transport").inert`)
}

// partly is a library that has only demos.
type partly struct{ page.Library }

func (p partly) Program(name string) ([]byte, error) {
	if strings.Contains(name, "/") {
		return nil, errors.New("broken")
	}
	return p.Library.Program(name)
}
