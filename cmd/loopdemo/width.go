package main

// unknownWidth is taken for the width of what is not a terminal.
const unknownWidth = 80

// terminalWidth is how many columns the terminal at the standard output has.
func terminalWidth() int {
	if n := stdoutColumns(); n > 0 {
		return n
	}
	return unknownWidth
}
