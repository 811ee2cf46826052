package flow

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/durable"
)

func (c *command) forget() *cobra.Command {
	return &cobra.Command{
		Use:   "forget ID...",
		Short: "Remove programs that have ended, with their journals and results",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, id := range args {
				if err := c.mustExist(cmd.Context(), id); err != nil {
					return err
				}
				err := durable.Forget(cmd.Context(), c.store, id)
				switch {
				case errors.Is(err, durable.ErrNotEnded):
					return fmt.Errorf("program %q has not ended: ouroflow cancel may end it", id)
				case err != nil:
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is forgotten\n", plain(id))
			}
			return nil
		},
	}
}
