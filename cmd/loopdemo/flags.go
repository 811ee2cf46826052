package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// number is the value of a flag that takes a whole number from 0 to largest. It is
// written as in Go: 1_000 and 0xff are numbers, too.
type number struct {
	value, largest uint64
}

func (n *number) String() string { return strconv.FormatUint(n.value, 10) }
func (n *number) Type() string   { return "number" }

// Set explains in words what is wrong with the text.
func (n *number) Set(text string) error {
	value, err := strconv.ParseUint(text, 0, 64)
	switch {
	case err == nil && value <= n.largest:
		n.value = value
		return nil
	case err == nil || errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%s is too large", text)
	case text == "":
		return errors.New("it is empty")
	}
	if _, err := strconv.ParseInt(text, 0, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		if text[0] == '+' {
			return fmt.Errorf("%s has a sign", text)
		}
		return fmt.Errorf("%s is negative", text)
	}
	return fmt.Errorf("%q is not a whole number", text)
}

func (n *number) accepted() string { return fmt.Sprintf("a whole number from 0 to %d", n.largest) }

// address is the value of a flag that takes an address to listen on.
type address string

func (a *address) String() string { return string(*a) }
func (a *address) Type() string   { return "HOST:PORT" }

// Set explains in words what is wrong with the text. Whether there is such a host is
// not its matter.
func (a *address) Set(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%q has no port, or more than one", text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q is no number from 0 to 65535", port)
	}
	*a = address(text)
	return nil
}

func (a *address) accepted() string { return "HOST:PORT, such as 127.0.0.1:8080" }

// choice is the value of a flag that takes one of a few words.
type choice struct {
	value string
	of    []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return "word" }

// Set takes one of the words.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.of, text) {
		return fmt.Errorf("%q is none of them", text)
	}
	c.value = text
	return nil
}

func (c *choice) accepted() string {
	last := len(c.of) - 1
	return strings.Join(c.of[:last], ", ") + " or " + c.of[last]
}

// explainFlag makes of an error about a flag's value one that tells what is accepted.
func explainFlag(_ *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &invalid):
		flag := invalid.GetFlag()
		if _, ok := flag.Value.(explained); ok {
			return fmt.Errorf("--%s takes %s: %w", flag.Name, accepted(flag), invalid.Unwrap())
		}
		return fmt.Errorf("--%s takes %s, not %q", flag.Name, accepted(flag), invalid.GetValue())
	case errors.As(err, &missing):
		return fmt.Errorf("--%s takes %s, and there is none", missing.GetFlag().Name, accepted(missing.GetFlag()))
	}
	return err
}

// explained is a value that tells what it accepts, and whose Set tells what is wrong.
type explained interface {
	accepted() string
}

// accepted are the values that a flag takes; those that do not tell are true or false.
func accepted(flag *pflag.Flag) string {
	if v, ok := flag.Value.(explained); ok {
		return v.accepted()
	}
	return "true or false"
}
