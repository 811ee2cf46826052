// Package flow makes a command that looks at durable programs in a directory, and runs those that it knows. For programs of
// your own the command is
//
//	func main() {
//		flow.Main(flow.Register("order", shop.Sell), flow.Register("refund", shop.Refund))
//	}
package flow

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/loop"
)

// A Program is one that a command knows.
type Program struct {
	name     string
	register func(w *durable.Worker)
	inspect  func(ctx context.Context, store durable.Store, id string, records int, look func(*loop.Loop) error, opts ...durable.Option) error
}

// Register is the program that is begun by that name, see [durable.Start], with the options that [durable.Register] has.
func Register[T any](name string, main coro.Func[T], opts ...durable.Option) Program {
	if main == nil {
		panic("flow: Register of a nil function")
	}
	return Program{
		name:     name,
		register: func(w *durable.Worker) { durable.Register(w, name, main, opts...) },
		inspect: func(ctx context.Context, store durable.Store, id string, records int, look func(*loop.Loop) error, more ...durable.Option) error {
			return durable.Inspect(ctx, store, id, main, records, look, slices.Concat(opts, more)...)
		},
	}
}

// Main runs the command with the arguments of the process, until it is interrupted, and exits with 1 if it fails.
func Main(programs ...Program) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := Command(programs...).ExecuteContext(ctx)
	stop()
	if err != nil {
		os.Exit(1)
	}
}

// Command is the command, to be run, or to be part of another one.
func Command(programs ...Program) *cobra.Command {
	c := &command{programs: programs}
	root := &cobra.Command{
		Use:          "ouroflow",
		Short:        "Look at durable programs in a directory, and run them",
		SilenceUsage: true,
	}
	root.PersistentFlags().StringVar(&c.dir, "dir", "programs", "directory of the programs")
	root.AddCommand(c.list(), c.show(), c.send(), c.cancel(), c.forget(), c.replay(), c.dev())
	for _, cmd := range root.Commands() {
		cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return c.open(cmd.Name() == "dev") }
	}
	return root
}

// command is what its sub-commands share.
type command struct {
	dir      string
	store    *durable.Dir
	programs []Program
}

// open opens the directory, which only a worker makes if there is none.
func (c *command) open(make bool) (err error) {
	if info, err := os.Stat(c.dir); !make && (err != nil || !info.IsDir()) {
		return fmt.Errorf("there is no directory %q; --dir says where the programs are", c.dir)
	}
	c.store, err = durable.OpenDir(c.dir)
	return err
}

// mustExist is an error that tells which programs there are, if this is none.
func (c *command) mustExist(ctx context.Context, id string) error {
	ids, err := c.store.List(ctx)
	switch {
	case err != nil || slices.Contains(ids, id):
		return err
	case len(ids) == 0:
		return fmt.Errorf("there is no program %q in %s, nor any other; --dir says where the programs are", id, c.dir)
	}
	return fmt.Errorf("there is no program %q in %s; there are %s", id, c.dir, some(ids))
}

// known is the program of that name.
func (c *command) known(id, name string) (Program, error) {
	var names []string
	for _, p := range c.programs {
		if p.name == name {
			return p, nil
		}
		names = append(names, p.name)
	}
	if name == "" {
		return Program{}, fmt.Errorf("program %q was begun by durable.Run, and its journal does not name its code; --as says which it is: %s", id, some(names))
	}
	return Program{}, fmt.Errorf("program %q is a %q, and this command knows %s; package flow makes one that knows yours", id, name, some(names))
}

// some are names, or the first of many.
func some(names []string) string {
	const most = 10
	if len(names) == 0 {
		return "none"
	}
	text := strings.Join(names[:min(most, len(names))], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
