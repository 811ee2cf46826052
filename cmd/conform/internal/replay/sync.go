package replay

import (
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/coro"
)

func (m *machine) newObject(o program.Object) any                            { return nil }
func (m *machine) immediateSync(st *program.Stmt) (any, error)               { return nil, bug(st) }
func (m *machine) suspendingSync(co *coro.Co, st *program.Stmt) (any, error) { return nil, bug(st) }
func syncClassName(err error) string                                         { return "" }
