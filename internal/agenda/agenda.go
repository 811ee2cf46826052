// Package agenda knows when each of many things is due, and finds those that are without a look at the others.
package agenda

import (
	"cmp"
	"iter"
	"time"

	"github.com/google/btree"
)

// An Agenda has names, and when each is due. It is not safe for concurrent use.
type Agenda struct {
	times map[string]time.Time
	order *btree.BTreeG[entry]
}

type entry struct {
	at   time.Time
	name string
}

func (e entry) before(other entry) bool {
	return cmp.Or(e.at.Compare(other.at), cmp.Compare(e.name, other.name)) < 0
}

const degree = 32 // of the tree

// New makes one that is empty.
func New() *Agenda {
	return &Agenda{times: map[string]time.Time{}, order: btree.NewG(degree, entry.before)}
}

// Set notes when a name is due, in place of what was noted before.
func (a *Agenda) Set(name string, at time.Time) {
	old, ok := a.times[name]
	if ok && old.Equal(at) {
		return
	}
	if ok {
		a.order.Delete(entry{old, name})
	}
	a.times[name] = at
	a.order.ReplaceOrInsert(entry{at, name})
}

// Remove forgets a name, if it is there.
func (a *Agenda) Remove(name string) {
	if at, ok := a.times[name]; ok {
		a.order.Delete(entry{at, name})
		delete(a.times, name)
	}
}

// Due are the names that are due by a time, the first of them first. The Agenda must not be changed meanwhile.
func (a *Agenda) Due(by time.Time) iter.Seq[string] {
	return func(yield func(string) bool) {
		a.order.Ascend(func(e entry) bool { return !e.at.After(by) && yield(e.name) })
	}
}
