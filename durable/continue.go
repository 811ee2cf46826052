package durable

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
)

// InputOf is what the program began with: its [Input], or what it has continued as.
func InputOf[T any](co *coro.Co) (v T, err error) {
	p, err := programOf(co)
	if err != nil {
		return v, err
	}
	return decode[T](p.codec, p.begin.Data, "the input of the program")
}

// ID is the id of the program that the coroutine is in, empty if it is in none.
func ID(co *coro.Co) string {
	if p, err := programOf(co); err == nil {
		return p.id
	}
	return ""
}

// continued is the error that says so.
type continued struct{ input any }

func (c *continued) Error() string {
	return fmt.Sprintf("durable: the program continues as %v", c.input)
}

// ContinueAs is an error for main to return: main begins again, with input in place of what it began with,
// and with an empty journal. So a program may go on for ever. Signals that nobody has received are not lost.
// Other tasks end as they do at the end of main.
//
// Semantics: workflow.NewContinueAsNewError of Temporal.
func ContinueAs(input any) error { return &continued{input} }

func asContinued(err error) *continued {
	c := new(continued)
	if errors.As(err, &c) {
		return c
	}
	return nil
}
