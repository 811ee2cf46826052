package network

import "github.com/ouro-loop/ouro/internal/waits"

// Operation is what an operation does, such as "read from 10.0.0.1:80".
func Operation(e Ends, in Direction) string {
	verb := [...]string{"read from", "write to"}[in]
	if addr := e.RemoteAddr(); addr != nil && addr.String() != "" {
		return verb + " " + addr.String()
	}
	return verb + " " + e.Network()
}

// Waiting is what reports are told of an operation that waits for the other side.
func Waiting(e Ends, in Direction) waits.Info {
	return waits.Info{Kind: [...]string{"read", "write"}[in], Text: Operation(e, in)}
}

// A Role is Waiting of a task that awaits.
type Role struct {
	Ends Ends
	In   Direction
}

// Describe is the text.
func (r *Role) Describe() string { return r.Wait().String() }

// Wait is all of it.
func (r *Role) Wait() waits.Info { return Waiting(r.Ends, r.In) }
