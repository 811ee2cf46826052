package locks

import (
	"errors"
	"fmt"
)

var (
	// ErrNotAcquired is returned for the release of a lock that nobody holds, and
	// for a wait for a condition, or its notification, while nobody holds its lock.
	//
	// Semantics: the RuntimeError of asyncio.Lock.release and its like.
	ErrNotAcquired = errors.New("locks: the lock is not acquired")

	// ErrTooManyReleases is returned by a release that would lift a
	// BoundedSemaphore above its initial value.
	//
	// Semantics: the ValueError of asyncio.BoundedSemaphore.release.
	ErrTooManyReleases = errors.New("locks: the semaphore was released too many times")

	// ErrBroken is returned to those who wait at a Barrier that is reset or
	// aborted, and to those who come to one that is aborted.
	//
	// Semantics: asyncio.BrokenBarrierError.
	ErrBroken = errors.New("locks: the barrier is broken")

	// ErrSize is in the panic of a constructor that is given a number out of range.
	//
	// Semantics: the ValueError of asyncio.Semaphore and asyncio.Barrier.
	ErrSize = errors.New("locks: size out of range")
)

// instead is what a block returns whose end failed: that error takes the place of
// the body's own, which is still told of.
func instead(failed, body error) error {
	if body == nil {
		return failed
	}
	return fmt.Errorf("%w (after: %v)", failed, body)
}
