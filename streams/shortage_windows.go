package streams

import (
	"syscall"

	"golang.org/x/sys/windows"
)

var shortages = []syscall.Errno{windows.WSAEMFILE, windows.WSAENOBUFS, windows.ERROR_NOT_ENOUGH_MEMORY}
