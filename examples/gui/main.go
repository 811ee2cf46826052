// Gui is a program with a main loop that owns its thread, as that of a toolkit does, and knows
// nothing of asyncio: it takes events from a queue and calls them. RunGuest has an event loop
// run in there. Its steps are events like others, so coroutines use the window as they like,
// and what they await holds nobody up.
//
//	go run ./examples/gui
//	go run ./examples/gui -rate 1   # at its own speed
//
// Try: leave CallSoonThreadsafe out in clicked. The window does not react any more: of what is
// done to the loop between two steps, a guest hears through the doors for other goroutines
// only.
package main

import (
	"context"
	"flag"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// A window is the toolkit's: a queue of events, and a label that only they may touch.
type window struct {
	events  chan func()
	closed  bool
	clicked func(button string)
	user    map[string]string // what the user clicks at the first sight of a label
}

// run is the main loop.
func (w *window) run() {
	for !w.closed {
		event := <-w.events
		event()
	}
}

func (w *window) setLabel(text string) {
	fmt.Printf("[ %-20s ]\n", text)
	if button, ok := w.user[text]; ok {
		delete(w.user, text)
		w.events <- func() { //ouro:allow it has room
			fmt.Println("click:", button)
			w.clicked(button)
		}
	}
}

// An app is the program behind the window.
type app struct {
	*window
	clicks queues.Queue[string]
}

func (a *app) main(co *coro.Co) (launches int, err error) {
	l := loop.Of(co)
	a.window.clicked = func(button string) { // is not on the loop, but an event of its own
		_, _ = l.CallSoonThreadsafe(func() { _ = a.clicks.PutNowait(button) }) // closed: too late
	}
	a.setLabel("ready")
	var rocket *coro.Task[coro.None]
	for {
		button, err := a.clicks.Get(co)
		if err != nil {
			return launches, err
		}
		switch button {
		case "launch":
			launches++
			rocket = coro.CreateTask(co, coro.Do(a.launch))
		case "abort":
			rocket.Cancel()
		case "close":
			return launches, nil // what is left is canceled now
		}
	}
}

// launch has a thread compute something, and counts down.
func (a *app) launch(co *coro.Co) error {
	a.setLabel("checking the fuel")
	sum, err := loop.ToThread(checksum)(co)
	if err != nil {
		return err
	}
	a.setLabel(fmt.Sprintf("the fuel is %08x", sum))
	for n := 3; n > 0; n-- {
		a.setLabel(fmt.Sprint(n))
		if err := coro.Sleep(co, time.Second); err != nil {
			if future.IsCanceled(err) {
				a.setLabel("aborted")
			}
			return err
		}
	}
	a.setLabel("lift-off")
	return nil
}

// checksum takes its time, and is not a coroutine.
func checksum(context.Context) (uint32, error) { return crc32.ChecksumIEEE(make([]byte, 1<<24)), nil }

func main() {
	rate := flag.Float64("rate", 20, "seconds of the program's in a second")
	flag.Parse()

	w := &window{events: make(chan func(), 100)}
	w.user = map[string]string{"ready": "launch", "2": "abort", "aborted": "launch", "lift-off": "close"}
	a := &app{window: w}
	soon := func(step func()) { w.events <- step }
	done := func(launches int, err error) {
		fmt.Println("launches:", launches, err)
		w.closed = true
	}
	loop.RunGuest(a.main, soon, done, loop.Rate(*rate))
	w.run()
}
