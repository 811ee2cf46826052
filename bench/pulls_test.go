package bench

import (
	"iter"
	"testing"
)

// pulls are bare coroutines that suspend for ever, to be resumed in turn.
type pulls struct {
	resume []func() (struct{}, bool)
	stops  []func()
	next   int
}

func newPulls(n int) *pulls {
	p := &pulls{}
	for range n {
		p.add()
	}
	return p
}

// add makes one more, and resumes it for the first time.
func (p *pulls) add() {
	resume, stop := iter.Pull(suspendForEver)
	resume()
	p.resume = append(p.resume, resume)
	p.stops = append(p.stops, stop)
}

func suspendForEver(yield func(struct{}) bool) {
	for yield(struct{}{}) {
	}
}

func (p *pulls) resumeNext() {
	p.resume[p.next]()
	if p.next++; p.next == len(p.resume) {
		p.next = 0
	}
}

func (p *pulls) stop() {
	for _, stop := range p.stops {
		stop()
	}
}

// benchmarkPulls is the floor of whatever takes trips round trips to a coroutine,
// of as many as there are, in turn.
func benchmarkPulls(b *testing.B, coroutines, trips int) {
	p := newPulls(coroutines)
	defer p.stop()
	b.ReportAllocs()
	cost := measure(b)
	for b.Loop() {
		for range trips {
			p.resumeNext()
		}
	}
	cost.report()
}
