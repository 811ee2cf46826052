package durable

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// A program is one that runs. Its loop takes nothing from outside by itself, and its clock stands still
// while it runs; so what it does depends on nothing but on what the driver gives it where it waits, and when.
// That is what the journal has: the events, each with the loop's time at which it came; and, to notice
// where a replay parts from it, what the program asks for in between.
//
// Timers are not in the journal. Before an event of the time t comes, all that is due until t has run, at its
// own time, and what that led to. It is the same when the journal is replayed, however long it took
// then to notice that a timer was due.
//
// All of a program is for the goroutine of its Run, which is the loop's, but for its mailbox.
type program struct {
	options
	id      string
	journal Journal // nil in a Replay
	loop    *loop.Loop
	leave   func() // ends that its goroutine has the loop to itself
	main    *coro.Task[[]byte]
	result  []byte                // of main,
	broke   error                 // or its error
	cleanup *coro.Task[coro.None] // of the other tasks, after main
	over    bool                  // all tasks have ended

	entries [][]byte // to replay
	cursor  int      // of the next one
	next    Record   // it, if peeked
	peeked  bool
	names   map[string]string // seen in entries
	count   int               // of the records of the journal
	warned  bool

	unwritten [][]byte // of what the program has asked for
	needed    bool     // it must be written before something depends on it

	begin Record // the first
	epoch string // tells its journal from those before it, see ContinueAs
	start time.Time
	ahead time.Duration // the loop's time at start

	asked      uint64
	activities map[uint64]*activity // those that the program waits for
	fresh      []*activity          // those that have not started, once it is live
	isLive     bool
	beats      map[uint64][]byte
	mail       mailbox

	signals   map[string]*queues.Queue[[]byte]
	receiving int             // how many tasks wait for one
	seen      map[string]bool // keys of messages in the journal
	done      []string        // those to remove

	versions map[string]uint64
	queries  map[string]func() (any, error)

	err   error // why it is to end before its time
	ended bool  // it is unwound
}

// programs are those that run in this process, by their loops.
var programs sync.Map

func programOf(co *coro.Co) (*program, error) {
	if p, ok := programs.Load(loop.Of(co)); ok {
		return p.(*program), nil
	}
	return nil, ErrNotDurable
}

// stay has the loop stepped by the calling goroutine alone, which makes a step much cheaper.
func stay(l *loop.Loop) (leave func(), err error) {
	s := (*sched.Scheduler)(l.Scheduler())
	return s.Loop().(interface{ Stay() (func(), error) }).Stay()
}

// beginning is the first entry of a journal.
func beginning(o *options, name string) ([]byte, error) {
	data, err := o.codec.Marshal(o.input)
	if err != nil {
		return nil, fmt.Errorf("durable: the input cannot be kept: %w", err)
	}
	r := Record{Kind: Began, Time: time.Duration(time.Now().UnixNano()), Name: name, N: rand.Uint64(), Key: "0", Data: data}
	return r.appendTo(nil), nil
}

func newProgram(id string, entries [][]byte, body coro.Func[[]byte], o options) *program {
	p := &program{
		options: o, id: id, entries: entries, count: len(entries), names: map[string]string{},
		activities: map[uint64]*activity{}, beats: map[uint64][]byte{}, signals: map[string]*queues.Queue[[]byte]{},
		seen: map[string]bool{}, versions: map[string]uint64{}, queries: map[string]func() (any, error){},
	}
	p.mail.wake = make(chan struct{}, 1)
	if r, err := p.peek(); err != nil || r.Kind != Began {
		p.err = fmt.Errorf("durable: program %q: %w", id, errNoRecord)
		return p
	}
	p.begin = p.take()
	p.epoch = p.begin.Key
	opts := append([]loop.Option{loop.Logger(o.logger)}, o.loop...)
	p.loop = loop.New(append(opts, loop.VirtualTime(true), loop.Hermetic(true), loop.Seed(p.begin.N),
		loop.StartTime(time.Unix(0, int64(p.begin.Time)).UTC()))...)
	if p.leave, p.err = stay(p.loop); p.err != nil {
		return p
	}
	programs.Store(p.loop, p)
	p.takeCarried()
	p.main = coro.CreateTask(p.loop, body, coro.Name("main"), coro.QuietTree())
	p.main.AddDoneCallback(p.mainEnded)
	return p
}

// mainEnded is asyncio.run's end inside of the loop: the end of main is that of all tasks, which may have something
// to do then that is in the journal, too.
func (p *program) mainEnded() {
	p.result, p.broke = p.main.Result()
	var left []coro.AnyTask
	for _, task := range coro.AllTasks(p.loop) {
		task.Cancel()
		left = append(left, task)
	}
	if len(left) == 0 {
		p.over = true
		return
	}
	p.cleanup = coro.CreateTask(p.loop, coro.Do(func(co *coro.Co) error {
		defer func() { p.over = true }()
		errs, _ := coro.GatherErrors(co, left...).Await(co)
		for i, err := range errs {
			if err != nil && !future.IsCanceled(err) {
				p.loop.CallExceptionHandler(future.ErrorContext{
					Message: "unhandled error at the end of a durable program", Err: err, Task: left[i].Name(), Future: left[i],
				})
			}
		}
		return nil
	}), coro.Name("durable.Run"), coro.Quiet())
}

// close unwinds what has not ended.
func (p *program) close() {
	if p.loop == nil {
		return
	}
	p.ended = true
	for _, a := range p.activities {
		a.stop()
	}
	if err := p.loop.Close(); err != nil {
		p.logger.Error("durable: closing the loop of a program", "program", p.id, "err", err)
	}
	programs.Delete(p.loop)
	if p.leave != nil {
		p.leave()
	}
}

// advanceToNow runs what is due by now, after a replay.
func (p *program) advanceToNow() error {
	p.start = time.Now()
	p.ahead = max(p.start.Sub(time.Unix(0, int64(p.begin.Time))), p.loop.Time())
	return p.advance(p.now())
}

// advance runs what is due until t.
func (p *program) advance(t time.Duration) error {
	err := p.loop.AdvanceTo(t)
	if p.err != nil {
		return p.err
	}
	return err
}

// now is the loop's time that it should be. It goes on from that of the journal where the
// computer's clock was set back, and jumps with it where that was ahead, as after a computer has slept.
func (p *program) now() time.Duration {
	passed := max(time.Since(p.start), time.Now().Round(0).Sub(p.start.Round(0)))
	return max(p.ahead+passed, p.loop.Time())
}

// end is the record of how main has ended.
func (p *program) end() Record {
	if p.broke != nil {
		return Record{Kind: Broke, Time: p.loop.Time(), Data: p.known.encode(p.broke)}
	}
	return Record{Kind: Ended, Time: p.loop.Time(), Data: p.result}
}
