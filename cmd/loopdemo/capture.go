package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// capture has what is printed to the standard output, line by line and in the order of the
// events between which it is printed. Programs print to os.Stdout, a file of the system; in
// place of it comes another file, which is there on each system: no reader has to keep up with
// it, so nobody waits, and what was printed before a moment is in it at that moment.
type capture struct {
	told func(task uint32, line string)

	real, file *os.File
	read       int64  // so much of the file
	begun      string // a line that has no end yet
	taking     bool
	err        error
}

// captureStdout begins to capture. Each line is told, at the next take or at the end, whichever
// comes first.
func captureStdout(told func(task uint32, line string)) (*capture, error) {
	file, err := os.CreateTemp("", "loopdemo")
	if err != nil {
		return nil, &outputError{fmt.Errorf("what is printed cannot be caught: %w", err)}
	}
	c := &capture{told: told, real: os.Stdout, file: file}
	os.Stdout = file
	return c, nil
}

// take tells what was printed since the last one. It has been printed by task, or by nobody's
// step if that is zero.
func (c *capture) take(task uint32) {
	if c.taking || c.file == nil {
		return // telling is an event itself
	}
	c.taking = true
	defer func() { c.taking = false }()
	text, err := c.news()
	if err != nil {
		c.err = err
		return
	}
	lines := strings.Split(c.begun+text, "\n")
	last := len(lines) - 1
	for _, line := range lines[:last] {
		c.told(task, strings.TrimSuffix(line, "\r"))
	}
	c.begun = lines[last]
}

// news is what the file has got since it was read last.
func (c *capture) news() (string, error) {
	var text strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := c.file.ReadAt(buffer, c.read)
		text.Write(buffer[:n])
		c.read += int64(n)
		if errors.Is(err, io.EOF) {
			return text.String(), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// end takes the rest, also a line without an end, and gives the standard output back.
func (c *capture) end() {
	if c.file == nil {
		return
	}
	c.take(0)
	if c.begun != "" {
		c.taking = true
		c.told(0, c.begun)
	}
	os.Stdout = c.real
	_ = c.file.Close()
	_ = os.Remove(c.file.Name())
	c.file = nil
}
