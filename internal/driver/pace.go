package driver

import "github.com/ouro-loop/ouro/internal/sched"

// A pace says how often the loop polls while it has other things to do, and how many operations
// the tasks may do before they give way to each other.
type pace struct {
	entries int // that may run before the next Poll; an operation is one, as it takes longer than most
	budget  int // of operations in an iteration
	left    int // of it
	turn    int // the last in which there were operations, in this iteration
	done    int // how many
}

const (
	// entriesPerPoll is after how many entries of the ready queue a busy loop polls: a poll costs
	// as much as ten of them. They are counted, and not iterations, of which each may have
	// thousands.
	entriesPerPoll = 61

	// DefaultBudget is how many operations an iteration has, if nothing else is said.
	DefaultBudget = 64

	// perTurn is how many operations everybody has in a turn, whatever others have left of the budget. Where thousands
	// are ready most come when there is nothing left; and if each that reads a request then gave way before it
	// writes the answer, it would be resumed twice, and the request would no longer be in the processor's caches.
	perTurn = 4

	noTurn = -1
)

func newPace(budget int) pace { return pace{budget: budget, left: budget, turn: noTurn} }

// MayBegin is told that an iteration begins that runs so many entries. It reports false if there
// has to be a Poll before. Where that would find nothing it need not be: it has been looked for.
func (d *Driver) MayBegin(entries int) bool {
	if d.begin(entries) {
		return true
	}
	if d.mustPoll() || d.queue == nil {
		return false
	}
	if d.waiting > 0 {
		d.take()
	}
	if d.Found() {
		return false
	}
	d.polled()
	return true
}

// Due is MayBegin for who can Poll, and reports whether to. With no entries it is time to.
func (d *Driver) Due(entries int) bool {
	return (!d.begin(entries) || entries == 0) && (d.waiting > 0 || d.mustPoll())
}

// begin reports whether an iteration can begin without a look at anything else.
func (d *Driver) begin(entries int) bool {
	p := &d.pace
	p.left, p.turn = p.budget, noTurn
	p.entries -= entries
	return p.entries > 0
}

// mustPoll reports whether there is something to report, or there may be at any time.
func (d *Driver) mustPoll() bool { return d.levels > 0 || d.Found() }

// polled is told that a Poll is not due for a while. Where Set has something watched it always is.
func (d *Driver) polled() {
	d.pace.entries = entriesPerPoll
	if d.levels > 0 {
		d.pace.entries = 0
	}
}

// turn tells the turns of an iteration apart.
func (d *Driver) turn() int { return (*sched.Scheduler)(d.on.Scheduler()).Left() }

// spend takes an operation out of the budget of the iteration.
func (p *pace) spend(turn int) {
	p.left--
	p.entries--
	if p.turn != turn {
		p.turn, p.done = turn, 0
	}
	p.done++
}

// spent reports whether the budget of the iteration is used up, and what everybody has in a turn: a task is to
// give way.
func (p *pace) spent(turn int) bool {
	return p.left <= 0 && p.turn == turn && p.done >= min(perTurn, p.budget)
}
