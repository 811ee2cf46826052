package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// choice is which programs to generate: the flags that generate and fuzz have in common.
type choice struct {
	seed, skip, count uint64
	profile           string
}

func (c *choice) addTo(cmd *cobra.Command, count uint64) {
	flags := cmd.Flags()
	flags.Uint64Var(&c.seed, "seed", 1, "which series of programs: the same seed gives the same programs")
	flags.Uint64Var(&c.skip, "skip", 0, "programs to leave out from the beginning of the series")
	flags.Uint64Var(&c.count, "count", count, "how many programs")
	flags.StringVar(&c.profile, "profile", generator.All.String(),
		"what they are made of: core (no locks, queues, variables), sync (mostly these) or all")
}

func newGenerate() *cobra.Command {
	var c choice
	cmd := &cobra.Command{
		Use:     "generate",
		Short:   "Write random programs",
		Example: "  conform generate --seed 7 --count 1000 --profile sync > programs.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			profile, err := generator.ParseProfile(c.profile)
			if err != nil {
				return err
			}
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
			var buf []byte
			for n := c.skip; n < c.skip+c.count && cmd.Context().Err() == nil; n++ {
				buf = append(program.AppendJSON(buf[:0], generator.Program(c.seed, n, profile)), '\n')
				if _, err := out.Write(buf); err != nil {
					return err
				}
			}
			return out.Flush()
		},
	}
	c.addTo(cmd, 1000)
	return cmd
}
