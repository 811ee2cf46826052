package executor

// keptJobs is up to how many jobs a fifo keeps the room for that it had for more.
const keptJobs = 1024

// fifo is a queue of jobs. The zero value is empty and ready to use. It
// allocates only while it grows: in and out swap places when out is used up.
type fifo struct {
	in   []Job // pushed here
	out  []Job // popped from here, at head
	head int
}

func (q *fifo) len() int { return len(q.in) + len(q.out) - q.head }

func (q *fifo) push(job Job) { q.in = append(q.in, job) }

// pop returns nil if the queue is empty.
func (q *fifo) pop() Job {
	if q.len() == 0 {
		return nil
	}
	if q.head == len(q.out) {
		q.in, q.out, q.head = q.out[:0], q.in, 0
		if cap(q.in) > keptJobs && cap(q.in) > 8*len(q.out) {
			q.in = nil // from a burst
		}
	}
	job := q.out[q.head]
	q.out[q.head] = nil
	q.head++
	return job
}

// cancelAll cancels all jobs of q, in order. If one of them panics or ends the
// goroutine, the deferred function sees to the rest first.
func cancelAll(q *fifo) {
	defer func() {
		if q.len() > 0 {
			cancelAll(q)
		}
	}()
	for job := q.pop(); job != nil; job = q.pop() {
		job.Cancel()
	}
}
