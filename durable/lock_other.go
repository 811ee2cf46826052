//go:build !windows && (!unix || solaris || illumos || aix)

package durable

import (
	"errors"
	"fmt"
	"os"
)

func lockFile(string, int) (*os.File, error) {
	return nil, fmt.Errorf("a directory cannot hold programs on this system, which has no locks: %w", errors.ErrUnsupported)
}
