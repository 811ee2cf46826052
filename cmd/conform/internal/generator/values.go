package generator

import "github.com/ouro-loop/ouro/cmd/conform/internal/program"

// between returns a number from lo to hi, both included.
func (b *builder) between(lo, hi int64) int64 { return lo + b.rng.Int64N(hi-lo+1) }

// delay returns how long to sleep, or when to call back: mostly a small number, so that many fall together.
func (b *builder) delay() program.Maybe[int64] {
	return program.Just(oneOf[int64](b, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 8, -1))
}

// limit returns a timeout, which may be none.
func (b *builder) limit() program.Maybe[int64] {
	if b.chance(8) {
		return program.Maybe[int64]{}
	}
	return program.Just(oneOf[int64](b, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 8, 12, -1))
}

// value returns data: mostly a number.
func (b *builder) value() program.Value {
	switch b.rng.IntN(24) {
	case 0:
		return nil
	case 1:
		return b.chance(50)
	case 2:
		return []any{b.between(0, 9), oneOf[any](b, "a", nil, true)}
	case 3, 4:
		return oneOf(b, "p", "q", "r")
	}
	return b.between(0, 9)
}

// item returns what can be put into a queue. A priority queue compares its items; 1 and true, and 0 and false, are
// equal there and can be told apart, which shows the order in which a heap leaves equal items.
func (b *builder) item(kind program.ObjectKind) program.Value {
	if kind != program.PriorityQueue {
		return b.value()
	}
	if b.chance(25) {
		return b.chance(50)
	}
	return b.between(0, 4)
}

func (b *builder) err() program.Err {
	return program.Err{Kind: oneOf(b, program.Kinds()...), Msg: oneOf(b, "a", "b", "c", "d")}
}

// message returns the message of a cancellation, which may be none.
func (b *builder) message() program.Maybe[string] {
	if b.chance(55) {
		return program.Maybe[string]{}
	}
	return program.Just(oneOf(b, "x", "y", "z"))
}

// taskName returns the name of a task, which may be none.
func (b *builder) taskName() program.Maybe[string] {
	if b.chance(70) {
		return program.Maybe[string]{}
	}
	return program.Just(oneOf(b, "alpha", "beta", "gamma"))
}

// kinds returns what an except clause takes.
func (b *builder) kinds() []string {
	switch b.rng.IntN(13) {
	case 12:
		return []string{oneOf(b, "StopAsyncIteration", "GeneratorExit")}
	case 0, 1:
		return []string{"CancelledError"}
	case 2:
		return []string{"TimeoutError"}
	case 3:
		return []string{"ExceptionGroup"}
	case 4, 5:
		return []string{"Exception"}
	case 6, 7:
		return []string{"BaseException"}
	case 8:
		return []string{"CancelledError", "TimeoutError"}
	case 9:
		return []string{oneOf(b, "InvalidStateError", "RuntimeError", "ValueError", "QueueEmpty", "QueueFull",
			"QueueShutDown", "BrokenBarrierError"), "ExceptionGroup"}
	case 10:
		return []string{oneOf(b, program.Kinds()...)}
	}
	return program.Kinds()[:2]
}
