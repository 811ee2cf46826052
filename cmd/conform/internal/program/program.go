package program

import "slices"

// Program is one program, its names resolved.
type Program struct {
	// Main is the index in Coros of the coroutine that the runner runs.
	Main int
	// Objects are made, in this order, before main starts.
	Objects []Object
	// Coros are the coroutine functions, in the order of the program's text.
	Coros []Coro
	// Picks, if not nil, settle one after the other what CPython leaves open, and the trace tells of each choice. Where
	// there is no pick left, or no such alternative, it is 0: what is done in a program without picks.
	Picks []int
	// Names is the table that a Name indexes. Names[0] is the empty string, the name of nothing.
	Names []string
}

// Coro is a coroutine function without arguments. Running off the end of its body gives null.
type Coro struct {
	Name string
	Body []Stmt
}

// Name is an index into [Program.Names]. An interpreter's environment is a slice of len(Names) things, of which
// element 0 stays unbound. Context variables have the same table but an environment of their own: a variable and a
// task may have one name.
type Name int32

// Operand is what a statement works on: a bound name, or, where Name is 0, a fresh coroutine object of
// Coros[Coro].
type Operand struct {
	Name Name
	Coro int32
}

// Fresh reports whether the operand is a fresh coroutine object.
func (o Operand) Fresh() bool { return o.Name == 0 }

// Maybe is a field that may be null in the text.
type Maybe[T any] struct {
	V   T
	Set bool
}

// Just is a field that is not null.
func Just[T any](v T) Maybe[T] { return Maybe[T]{v, true} }

// Value is data that a program passes around: nil, bool, int64, string, or []any of values.
type Value = any

// Err is an error of the program's own: Kind is one of [Kinds].
type Err struct {
	Kind, Msg string
}

// Kinds are the kinds of the errors that a program may raise itself.
func Kinds() []string { return slices.Clone(kinds) }

var kinds = []string{"AppError", "DbError", "NetError"}

// When is the return_when of a wait statement.
type When uint8

// The three moments at which wait returns.
const (
	WhenAll   When = iota // ALL_COMPLETED
	WhenFirst             // FIRST_COMPLETED
	WhenError             // FIRST_EXCEPTION
)

var whenWords = [...]string{WhenAll: "all", WhenFirst: "first", WhenError: "error"}

// String returns the word that stands for w in a program's text.
func (w When) String() string { return whenWords[w] }

// Stmt is a statement. It is one flat struct rather than a type for each Op, so that a block is one piece of memory
// and dispatch is one switch; which fields mean something depends on Op and is said there.
type Stmt struct {
	I  int // its number, under which it logs
	Op Op

	When      When
	Settle    bool
	Eager     bool
	Stop      bool
	Immediate bool

	On   Operand
	As   Name
	Var  Name
	Coro int32 // an index into Coros
	N    int64
	MS   Maybe[int64]
	V    Value
	Err  Err
	Text string
	Msg  Maybe[string]
	Name Maybe[string]
	Of   []Operand

	Do      []Stmt
	Except  []Handler
	Finally []Stmt
}

// Handler is one except clause of a try statement. The first whose Kinds match runs.
type Handler struct {
	// Kinds holds error kinds, CancelledError, TimeoutError, ExceptionGroup (any group), Exception (all but
	// CancelledError), BaseException, or another exception class by name.
	Kinds   []string
	Do      []Stmt
	Reraise bool
}

// ObjectKind is the class of an object made before main starts.
type ObjectKind uint8

// The kinds of objects.
const (
	Lock             ObjectKind = iota + 1
	Event                       // asyncio.Event
	Cond                        // asyncio.Condition
	Semaphore                   // asyncio.Semaphore(N)
	BoundedSemaphore            // asyncio.BoundedSemaphore(N)
	Barrier                     // asyncio.Barrier(N)
	Queue                       // asyncio.Queue(N)
	LifoQueue                   // asyncio.LifoQueue(N)
	PriorityQueue               // asyncio.PriorityQueue(N)
	ContextVar                  // contextvars.ContextVar(default=Default)
)

var objectWords = [...]string{
	Lock: "lock", Event: "event", Cond: "cond", Semaphore: "sem", BoundedSemaphore: "bsem", Barrier: "barrier",
	Queue: "queue", LifoQueue: "lifo", PriorityQueue: "prio", ContextVar: "var",
}

// String returns the word that stands for k in a program's text.
func (k ObjectKind) String() string { return objectWords[k] }

// counted returns the word of the field in which objects of kind k carry N, or "" if they have none.
func (k ObjectKind) counted() string {
	switch k {
	case Semaphore, BoundedSemaphore, Barrier:
		return "n"
	case Queue, LifoQueue, PriorityQueue:
		return "max"
	}
	return ""
}

// Object is made before main starts and bound to As.
type Object struct {
	Kind    ObjectKind
	As      Name
	N       int64 // the semaphore's value, the barrier's parties, the queue's size
	Default Value // of a context variable
}
