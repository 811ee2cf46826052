//go:build unix && !solaris && !illumos && !aix

package durable

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile locks a file, for as long as it is open. flag is zero, or os.O_CREATE to make one.
func lockFile(name string, flag int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|flag, 0o666)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if err == unix.EWOULDBLOCK {
		return nil, ErrRunning
	}
	return nil, &os.PathError{Op: "flock", Path: name, Err: err}
}
