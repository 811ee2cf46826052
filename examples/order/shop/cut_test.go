package shop_test

import (
	"errors"

	"github.com/ouro-loop/ouro/durable"
)

var errCut = errors.New("the process was killed")

// cutAfter is a function for a Watch whose process is killed when it has written so many records.
func cutAfter(records int, cut *bool) func(string, durable.Record) error {
	return func(string, durable.Record) error {
		if *cut = *cut || records == 0; *cut {
			return errCut
		}
		records--
		return nil
	}
}
