package looptest

import (
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
	"github.com/ouro-loop/ouro/timers"
)

// Jobs says how long the functions take that are given to [loop.ToThread], [loop.RunInExecutor] and
// [loop.Go], in the loop's time: from least to most, as if each began with a [T.Between]; and how
// many of those of one executor are at work at the same time. The others wait, and begin in the order
// in which they came. Of Go any number are.
//
// If it is not given that is from 0 to a second, and five, which is what an executor of one CPU
// has.
//
// They are run in no time, one by one, while the loop stands still: at the end of their time, or
// at its beginning, of which both are tried; or, where that may be, in the middle of a step, between two entries
// that this makes ready. So they can be run again, and what one does with the
// program's variables comes at that point. A data race with it is not seen: for that there are
// the race detector and a test without this package. A function may call [loop.Submit] and
// CallSoonThreadsafe. One that waits for the loop would wait for ever, which fails the run; and so
// does one of another executor than the default that has not ended when the loop has.
func Jobs(least, most time.Duration, threads int) Option {
	mustBeRange("Jobs", least, most)
	if threads <= 0 {
		panic(fmt.Sprintf("looptest: Jobs with %d threads; at least one it must be", threads))
	}
	return func(o *options) { o.jobs.least, o.jobs.most, o.jobs.threads = least, most, threads }
}

// JobTakes is Jobs for the function of a name with that of its package, such as "bank.load" or
// "bank.(*Bank).load", and for those that are written down in it. The first that fits counts. If an
// exploration comes to none, the test fails.
func JobTakes(name string, least, most time.Duration) Option {
	mustBeRange("JobTakes", least, most)
	pkg, function, ok := strings.Cut(name, ".")
	if !ok || pkg == "" || function == "" {
		panic(fmt.Sprintf("looptest: JobTakes of %q, which is not like bank.load", name))
	}
	return func(o *options) { o.jobs.named = append(o.jobs.named, namedJob{pkg, function, least, most}) }
}

func mustBeRange(option string, least, most time.Duration) {
	if least < 0 || most < least {
		panic(fmt.Sprintf("looptest: %s from %v to %v, which is no range of times", option, least, most))
	}
}

type jobOptions struct {
	least, most time.Duration
	threads     int
	named       []namedJob
	patience    time.Duration // how long one may block, in real time
}

type namedJob struct {
	pkg, function string
	least, most   time.Duration
}

// missing is what there is to say if none was begun.
func (n *namedJob) missing() string {
	return fmt.Sprintf("JobTakes of %q: no function of that name was given to a thread or goroutine", n.pkg+"."+n.function)
}

// fits reports whether a function is n's, or written down in that, by its name without the path of
// its package. One that was inlined into another has its name behind the other's.
func (n *namedJob) fits(name string) bool {
	pkg, function, _ := strings.Cut(name, ".")
	return pkg == n.pkg && strings.Contains("."+function+".", "."+n.function+".")
}

var usualJobs = jobOptions{most: time.Second, threads: 5, patience: 10 * time.Second}

// jobTimes are how long a function may take.
func (x *explorer) jobTimes(name string) (least, most time.Duration) {
	name = name[strings.LastIndex(name, "/")+1:]
	for _, n := range x.options.jobs.named {
		if n.fits(name) {
			x.sometimes(n.missing(), true)
			return n.least, n.most
		}
	}
	return x.options.jobs.least, x.options.jobs.most
}

// jobs are those of a run. It is a sched.Jobs.
type jobs struct {
	run     *run
	pools   map[any]*pool
	running atomic.Bool
	out     []*job // that have not ended
	may     []*job // to be used again
	idle    []func()
}

// A pool is an executor, in that it has so many threads.
type pool struct {
	name    string
	threads int    // zero for no limit
	busy    int    // of them
	queue   []*job // that wait for one
}

// A job takes its time, and then is an entry of the loop.
type job struct {
	sched.Job
	jobs  *jobs
	pool  *pool
	name  string
	site  frames.Site // where it was begun
	timer timers.Timer
	from  time.Duration // when it may end
	begun bool          // the function was called
	stuck bool          // it does not come back
}

func (s *jobs) Running() bool { return s.running.Load() }

func (s *jobs) Begin(j sched.Job, of any) {
	p := s.pool(of)
	begun := &job{Job: j, jobs: s, pool: p, name: j.Name()}
	begun.site.Take()
	s.out = append(s.out, begun)
	s.loop().SetArrivals(true)
	p.queue = append(p.queue, begun)
	s.next(p)
}

func (s *jobs) pool(of any) *pool {
	if of != nil && !reflect.TypeOf(of).Comparable() {
		of = reflect.TypeOf(of)
	}
	p := s.pools[of]
	if p == nil {
		p = &pool{name: "thread", threads: s.run.x.options.jobs.threads}
		if of == sched.Goroutines {
			p.name, p.threads = "goroutine", 0
		}
		if s.pools == nil {
			s.pools = map[any]*pool{}
		}
		s.pools[of] = p
	}
	return p
}

// next begins what p has a thread for. What was canceled meanwhile takes none.
func (s *jobs) next(p *pool) {
	for len(p.queue) > 0 && (p.threads == 0 || p.busy < p.threads) {
		j := p.queue[0]
		p.queue = p.queue[1:]
		if !j.Start() {
			s.end(j)
			continue
		}
		p.busy++
		j.begin()
	}
}

func (j *job) begin() {
	r := j.jobs.run
	least, most := r.x.jobTimes(j.name)
	d := r.chooseDelay(least, most)
	if d > 0 && r.choose(&search.Choice{Kind: schedule.Own, N: 2}) == 1 {
		r.note(fmt.Sprintf("%s does its work at the beginning", j))
		r.scheduler().Schedule((*early)(j))
	}
	j.from = r.loop.Time() + least
	j.timer.Run = j
	j.jobs.loop().AddTimer(&j.timer, r.loop.Time()+d)
}

// jobsLoop is what jobs need of a loop.
type jobsLoop interface {
	AddTimer(t *timers.Timer, when time.Duration)
	RemoveTimer(t *timers.Timer) bool
	SetArrivals(on bool)
}

func (s *jobs) loop() jobsLoop { return s.run.scheduler().Loop().(jobsLoop) }

// An early is a job that is run at its beginning.
type early job

func (e *early) Run()           { (*job)(e).call() }
func (e *early) String() string { return (*job)(e).String() }

// Run is the end of the job. One that is stuck has none.
func (j *job) Run() {
	j.call()
	if j.stuck {
		return
	}
	j.Deliver()
	j.pool.busy--
	j.jobs.end(j)
	j.jobs.next(j.pool)
}

// Arrive is asked in the middle of a step, where a thread's outcome may come between two entries
// that the step makes ready. A job that may have ended by now does so, if that is chosen.
func (s *jobs) Arrive() {
	s.may = s.may[:0]
	for _, j := range s.out {
		if j.timer.Queued() && j.from <= s.run.loop.Time() {
			s.may = append(s.may, j)
		}
	}
	i := s.run.choose(&search.Choice{Kind: schedule.Job, N: 1 + len(s.may)})
	if i == 0 {
		return
	}
	j := s.may[i-1]
	s.loop().RemoveTimer(&j.timer)
	s.run.note(j.String() + " ends in the middle of this")
	j.Run()
}

// String and About are what reports say.
func (j *job) String() string { return "the job " + j.name }
func (j *job) About() string  { return "the end of " + j.String() }

// call runs the function, unless that was done before, on a goroutine of its own, and waits for that.
func (j *job) call() {
	if j.begun {
		return
	}
	j.begun = true
	r, done := j.jobs.run, make(chan struct{})
	j.jobs.running.Store(true)
	defer j.jobs.running.Store(false)
	go func() {
		defer close(done)
		j.Call()
	}()
	if r.x.bubble != nil {
		<-done // where one that waits for ever is seen
		return
	}
	alarm := time.NewTimer(r.x.options.jobs.patience)
	defer alarm.Stop()
	select {
	case <-done:
	case <-alarm.C:
		j.stuck = true
		r.tellStuck(j)
	}
}

func (r *run) tellStuck(j *job) {
	text := fmt.Sprintf("%s has not ended for %v: the loop stands still while it runs, so it must not wait for the loop, nor for another job.",
		j, r.x.options.jobs.patience)
	for _, g := range frames.WithLabel(labelKey, r.x.label()) {
		if leak := leakOf(g); strings.HasSuffix(g.Calls[len(g.Calls)-1].Function, "looptest.(*job).call.func1") {
			text += "\n  " + leak.Text
		}
	}
	r.tell(failure{"job", text})
}

// end takes j from those that have not ended.
func (s *jobs) end(j *job) {
	for i, other := range s.out {
		if other == j {
			s.out = append(s.out[:i], s.out[i+1:]...)
			break
		}
	}
	s.loop().SetArrivals(len(s.out) > 0)
	if s.Idle() {
		idle := s.idle
		s.idle = nil
		for _, f := range idle {
			f()
		}
	}
}

func (s *jobs) Idle() bool {
	p := s.pools[nil]
	return p == nil || p.busy == 0 && len(p.queue) == 0
}

func (s *jobs) WhenIdle(f func()) { s.idle = append(s.idle, f) }

// left are the jobs that have not ended with the loop, and for which somebody waits.
func (s *jobs) left() (leaks []loop.Leak) {
	for _, j := range s.out {
		if j.GivenUp() {
			continue
		}
		leak := loop.Leak{Kind: loop.LeakedWork, Name: j.pool.name, Site: j.site.String(), Text: "work on a " + j.pool.name + " not done: " + j.name}
		if leak.Site != "" {
			leak.Text += " (" + short(leak.Site) + ")"
		}
		leaks = append(leaks, leak)
	}
	return leaks
}
