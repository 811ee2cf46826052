// Package election has nodes elect a leader, as Raft does it: a node that has heard nothing for some
// time begins a new term and asks the others for their votes; who has more than half of them leads.
// The nodes forget whom they have voted for, so that a term can have two leaders.
//
// Messages take any time, and none is lost. What makes it safe is that no node votes twice in a
// term, whoever asks in which order.
package election

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/queues"
)

// A Node is one of those who elect.
type Node struct {
	ID      int
	Forgets bool // whom it has voted for, if it is asked again

	Patience func() time.Duration    // how long it waits before it wants to lead
	Send     func(to int, m Message) // to another node
	Elected  func(term int)          // is told when this one leads
	Others   []int

	inbox   queues.Queue[Message]
	term    int // the greatest that it knows of
	votedIn int // the last term that it has voted in,
	votes   int // and how many it has of its own, if it is a candidate then
}

// A Message asks for a vote in a term, or is one.
type Message struct {
	Term, From int
	Vote       bool
}

// Receive takes in a message.
func (n *Node) Receive(m Message) { _ = n.inbox.PutNowait(m) }

// Run lets the node elect, until it is canceled.
func (n *Node) Run(co *coro.Co) error {
	for {
		m, err := coro.WaitFor(co, coro.Bind0(n.inbox.Get), n.Patience())
		switch {
		case future.IsTimeout(err):
			n.candidate()
		case err != nil:
			return err
		case m.Vote:
			n.count(m)
		default:
			n.vote(m)
		}
	}
}

// candidate begins a term, in which the node votes for itself.
func (n *Node) candidate() {
	n.term++
	n.votedIn, n.votes = n.term, 1
	for _, other := range n.Others {
		n.Send(other, Message{Term: n.term, From: n.ID})
	}
}

// vote answers who asks for a vote.
func (n *Node) vote(m Message) {
	if m.Term < n.term || m.Term == n.votedIn && !n.Forgets {
		return
	}
	if m.Term > n.term {
		n.term, n.votes = m.Term, 0
	}
	n.votedIn = m.Term
	n.Send(m.From, Message{Term: m.Term, From: n.ID, Vote: true})
}

// count counts a vote for this node.
func (n *Node) count(m Message) {
	if m.Term != n.term || n.votes == 0 {
		return
	}
	if n.votes++; n.votes == (len(n.Others)+1)/2+1 {
		n.Elected(n.term)
	}
}
