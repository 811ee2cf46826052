//go:build !unix && !windows

package main

// stdoutColumns is the width of the terminal, 0 if there is none.
func stdoutColumns() int { return 0 }
