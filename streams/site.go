package streams

import (
	"fmt"
	"net"

	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// siteOf is the line that makes a connection, where a loop reports what is left of them.
func siteOf(s *sched.Scheduler) *frames.Site {
	if !s.Leaks {
		return nil
	}
	site := new(frames.Site)
	site.Take()
	return site
}

func siteText(s *frames.Site) string {
	if s == nil {
		return ""
	}
	return s.String()
}

// connectionText and listenerText are what a loop tells of one that is left.
func connectionText(e network.Ends) string {
	return fmt.Sprintf("connection %s %v->%v", e.Network(), e.LocalAddr(), e.RemoteAddr())
}

func listenerText(addr net.Addr) string { return "listener " + addr.Network() + " " + addr.String() }

// An acceptRole is what reports are told of a task that waits for a connection to an address.
type acceptRole struct{ addr net.Addr }

func (r acceptRole) Describe() string { return r.Wait().String() }

func (r acceptRole) Wait() waits.Info {
	return waits.Info{Kind: "accept", Text: "a connection to " + r.addr.String()}
}
