//go:build !unix

package inspect

import "os"

// quit is the signal of OnQuit, which is not known here.
var quit os.Signal
