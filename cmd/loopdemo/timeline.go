package main

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/trace/explain"
)

func newTimeline(terminal *os.File) *cobra.Command {
	look := newLook(terminal)
	var svg string
	cmd := &cobra.Command{
		Use:   "timeline NAME",
		Short: "Draw a run: a lane for each task",
		Long: `Draw a program's run in virtual time: a lane for each task, and a column for each
step that changes one.`,
		Example: `  loopdemo timeline producer-consumer
  loopdemo timeline producer-consumer --svg producer-consumer.svg`,
		ValidArgsFunction: completePrograms,
		RunE: func(cmd *cobra.Command, names []string) error {
			if !cmd.Flags().Changed("svg") {
				return tellStory(cmd.OutOrStdout(), "timeline", names, func(s *explain.Story, w io.Writer) error {
					return s.WriteTimeline(w, look.columns(), look.options()...)
				})
			}
			if cmd.Flags().Changed("width") {
				return errors.New("timeline takes --width or --svg, not both")
			}
			var picture bytes.Buffer
			if err := tellStory(&picture, "timeline", names, (*explain.Story).WriteSVG); err != nil {
				return err
			}
			if err := os.WriteFile(svg, picture.Bytes(), 0o666); err != nil {
				return &outputError{err}
			}
			return nil
		},
	}
	look.addFlags(cmd)
	cmd.Flags().StringVar(&svg, "svg", "", "write the picture into this `file` instead, as SVG")
	return cmd
}
