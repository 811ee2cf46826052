package flow

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/durable"
)

func (c *command) send() *cobra.Command {
	return &cobra.Command{
		Use:     "send ID NAME JSON",
		Short:   "Send a signal to a program",
		Example: `  ouroflow send order-17 approve '{"By": "Ada", "Yes": true}'`,
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, name, value := args[0], args[1], args[2]
			if !json.Valid([]byte(value)) {
				return fmt.Errorf("%q is not JSON; a text has quotes: '\"yes\"'", value)
			}
			if err := c.mustRun(cmd, id); err != nil {
				return err
			}
			return durable.Send(cmd.Context(), c.store, id, name, json.RawMessage(value))
		},
	}
}

func (c *command) cancel() *cobra.Command {
	return &cobra.Command{
		Use:   "cancel ID [MESSAGE]",
		Short: "Cancel the main task of a program, which may clean up",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			message := ""
			if len(args) > 1 {
				message = args[1]
			}
			if err := c.mustRun(cmd, args[0]); err != nil {
				return err
			}
			return durable.Cancel(cmd.Context(), c.store, args[0], message)
		},
	}
}

// mustRun is an error if the program would never get a message.
func (c *command) mustRun(cmd *cobra.Command, id string) error {
	if err := c.mustExist(cmd.Context(), id); err != nil {
		return err
	}
	records, err := durable.ReadJournal(cmd.Context(), c.store, id)
	if err != nil {
		return err
	}
	if last := records[len(records)-1]; last.Kind == durable.Ended || last.Kind == durable.Broke {
		return fmt.Errorf("program %q has ended: it gets no message any more; ouroflow show tells how", id)
	}
	return nil
}
