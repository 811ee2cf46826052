package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

var shots = flag.String("shots", "", "`directory` to write screenshots into")

// chromium is the browser's program, or "" with why there is none.
func chromium() (program, why string) {
	if program = os.Getenv("CHROMIUM"); program != "" {
		return program, ""
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if program, err := exec.LookPath(name); err == nil {
			return program, ""
		}
	}
	return "", "there is no Chromium, in the PATH or at CHROMIUM"
}

var browser context.Context // one for all tests; each has a tab

func TestMain(m *testing.M) {
	flag.Parse()
	status := func() int {
		program, why := chromium()
		if why != "" {
			return m.Run() // which skips
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(program),
			chromedp.Flag("force-color-profile", "srgb"))
		if os.Getuid() == 0 {
			options = append(options, chromedp.NoSandbox) // which root cannot have
		}
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		defer stop()
		var cancel context.CancelFunc
		browser, cancel = chromedp.NewContext(allocator)
		defer cancel()
		if err := chromedp.Do(browser); err != nil {
			log.Printf("%s does not start: %v", program, err)
			return 1
		}
		return m.Run()
	}()
	os.Exit(status)
}

// tab is a tab of the browser that watches what must not happen.
type tab struct {
	*testing.T
	ctx  context.Context
	base string // of all addresses

	mu       sync.Mutex
	problems []string
}

const patience = 15 * time.Minute // for all that a tab does

// open makes a tab. At the end of the test there must have been no error in its console, no exception, and no request to
// anybody but the server of base. Requests that begin with one of these may fail.
func open(t *testing.T, base string, mayFail ...string) *tab {
	t.Helper()
	if _, why := chromium(); why != "" {
		t.Skip(why)
	}
	b := &tab{T: t, base: base}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithListener(func(event any) { b.note(event, mayFail) }))
	t.Cleanup(cancel)
	b.ctx = ctx
	b.run() // which makes the tab; a limit must not be on that
	b.ctx, cancel = context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	call(b, network.Enable, network.EnableParams{})
	call(b, cdplog.Enable, cdp.Empty{})
	call(b, runtime.Enable, cdp.Empty{})
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		require.Empty(t, b.problems)
	})
	return b
}

func (b *tab) note(event any, mayFail []string) {
	problem := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			problem = fmt.Sprintf("console: %s %s", e.Type, e.Args[0].Value)
		}
	case *runtime.EventExceptionThrown:
		problem = "exception: " + fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception.Description)
	case *cdplog.EventEntryAdded:
		problem = fmt.Sprintf("log: %s %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
		for _, may := range mayFail {
			if strings.Contains(problem, may) {
				return
			}
		}
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, b.base) && e.Request.URL != "about:blank" {
			problem = "a request to elsewhere: " + e.Request.URL
		}
	}
	if problem != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.problems = append(b.problems, problem)
	}
}

// call sends a command of the browser's protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.Helper()
	result, err := chromedp.Call(b.ctx, command, params)
	require.NoError(b, err)
	return result
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	require.NoError(b, chromedp.Do(b.ctx, actions...))
}

// js runs a script, and waits for the promise that it may give.
func (b *tab) js(script string) {
	b.Helper()
	b.run(chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise))
}

// value is what an expression gives, or the promise that it gives.
func value[T any](b *tab, expression string) T {
	b.Helper()
	result, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b, err)
	return result
}

func (b *tab) text(selector string) string {
	b.Helper()
	return value[string](b, fmt.Sprintf("document.querySelector(%q).textContent", selector))
}

func (b *tab) attribute(selector, name string) string {
	b.Helper()
	return value[string](b, fmt.Sprintf("document.querySelector(%q).getAttribute(%q) ?? ''", selector, name))
}

func (b *tab) is(condition string) bool {
	b.Helper()
	return value[bool](b, "Boolean("+condition+")")
}

// until waits until a condition holds. It survives a navigation.
func (b *tab) until(condition string) {
	b.Helper()
	require.Eventually(b, func() bool {
		holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		return err == nil && holds
	}, 30*time.Second, 10*time.Millisecond, condition)
}

const loaded = `document.readyState === "complete" && (!document.querySelector("#problem").hidden || document.querySelector("#stepno").textContent !== "")`

// visit loads the page anew, at #hash, and waits until it shows something.
func (b *tab) visit(hash string) {
	b.Helper()
	b.run(chromedp.Navigate("about:blank"), chromedp.Navigate(b.base+hash))
	b.until(loaded)
}

// navigate loads a page, and waits for nothing.
func (b *tab) navigate(address string) {
	b.Helper()
	b.run(chromedp.Navigate(address))
}

// size makes the window so large.
func (b *tab) size(width, height int64) {
	b.Helper()
	b.run(chromedp.EmulateViewport(width, height))
}

// prefer sets what the system is said to prefer: "prefers-color-scheme", "dark", and so on in pairs.
func (b *tab) prefer(pairs ...string) {
	b.Helper()
	var features []*emulation.MediaFeature
	for i := 0; i < len(pairs); i += 2 {
		features = append(features, &emulation.MediaFeature{Name: pairs[i], Value: pairs[i+1]})
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
}

// font has the page drawn in other fonts.
func (b *tab) font(sans, mono string) {
	b.Helper()
	b.js(fmt.Sprintf(`document.documentElement.style.setProperty("--sans", %q);
		document.documentElement.style.setProperty("--mono", %q);
		dispatchEvent(new Event("resize"))`, sans, mono))
}

// shot writes a screenshot, if they are wanted.
func (b *tab) shot(name string) {
	b.Helper()
	if *shots == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b, err)
	require.NoError(b, errors.Join(os.MkdirAll(*shots, 0o755), os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o644)))
}
