package locks

import (
	"errors"
	"fmt"
)

// From what has a name, see SetName, they come wrapped, with the name in the text: use
// errors.Is.
var (
	// ErrNotAcquired is returned for the release of a lock that no task holds, and
	// for a wait for a condition, or its notification, while no task holds its lock.
	//
	// Semantics: the RuntimeError of asyncio.Lock.release and its like.
	ErrNotAcquired = errors.New("locks: the lock is not acquired")

	// ErrTooManyReleases is returned by a release that would lift a
	// BoundedSemaphore above its initial value, and is in the panic of one that would
	// lift a Semaphore above the greatest int.
	//
	// Semantics: the ValueError of asyncio.BoundedSemaphore.release.
	ErrTooManyReleases = errors.New("locks: the semaphore was released too many times")

	// ErrBroken is returned by a Wait at a Barrier that is reset or aborted
	// meanwhile, or was aborted before.
	//
	// Semantics: asyncio.BrokenBarrierError.
	ErrBroken = errors.New("locks: the barrier is broken")

	// ErrSize is in the panic of a constructor that is given a number out of its
	// range.
	//
	// Semantics: the ValueError of asyncio.Semaphore and asyncio.Barrier.
	ErrSize = errors.New("locks: size out of range")
)

// instead is the error of a With whose release failed: the body's own is only
// mentioned in it.
func instead(failed, body error) error {
	if body == nil {
		return failed
	}
	return fmt.Errorf("%w (after: %v)", failed, body)
}
