package flow

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/loop"
)

// mostStacks is of how many tasks it is told where they stand.
const mostStacks = 1000

func (c *command) replay() *cobra.Command {
	to, as := 0, ""
	cmd := &cobra.Command{
		Use:   "replay ID",
		Short: "Show what the tasks of a program wait for, now or before a record of its journal",
		Long: `Replay runs a program with what its journal has, and stops there: nothing is written, and no activity is executed. It
prints the tasks, what each waits for, and where it stands. The program may run meanwhile.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := args[0]
			if err := c.mustExist(cmd.Context(), id); err != nil {
				return err
			}
			records, err := durable.ReadJournal(cmd.Context(), c.store, id)
			if err != nil {
				return err
			}
			if to < 0 || to > len(records) {
				return fmt.Errorf("program %q has %d records: --to is from 1 to that, and without it all are replayed", id, len(records))
			}
			if as == "" {
				as = records[0].Name
			}
			p, err := c.known(id, as)
			if err != nil {
				return err
			}
			last := len(records)
			if to > 0 {
				last = to
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%d of %d records, the last at %s: %s\n\n", last, len(records), when(records[last-1]), what(records[last-1]))
			told := false
			progress := durable.OnReplay(func(n, of int) {
				told = true
				fmt.Fprintf(cmd.ErrOrStderr(), "\rreplaying record %d of %d", n, of)
			})
			err = p.inspect(cmd.Context(), c.store, id, to, func(l *loop.Loop) error {
				if told {
					fmt.Fprintln(cmd.ErrOrStderr())
				}
				return writeTasks(out, l.Snapshot(loop.Stacks(mostStacks)))
			}, progress)
			if parted := new(durable.PartedError); errors.As(err, &parted) && parted.Index > 0 {
				err = fmt.Errorf("%w; --to %d stops before that", err, parted.Index)
			}
			return err
		},
	}
	cmd.Flags().IntVar(&to, "to", 0, "stop before the record of this number, as ouroflow show has them; 0 for the end")
	cmd.Flags().StringVar(&as, "as", "", "which program it is, where the journal does not say so")
	return cmd
}

// writeTasks writes what there is of tasks, and where each stands.
func writeTasks(out io.Writer, s *loop.Snapshot) error {
	if len(s.Tasks) == 0 {
		_, err := fmt.Fprintln(out, "the program has ended: there are no tasks")
		return err
	}
	if err := s.WritePS(out); err != nil {
		return err
	}
	for _, t := range s.Tasks {
		if _, err := fmt.Fprintf(out, "\n%s\n", plain(t.Name)); err != nil {
			return err
		}
		for _, at := range t.Stack {
			if _, err := fmt.Fprintf(out, "    %s\n        %s:%d\n", at.Func, at.File, at.Line); err != nil {
				return err
			}
		}
	}
	return nil
}
