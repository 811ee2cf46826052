//go:build !unix && !windows

package main

import "os"

// showsColor reports whether f is a terminal that shows colors.
func showsColor(*os.File) bool { return false }
