package bench

import "iter"

// pulls are bare coroutines that suspend for ever, to be resumed in turn.
type pulls struct {
	resume []func() (struct{}, bool)
	stops  []func()
	next   int
}

func newPulls(n int) *pulls {
	p := &pulls{}
	for range n {
		resume, stop := iter.Pull(func(yield func(struct{}) bool) {
			for yield(struct{}{}) {
			}
		})
		resume()
		p.resume = append(p.resume, resume)
		p.stops = append(p.stops, stop)
	}
	return p
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
