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

// errBadLines says that some lines were left out. Each has been told about.
var errBadLines = errors.New("not every line could be run")

// lineError is what is wrong with one line of the input alone.
type lineError string

func (e lineError) Error() string { return string(e) }

// eachProgram parses the lines of the command's input, hands each program to do and writes what that returns. A line
// that is no program, or for which do returns a lineError, is told about on the standard error, with its number, and
// the others go on. Any other error ends it.
//
// What has been written is on its way whenever the next line has to be waited for, so that the command can be asked
// line by line.
func eachProgram(cmd *cobra.Command, do func(p *program.Program, line []byte) ([]byte, error)) error {
	in := bufio.NewReaderSize(cmd.InOrStdin(), 1<<16)
	out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
	bad := false
	for n := 1; cmd.Context().Err() == nil; n++ {
		line, end := in.ReadBytes('\n')
		if end != nil && end != io.EOF {
			return errors.Join(end, out.Flush())
		}
		written, err := eachLine(bytes.TrimSpace(line), do)
		if wrong := lineError(""); errors.As(err, &wrong) {
			bad = true
			fmt.Fprintf(cmd.ErrOrStderr(), "line %d: %v\n", n, wrong)
		} else if err != nil {
			return errors.Join(err, out.Flush())
		}
		if _, err := out.Write(written); err != nil {
			return err
		}
		if in.Buffered() == 0 || end == io.EOF {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if end == io.EOF {
			break
		}
	}
	if bad {
		return errBadLines
	}
	return cmd.Context().Err()
}

func eachLine(line []byte, do func(*program.Program, []byte) ([]byte, error)) ([]byte, error) {
	if len(line) == 0 {
		return nil, nil
	}
	p, err := program.Parse(line)
	if err != nil {
		return nil, lineError(err.Error())
	}
	return do(p, line)
}
