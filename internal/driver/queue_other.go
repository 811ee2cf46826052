//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package driver

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

// queue has no implementation here: openQueue always fails, so that
// there is never one to call a method of.
type queue struct{}

// delegates: see Delegate. It is not known here.
const delegates = false

func openQueue(bool) (*queue, error) {
	return nil, fmt.Errorf("%w on %s", errors.ErrUnsupported, runtime.GOOS)
}

func (*queue) register(int, token) error                    { return errors.ErrUnsupported }
func (*queue) watch(int, token, Direction, Direction) error { return errors.ErrUnsupported }
func (*queue) forget(int)                                   {}
func (*queue) take(int) (int, error)                        { return 0, errors.ErrUnsupported }
func (*queue) event(int) (token, Direction)                 { return token{}, 0 }
func (*queue) haunts() bool                                 { return false }
func (*queue) setAlarm(time.Time)                           {}
func (*queue) wait(int) (int, error)                        { return 0, errors.ErrUnsupported }
func (*queue) ready() bool                                  { return false }
func (*queue) block() bool                                  { return false }
func (*queue) interrupt()                                   {}
func (*queue) interrupted()                                 {}
func (*queue) ignore()                                      {}
func (*queue) close()                                       {}
