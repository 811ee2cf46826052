package flow

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/durable"
)

func (c *command) dev() *cobra.Command {
	return &cobra.Command{
		Use:   "dev",
		Short: "Run the programs that this command knows, until Ctrl-C",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var printing sync.Mutex
			worker := durable.NewWorker(c.store, durable.OnEnd(func(id string, ended bool, err error) {
				printing.Lock()
				defer printing.Unlock()
				switch {
				case !ended:
					fmt.Fprintf(cmd.ErrOrStderr(), "%s cannot go on, and is tried again: %v\n", plain(id), err)
				case err != nil:
					fmt.Fprintf(cmd.OutOrStdout(), "%s has failed: %s\n", plain(id), plain(err.Error()))
				default:
					fmt.Fprintf(cmd.OutOrStdout(), "%s has ended\n", plain(id))
				}
			}))
			var names []string
			for _, p := range c.programs {
				p.register(worker)
				names = append(names, p.name)
			}
			printing.Lock()
			fmt.Fprintf(cmd.ErrOrStderr(), "running %s in %s; Ctrl-C stops\n", some(names), c.dir)
			printing.Unlock()
			if err := worker.Run(cmd.Context()); !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		},
	}
}
