//go:build amd64 || arm64

package sched

// prefetch has memory fetched that is needed soon, and does not wait for it: what an entry is; of a worker, where that
// was fetched as one, itself; another one's goroutine; and of a third, the stack, from where it is suspended on. Any
// may be nil.
//
//go:noescape
func prefetch(object Entry, worker, goroutine, stack *worker)

// savedSP is where the runtime keeps the stack pointer of a goroutine that is suspended, in what it keeps of that.
// Were it elsewhere one day, nothing would break: what is fetched need not be memory. But it would help no more.
const savedSP = 56
