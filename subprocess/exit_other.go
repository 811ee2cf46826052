//go:build !linux

package subprocess

import "github.com/ouro-loop/ouro/loop"

// watchHandle reports false: a goroutine waits.
func (*Process) watchHandle(*loop.Loop) bool { return false }
