//go:build unix

package streams

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// closeLost has a descriptor closed when nobody has the connection any more that it is of, nor the loop: a
// loop that is closed knows none.
func closeLost[T any](of *T, fd int) runtime.Cleanup {
	return runtime.AddCleanup(of, func(fd int) { _ = unix.Close(fd) }, fd)
}

// String and Site are what a loop tells of a connection that is left.
func (s *socket) String() string { return connectionText(s) }
func (s *socket) Site() string   { return siteText(s.site) }
