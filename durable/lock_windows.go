package durable

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks a file, for as long as it is open. flag is zero, or os.O_CREATE to make one.
func lockFile(name string, flag int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|flag, 0o666)
	if err != nil {
		return nil, err
	}
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if err == windows.ERROR_LOCK_VIOLATION || err == windows.ERROR_IO_PENDING {
		return nil, ErrRunning
	}
	return nil, &os.PathError{Op: "LockFileEx", Path: name, Err: err}
}
