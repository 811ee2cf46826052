package streams

import (
	"errors"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A shortage is how a listener waits where the system has no descriptors left, or the like.
type shortage struct {
	loop *loop.Loop
	addr net.Addr
	told bool
}

// isShortage reports whether an error says that something has run out.
func isShortage(err error) bool {
	return slices.ContainsFunc(shortages, func(what syscall.Errno) bool { return errors.Is(err, what) })
}

// shortagePause is how long there is a wait then, as asyncio does.
const shortagePause = time.Second

func (s *shortage) wait(co *coro.Co, err error) error {
	if !s.told {
		s.told = true
		s.loop.CallExceptionHandler(future.ErrorContext{
			Message: "a Listener on " + s.addr.String() + " accepts nothing until there are resources again",
			Err:     os.NewSyscallError("accept", err),
		})
	}
	return coro.Sleep(co, shortagePause)
}
