//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package driver

import (
	"errors"
	"fmt"
	"runtime"
)

// queue has no implementation here: openQueue always fails, so that
// there is never one to call a method of.
type queue struct{}

func openQueue() (*queue, error) {
	return nil, fmt.Errorf("%w on %s", errors.ErrUnsupported, runtime.GOOS)
}

func (*queue) change(int, Direction, Direction) error { return errors.ErrUnsupported }
func (*queue) forget(int)                             {}
func (*queue) poll(int, func(int, Direction)) (bool, error) {
	return false, errors.ErrUnsupported
}
func (*queue) ready() bool { return false }
func (*queue) block() bool { return false }
func (*queue) interrupt()  {}
func (*queue) resume()     {}
func (*queue) close()      {}
