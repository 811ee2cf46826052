//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// stdoutColumns is the width of the terminal, 0 if there is none.
func stdoutColumns() int {
	size, err := unix.IoctlGetWinsize(int(os.Stdout.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}
