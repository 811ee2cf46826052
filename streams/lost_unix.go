//go:build unix

package streams

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
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

// closeLost has a descriptor closed when nobody has the connection any more that it is of, nor the loop: a
// loop that is closed knows none.
func closeLost[T any](of *T, fd int) runtime.Cleanup {
	return runtime.AddCleanup(of, func(fd int) { _ = unix.Close(fd) }, fd)
}

// String and Site are what a loop tells of a connection that is left.
func (s *socket) String() string {
	return fmt.Sprintf("connection %s %v->%v", s.name, s.local, s.remote)
}
func (s *socket) Site() string { return siteText(s.site) }

func siteText(s *frames.Site) string {
	if s == nil {
		return ""
	}
	return s.String()
}
