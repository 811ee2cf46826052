package main

import (
	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

func newShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show",
		Short:   "Show programs as the Python that they stand for",
		Example: "  conform generate --seed 7 --count 1 | conform show",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return eachProgram(cmd, func(p *program.Program, _ []byte) ([]byte, error) {
				return []byte(p.Listing() + "\n"), nil
			})
		},
	}
}
