package bench

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkParked is a great many tasks that wait, each for a future of its own: the
// time to create one and let it run until it waits, the bytes of heap and stack that
// it takes then, and the time to cancel it and let it end. The floor is as many
// bare coroutines, created, resumed once, and stopped. Not counted is what the Go
// runtime keeps of a goroutine that has ended, for the next one, about 450 bytes.
func BenchmarkParked(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("n=%d/ouro", n), func(b *testing.B) {
			notShort(b, n)
			warmUp(n)
			onLoop(b, func(co *coro.Co) error {
				var p parked
				for b.Loop() {
					b.StopTimer()
					p.begin()
					b.StartTimer()
					if err := p.tasks(co, n); err != nil {
						return err
					}
				}
				p.report(b, n)
				return nil
			})
		})
		b.Run(fmt.Sprintf("n=%d/floor", n), func(b *testing.B) { benchmarkParked(b, n, (*parked).pulls) })
		b.Run(fmt.Sprintf("n=%d/goroutine", n), func(b *testing.B) { benchmarkParked(b, n, (*parked).goroutines) })
	}
}

func benchmarkParked(b *testing.B, n int, run func(p *parked, n int)) {
	notShort(b, n)
	warmUp(n)
	var p parked
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		p.begin()
		b.StartTimer()
		run(&p, n)
	}
	p.report(b, n)
}

var warm int // how many goroutines there have been at once

// warmUp has the Go runtime make what it keeps of n goroutines, which otherwise the
// first to run would pay for.
func warmUp(n int) {
	if n > warm {
		newPulls(n).stop()
		warm = n
	}
}

// parked adds up what the operations took.
type parked struct {
	create, cancel spent
	memory         int64
	scanned        int64 // by the garbage collector

	start        time.Time
	cpu          time.Duration // at the start
	before, scan int64
}

// spent is how long something has taken, and how much of the processors.
type spent struct{ time, cpu time.Duration }

func (p *parked) begin() {
	p.before, p.scan = inUse()
	p.restart()
}

func (p *parked) restart() { p.start, p.cpu = time.Now(), cpuTime() }

func (p *parked) add(to *spent) {
	to.time += time.Since(p.start)
	to.cpu += cpuTime() - p.cpu
}

// all is called when all are parked; what it costs itself does not count.
func (p *parked) all() {
	p.add(&p.create)
	memory, scanned := inUse()
	p.memory += memory - p.before
	p.scanned += scanned - p.scan
	p.restart()
}

func (p *parked) end() { p.add(&p.cancel) }

func (p *parked) report(b *testing.B, n int) {
	all := float64(b.N) * float64(n)
	for what, s := range map[string]spent{"create": p.create, "cancel": p.cancel} {
		b.ReportMetric(float64(s.time)/all, "ns/"+what)
		if s.cpu > 0 {
			b.ReportMetric(float64(s.cpu)/all, "CPU-ns/"+what)
		}
	}
	b.ReportMetric(float64(p.memory)/all, "B/task")
	b.ReportMetric(float64(p.scanned)/all, "scanned-B/task")
}

// inUse is how much heap and stack is in use, without garbage, and in how much of it the garbage collector has looked for
// pointers.
func inUse() (memory, scanned int64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	scan := []metrics.Sample{{Name: "/gc/scan/total:bytes"}}
	metrics.Read(scan)
	return int64(m.HeapAlloc + m.StackInuse), int64(scan[0].Value.Uint64())
}

func (p *parked) tasks(co *coro.Co, n int) error {
	l := loop.Of(co)
	park := coro.Do(func(co *coro.Co) error {
		return await(co, loop.CreateFuture[coro.None](l))
	})
	tasks := make([]*coro.Task[coro.None], n)
	for i := range tasks {
		tasks[i] = coro.CreateTask(co, park)
	}
	if err := coro.Sleep(co, 0); err != nil {
		return err
	}
	p.all()
	for _, t := range tasks {
		t.Cancel()
	}
	for range 2 { // each future ends, and then its task
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
	}
	if !tasks[n-1].Done() {
		return fmt.Errorf("task %v has not ended", tasks[n-1])
	}
	p.end()
	return nil
}

func (p *parked) pulls(n int) {
	pulls := newPulls(n)
	p.all()
	pulls.stop()
	p.end()
}

func (p *parked) goroutines(n int) {
	stop, ended := make(chan struct{}), make(chan struct{}, n)
	for range n {
		go func() {
			<-stop
			ended <- struct{}{}
		}()
	}
	for range 4 { // nothing tells when they are all parked
		runtime.Gosched()
	}
	p.all()
	close(stop)
	for range n {
		<-ended
	}
	p.end()
}
