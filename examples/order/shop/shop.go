// Package shop sells: an order is reserved and charged, and shipped, which may take days. The process of an order is a durable
// program, so it survives the process of the system that it runs in.
package shop

import (
	"errors"

	"github.com/ouro-loop/ouro/durable"
)

// An Order is what a customer wants.
type Order struct {
	Item  string
	Count int
	Cents int // for all of it
}

// Large is from how many cents on somebody has to approve of an order.
const Large = 100_000

// An Approval is the signal "approve" of a large order.
type Approval struct {
	By  string
	Yes bool
}

// What an order fails with for good. Another attempt would not mend it.
var (
	ErrSoldOut  = errors.New("it is sold out")
	ErrDeclined = errors.New("the card is declined")
	ErrRefused  = errors.New("the order was not approved")
	ErrTooLate  = errors.New("it was taken back before it was done")
)

// Errors has them found in what comes from a journal, or from a service elsewhere.
var Errors = durable.KnownErrors(ErrSoldOut, ErrDeclined, ErrRefused, ErrTooLate)

// Options are those of the program Sell where it is run: with services in this process, see [Books.Functions], or elsewhere.
func Options(services durable.Remoter) []durable.Option {
	return []durable.Option{Errors, durable.RemoteBy(services)}
}
