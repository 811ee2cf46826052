//go:build !windows

package streams_test

import "syscall"

// What the system says of sockets.
const (
	errReset   = syscall.ECONNRESET
	errTooLong = syscall.EMSGSIZE
)
