package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/oracle"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// reference is which CPython to ask: the flags that fuzz and oracle have in common.
type reference struct {
	python  string
	pyodide bool
}

func (r *reference) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&r.python, "python", "", "a CPython of version 3.13 or later (default: what OURO_PYTHON names, else python3.15, python3.14 or python3.13 in PATH)")
	flags.BoolVar(&r.pyodide, "pyodide", false,
		"ask the CPython of the npm package pyodide, run by node: 3.15 in pyodide@315.0.0-alpha.2, 3.14 in pyodide@314 (looked for from the working directory on, and in NODE_PATH)")
	cmd.MarkFlagsMutuallyExclusive("python", "pyodide")
}

// start finds the CPython that the flags name.
func (r *reference) start(ctx context.Context) (*oracle.Oracle, error) {
	if r.pyodide {
		return oracle.Pyodide()
	}
	path := r.python
	if path == "" {
		var err error
		if path, err = oracle.Find(ctx); err != nil {
			return nil, fmt.Errorf("%w: use --python or --pyodide", err)
		}
	}
	return oracle.CPython(path)
}

func newOracle() *cobra.Command {
	var ref reference
	cmd := &cobra.Command{
		Use:     "oracle",
		Short:   "Run programs on CPython",
		Long:    "Reads programs, one a line, runs each on CPython's asyncio and writes its trace, one a line.",
		Example: "  conform oracle --python python3.13 < programs.jsonl > traces.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			o, err := ref.start(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, o.Close()) }()
			return eachProgram(cmd, func(_ *program.Program, line []byte) ([]byte, error) {
				answers, err := o.Judge(cmd.Context(), [][]byte{line})
				if err != nil {
					return nil, err
				}
				if answers[0].TimedOut {
					return nil, lineError("no answer in time")
				}
				return append(answers[0].Line, '\n'), nil
			})
		},
	}
	ref.addTo(cmd)
	return cmd
}
