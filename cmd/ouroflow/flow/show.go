package flow

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/durable"
)

func (c *command) show() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show the journal of a program, numbered from 0 as errors name its records",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.mustExist(cmd.Context(), args[0]); err != nil {
				return err
			}
			records, err := durable.ReadJournal(cmd.Context(), c.store, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd, records)
			}
			tab := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for i, r := range records {
				fmt.Fprintf(tab, "%d\t%s\t%s\n", i, when(r), what(r))
			}
			return tab.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "a line of JSON for each record")
	return cmd
}

// when is the time of a record: the first has the time of day, others how much later they are.
func when(r durable.Record) string {
	if r.Kind == durable.Began {
		return stamp(time.Unix(0, int64(r.Time)))
	}
	return "+" + r.Time.Round(time.Millisecond).String()
}

// what is what a record tells, with its value.
func what(r durable.Record) string {
	switch r.Kind {
	case durable.Began:
		return strings.TrimRight("begins "+plain(r.Name), " ") + " with " + value(r.Data)
	case durable.Asked:
		text := fmt.Sprintf("asks for activity %d, %s", r.N, plain(r.Name))
		if r.Site != "" {
			text += " (" + plain(r.Site) + ")"
		}
		return text
	case durable.Returned:
		return fmt.Sprintf("activity %d returns %s", r.N, value(r.Data))
	case durable.Failed:
		return fmt.Sprintf("activity %d fails: %s", r.N, failure(r.Data))
	case durable.Beat:
		return fmt.Sprintf("activity %d has come to %s", r.N, value(r.Data))
	case durable.Signaled:
		return fmt.Sprintf("signal %s: %s", plain(r.Name), value(r.Data))
	case durable.Canceled:
		return strings.TrimRight("is canceled: "+plain(r.Name), ": ")
	case durable.Versioned:
		return fmt.Sprintf("asks for the version of %s: %d", plain(r.Name), r.N)
	case durable.Ended:
		return "returns " + value(r.Data)
	case durable.Broke:
		return "fails: " + failure(r.Data)
	}
	return r.Kind.String()
}

// A jsonRecord is a record for programs. The times are in nanoseconds.
type jsonRecord struct {
	Record int             `json:"record"`
	At     time.Time       `json:"at"`
	Time   time.Duration   `json:"time"`
	Kind   string          `json:"kind"`
	N      uint64          `json:"n,omitempty"`
	Name   string          `json:"name,omitempty"`
	Key    string          `json:"key,omitempty"`
	Site   string          `json:"site,omitempty"`
	Value  json.RawMessage `json:"value,omitempty"` // if it is JSON,
	Data   []byte          `json:"data,omitempty"`  // and if not
	With   bool            `json:"with,omitempty"`
}

func writeJSON(cmd *cobra.Command, records []durable.Record) error {
	out := json.NewEncoder(cmd.OutOrStdout())
	for i, r := range records {
		j := jsonRecord{Record: i, At: timeOf(records[0], r).UTC(), Time: r.Time, Kind: r.Kind.String(), N: r.N, Name: r.Name,
			Key: r.Key, Site: r.Site, With: r.With}
		if r.Kind == durable.Began {
			j.Time = 0
		}
		if json.Valid(r.Data) {
			j.Value = r.Data
		} else {
			j.Data = r.Data
		}
		if err := out.Encode(j); err != nil {
			return err
		}
	}
	return nil
}
