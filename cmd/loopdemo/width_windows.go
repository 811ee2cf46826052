package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// stdoutColumns is the width of the terminal, 0 if there is none.
func stdoutColumns() int {
	var info windows.ConsoleScreenBufferInfo
	if err := windows.GetConsoleScreenBufferInfo(windows.Handle(os.Stdout.Fd()), &info); err != nil {
		return 0
	}
	return int(info.Window.Right-info.Window.Left) + 1
}
