package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/durable"
)

func (c *command) list() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the programs, and how they are",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ids, err := c.store.List(cmd.Context())
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "there are no programs in %s; --dir says where they are\n", c.dir)
				return nil
			}
			tab := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(tab, "ID\tNAME\tRECORDS\tSINCE\tSTATE")
			for _, id := range ids {
				fmt.Fprintln(tab, c.line(cmd.Context(), id))
			}
			return tab.Flush()
		},
	}
}

// line is a program in the list. One that is damaged does not hide the others.
func (c *command) line(ctx context.Context, id string) string {
	records, err := durable.ReadJournal(ctx, c.store, id)
	if err != nil {
		return fmt.Sprintf("%s\t–\t–\t–\t%v", plain(id), err)
	}
	name := records[0].Name
	if name == "" {
		name = "–"
	}
	last := records[len(records)-1]
	return fmt.Sprintf("%s\t%s\t%d\t%s\t%s", plain(id), plain(name), len(records), stamp(timeOf(records[0], last)), c.state(id, len(records), last))
}

func (c *command) state(id string, records int, last durable.Record) string {
	switch last.Kind {
	case durable.Ended:
		return "ended: " + value(last.Data)
	case durable.Broke:
		return "failed: " + failure(last.Data)
	}
	until, running, err := c.store.Rest(id)
	switch {
	case err != nil:
		return err.Error()
	case running:
		return "running"
	case records == 1 && !until.After(time.Now()):
		return "begun"
	case until.After(time.Now().AddDate(100, 0, 0)):
		return "rests until a message comes"
	case until.After(time.Now()):
		return "rests until " + stamp(until)
	}
	return "due: no worker has it"
}

// timeOf is when a record came, by the clock.
func timeOf(begin, r durable.Record) time.Time {
	t := time.Unix(0, int64(begin.Time))
	if r.Kind != durable.Began {
		t = t.Add(r.Time)
	}
	return t
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// failure is the text of an error as a journal has it.
func failure(data []byte) string {
	var stored struct{ Text string }
	if json.Unmarshal(data, &stored) != nil {
		return value(data)
	}
	return plain(stored.Text)
}
