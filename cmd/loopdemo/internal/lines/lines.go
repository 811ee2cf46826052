// Package lines is what a program calls that is to be watched line by line. No program is
// written that way: package weave puts the calls into copies of sources, which are built in
// place of them. So what is not built that way knows nothing of it.
package lines

import (
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

// Sink is told what a program does, by whatever goroutine does it: those of the loop's
// tasks and callbacks, of which one runs at a time, and those of threads.
type Sink interface {
	// At tells that the statement on this line of the program is about to run.
	At(line int)

	// Enter tells that a function begins, and returns the line from which it was called.
	Enter() (caller int)

	// Leave tells that it has ended, and its caller goes on.
	Leave(caller int)

	// Print tells what the program has printed, before it goes on.
	Print(text string)
}

var current atomic.Pointer[Sink]

// SetSink has s told what programs do from now on, instead of the sink before. With nil,
// which it is at first, what they print goes to the standard output, and nobody is told of
// lines.
func SetSink(s Sink) {
	if s == nil {
		current.Store(nil)
		return
	}
	current.Store(&s)
}

func sink() Sink {
	if s := current.Load(); s != nil {
		return *s
	}
	return nobody{}
}

// nobody is the sink if there is none.
type nobody struct{}

func (nobody) At(int)            {}
func (nobody) Enter() int        { return 0 }
func (nobody) Leave(int)         {}
func (nobody) Print(text string) { fmt.Print(text) }

// At is called before each statement, with its line.
func At(line int) { sink().At(line) }

// Enter and Leave are called around each function, as defer Leave(Enter()).
func Enter() (caller int) { return sink().Enter() }

// Leave is the end of what Enter begins.
func Leave(caller int) { sink().Leave(caller) }

// Println is in place of fmt.Println, Print of fmt.Print, and Printf of fmt.Printf. They
// return nothing, as nobody asks.
func Println(args ...any) { sink().Print(fmt.Sprintln(args...)) }

// Print is in place of fmt.Print.
func Print(args ...any) { sink().Print(fmt.Sprint(args...)) }

// Printf is in place of fmt.Printf.
func Printf(format string, args ...any) { sink().Print(fmt.Sprintf(format, args...)) }

// Sleep is in place of time.Sleep. It takes a nanosecond more: so of a thread and a timer of the
// loop with the same end the timer is the first in each run.
func Sleep(d time.Duration) { time.Sleep(Delay(d) + time.Nanosecond) }

// scale is that of Delay, as math.Float64bits has it; zero for one.
var scale atomic.Uint64

// SetScale has all delays of programs take so many times as long, until it is called again.
func SetScale(times float64) { scale.Store(math.Float64bits(times)) }

// Delay is put around the delays of a program.
func Delay(d time.Duration) time.Duration {
	if bits := scale.Load(); bits != 0 {
		return time.Duration(float64(d) * math.Float64frombits(bits))
	}
	return d
}
