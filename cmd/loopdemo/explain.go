package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/trace/explain"
)

func newExplain(terminal *os.File) *cobra.Command {
	look := newLook(terminal)
	cmd := &cobra.Command{
		Use:   "explain NAME",
		Short: "Tell the story of a run, step by step: what happens, and why now",
		Long: `Tell the story of a program's run in virtual time, step by step: what happens,
and why it happens now. The page has the same sentences.`,
		Example: `  loopdemo explain gather-tasks
  loopdemo explain lost-result/trap`,
		ValidArgsFunction: completePrograms,
		RunE: func(cmd *cobra.Command, names []string) error {
			return tellStory(cmd.OutOrStdout(), "explain", names, func(s *explain.Story, w io.Writer) error {
				return s.WriteText(w, look.textWidth(), look.options()...)
			})
		},
	}
	look.addFlags(cmd)
	return cmd
}
