package durable

import (
	"errors"
	"os"
	"time"
)

// lock locks a file, as lockFile does, that is still there when it is locked: a program that is removed takes its lock with it.
func lock(name string, flag int) (*os.File, error) {
	for {
		f, err := lockFile(name, flag)
		if err != nil || isStillThere(f) {
			return f, err
		}
		_ = f.Close()
	}
}

// isStillThere reports whether an open file has its name.
func isStillThere(f *os.File) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(f.Name())
	return err == nil && os.SameFile(mine, there)
}

// patientLock is lock, where somebody may have it for a moment who only looks whether it is locked.
func patientLock(name string, flag int) (f *os.File, err error) {
	const tries = 5
	for try := range tries {
		if try > 0 {
			time.Sleep(time.Millisecond)
		}
		if f, err = lock(name, flag); !errors.Is(err, ErrRunning) {
			break
		}
	}
	return f, err
}

// removeLock gives a lock back, and removes its file.
func removeLock(f *os.File) error {
	removing := os.Remove(f.Name())
	closing := f.Close()
	if removing != nil { // Windows has no open files removed, and this one is left if somebody has opened it meanwhile
		_ = os.Remove(f.Name())
	}
	return closing
}
