package main

import (
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/fuzz"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

func newReplay(replay fuzz.Replay) *cobra.Command {
	return &cobra.Command{
		Use:   "replay",
		Short: "Run programs on this library",
		Long: "Reads programs, one a line, runs each on this library and writes its trace, one a line.\n\n" +
			"A line that is no program gives an error with its number; the others are still run, and the exit status is 2.",
		Example: "  conform replay < programs.jsonl > traces.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// Everything goes on one at a time: more cores only pass it around.
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			defer debug.SetGCPercent(debug.SetGCPercent(400))
			guard := fuzz.NewGuard(replay)
			defer guard.Close()
			var buf []byte
			return eachProgram(cmd, func(p *program.Program, _ []byte) ([]byte, error) {
				trace := guard.Run(p)
				if end := trace.Ended(); end == fuzz.Hung || strings.HasPrefix(end, fuzz.Panicked) {
					return nil, lineError(end)
				}
				buf = append(traces.AppendJSON(buf[:0], trace), '\n')
				return buf, nil
			})
		},
	}
}
