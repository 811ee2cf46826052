package driver

// A pace says how often the loop polls while it has other things to do, and how many operations
// the tasks may do before they give way to each other.
type pace struct {
	entries int // that may run before the next Poll
	budget  int // of operations in an iteration
	left    int // of it
}

const (
	// entriesPerPoll is after how many entries of the ready queue a busy loop polls: a poll costs
	// as much as ten of them. They are counted, and not iterations, of which each may have
	// thousands.
	entriesPerPoll = 61

	// DefaultBudget is how many operations an iteration has, if nothing else is said.
	DefaultBudget = 64
)

func newPace(budget int) pace { return pace{budget: budget, left: budget} }

// Due is told that an iteration begins that runs so many entries, and reports whether there is to
// be a Poll before. It is asked again if that was not its last word.
func (d *Driver) Due(entries int) bool {
	p := &d.pace
	p.entries -= entries + p.budget - p.left // an operation takes longer than most entries
	p.left = p.budget
	return d.levels > 0 || d.Found() || d.waiting > 0 && (entries == 0 || p.entries <= 0)
}

// MayBegin is Due, asked by who would rather begin the iteration elsewhere, where it cannot Poll:
// it looks whether there is anything to report.
func (d *Driver) MayBegin(entries int) bool {
	if !d.Due(entries) {
		return true
	}
	if d.levels > 0 || d.queue == nil || d.Found() {
		return false
	}
	d.found, d.err = d.queue.take(d.limit())
	if d.Found() {
		return false
	}
	d.pace.polled()
	return true
}

func (p *pace) polled() { p.entries = entriesPerPoll }

// spent reports whether the budget of the iteration is used up: a task is to give way.
func (p *pace) spent() bool { return p.left <= 0 }
