//go:build !unix && !windows

package main

import "os"

// columnsOf is the width of the terminal, 0 if there is none.
func columnsOf(*os.File) int { return 0 }
