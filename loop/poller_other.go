//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package loop

import (
	"errors"
	"fmt"
	"runtime"
)

// pollQueue has no implementation here: openPollQueue always fails, so that
// there is never one to call a method of.
type pollQueue struct{}

func openPollQueue() (*pollQueue, error) {
	return nil, fmt.Errorf("%w on %s", errors.ErrUnsupported, runtime.GOOS)
}

func (*pollQueue) change(int, pollInterest, pollInterest) error { return errors.ErrUnsupported }
func (*pollQueue) forget(int)                                   {}
func (*pollQueue) poll(int, func(int, pollInterest)) (bool, error) {
	return false, errors.ErrUnsupported
}
func (*pollQueue) ready() bool { return false }
func (*pollQueue) block() bool { return false }
func (*pollQueue) interrupt()  {}
func (*pollQueue) resume()     {}
func (*pollQueue) close()      {}
