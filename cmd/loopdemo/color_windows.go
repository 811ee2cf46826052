package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// showsColor reports whether f is a terminal that shows colors, and has it do so.
func showsColor(f *os.File) bool {
	handle := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(handle, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
