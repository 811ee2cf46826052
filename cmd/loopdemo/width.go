package main

import "os"

// unknownWidth is taken for the width of what is not a terminal.
const unknownWidth = 80

// terminalWidth is how many columns f has, or may be taken to have.
func terminalWidth(f *os.File) int {
	if n := columnsOf(f); n > 0 {
		return n
	}
	return unknownWidth
}
