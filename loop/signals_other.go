//go:build !unix

package loop

import "os"

func uncatchable(sig os.Signal) bool { return sig == os.Kill }
