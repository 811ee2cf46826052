package executor

// Workers returns the number of goroutines that the pool has.
func (p *ThreadPool) Workers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.workers)
}

// Limit returns the number of goroutines that the pool may have.
func (p *ThreadPool) Limit() int { return p.limit }
