package loop_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// The handler of a request shows what the loop has done, while it runs.
func ExampleTraceOf() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		handler := func(w http.ResponseWriter, r *http.Request) {
			t, err := loop.TraceOf(r.Context(), l)
			if err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
			_ = t.WriteText(w)
		}
		text, err := loop.ToThread(func(ctx context.Context) (string, error) {
			w := httptest.NewRecorder()
			handler(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/trace", nil))
			return w.Body.String(), nil
		}).Await(co)
		lines := strings.Split(strings.TrimSpace(text), "\n")
		fmt.Println(lines[len(lines)-1])
		return err
	}
	err := loop.Main(main, loop.VirtualTime(true), loop.Record(trace.New()))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	//           0s      2  #2       run #2, posted callback  <- from another goroutine
}
