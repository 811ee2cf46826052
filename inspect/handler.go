package inspect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/loop"
)

// What a request is given at most.
const (
	maxStacks = 1000            // stacks, in one answer
	patience  = 3 * time.Second // for the loop to answer
)

// Handler serves what there is to see of l, for people and programs that may look into the
// process: it tells the names of tasks and functions, so mount it where net/http/pprof may be.
// It looks at the last element of the path: "ps" and "pstree" are text, "json" is a
// [loop.Snapshot], and what is no page is the index. With ?stacks=1 the first thousand tasks
// tell where they stand; ?stacks=0 is the default.
//
// "trace" is what happens on the loop from now on, for ?seconds=1 or another number up to 60:
// as ?format=text, json, or perfetto, for a viewer of such traces. A loop with a recorder of its
// own, see [loop.Record], shows what that has when the time is over. Otherwise it is recorded
// for that time, the last 65,536 events, which costs it some nanoseconds each, and up to some
// milliseconds in the end, when they are copied.
//
// It serves GET and HEAD, and answers 405 to other methods and 400 to a parameter that means
// nothing. A loop that does not answer within three seconds, or for as long as the client waits,
// is 503, with a word on why; one that is closed is 410. Nothing is cached. What it waits for does
// not count for the server's WriteTimeout.
func Handler(l *loop.Loop) http.Handler {
	if l == nil {
		panic("inspect: Handler of a nil Loop")
	}
	return &handler{loop: l, patience: patience}
}

type handler struct {
	loop     *loop.Loop
	patience time.Duration
}

// A page is what is served of a snapshot.
type page struct {
	name, about, contentType string
	write                    func(w io.Writer, s *loop.Snapshot) error
}

const plainText = "text/plain; charset=utf-8"

// pages are those of a snapshot.
var pages = [...]page{
	{"ps", "a line for each task", plainText, func(w io.Writer, s *loop.Snapshot) error { return s.WritePS(w) }},
	{"pstree", "who awaits whom", plainText, func(w io.Writer, s *loop.Snapshot) error { return s.WritePSTree(w) }},
	{"json", "all of it", "application/json", writeJSON},
}

func writeJSON(w io.Writer, s *loop.Snapshot) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(s)
}

// ServeHTTP serves a page.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "inspect: only GET and HEAD are served", http.StatusMethodNotAllowed)
		return
	}
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	if name == "" {
		h.serve(w, r, plainText, index())
		return
	}
	if name == "trace" {
		h.serveTrace(w, r)
		return
	}
	for _, p := range pages {
		if p.name == name {
			h.servePage(w, r, p)
			return
		}
	}
	http.Error(w, fmt.Sprintf("inspect: no page %q; there are:\n%s", name, index()), http.StatusNotFound)
}

func index() []byte {
	var b bytes.Buffer
	for _, p := range pages {
		fmt.Fprintf(&b, "%-7s %s\n", p.name, p.about)
	}
	fmt.Fprintf(&b, "%-7s %s\n", "trace", "what happens in a second: ?seconds=5&format=text, json or perfetto")
	fmt.Fprintf(&b, "With ?stacks=1 the first %d tasks tell where they stand.\n", maxStacks)
	return b.Bytes()
}

func (h *handler) servePage(w http.ResponseWriter, r *http.Request, p page) {
	stacks := 0
	switch r.URL.Query().Get("stacks") {
	case "", "0":
	case "1":
		stacks = maxStacks
	default:
		http.Error(w, "inspect: stacks is 0 or 1", http.StatusBadRequest)
		return
	}
	mayTake(w, r, h.patience)
	ctx, cancel := context.WithTimeout(r.Context(), h.patience)
	defer cancel()
	s, err := loop.Inspect(ctx, h.loop, loop.Stacks(stacks))
	if err != nil {
		h.noAnswer(w, err)
		return
	}
	var b bytes.Buffer // whole, so that a slow client keeps nothing but this
	if err := p.write(&b, s); err != nil {
		http.Error(w, "inspect: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h.serve(w, r, p.contentType, b.Bytes())
}

// mayTake has the server allow for d more than it does for any answer.
func mayTake(w http.ResponseWriter, r *http.Request, d time.Duration) {
	if s, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && s.WriteTimeout > 0 {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.WriteTimeout + d)) // if w can
	}
}

// noAnswer tells why the loop does not answer.
func (h *handler) noAnswer(w http.ResponseWriter, err error) {
	if errors.Is(err, loop.ErrClosed) {
		http.Error(w, err.Error(), http.StatusGone)
		return
	}
	text := err.Error()
	if errors.Is(err, loop.ErrNoAnswer) && h.loop.IsRunning() {
		text += "\n/debug/pprof/goroutine?debug=2, if it is served, shows what keeps it."
	}
	http.Error(w, text, http.StatusServiceUnavailable)
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the client has gone
}
