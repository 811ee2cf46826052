package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// errBadLines says that some lines were not programs. Each has been told about.
var errBadLines = errors.New("not every line is a program")

// eachProgram parses the lines of the command's input and hands each program to do. A line that is no program is
// told about on the standard error, with its number, and the others go on; so does a program for which do fails. What
// the command writes to out is on its way whenever the next line has to be waited for.
func eachProgram(cmd *cobra.Command, do func(p *program.Program, line []byte, out *bufio.Writer) error) error {
	in := bufio.NewReaderSize(cmd.InOrStdin(), 1<<16)
	out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
	bad := false
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return errors.Join(err, out.Flush())
		}
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 {
			if failure := eachLine(trimmed, out, do); failure != nil {
				bad = true
				fmt.Fprintf(cmd.ErrOrStderr(), "line %d: %v\n", n, failure)
			}
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
		if err := cmd.Context().Err(); err != nil {
			return errors.Join(err, out.Flush())
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if bad {
		return errBadLines
	}
	return nil
}

func eachLine(line []byte, out *bufio.Writer, do func(*program.Program, []byte, *bufio.Writer) error) error {
	p, err := program.Parse(line)
	if err != nil {
		return err
	}
	return do(p, line, out)
}
