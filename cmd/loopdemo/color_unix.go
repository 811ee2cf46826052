//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// showsColor reports whether f is a terminal, which then shows colors.
func showsColor(f *os.File) bool {
	_, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	return err == nil
}
