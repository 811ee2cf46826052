// Package shop sells: an order is reserved and charged, and shipped, which may take days. The process of an order is a durable
// program, so it survives the process of the system that it runs in.
package shop

import (
	"context"
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

// Options are those of the program Sell, wherever it is run.
var Options = []durable.Option{durable.KnownErrors(ErrSoldOut, ErrDeclined, ErrRefused)}

// The services that a shop asks are outside of it, and may be on other machines. What they do is done once for a key, and
// told again if they are asked again.
//
// Each thing has one that takes it back. That may come while it is not known whether the thing was done, or before it
// is: then it is not done any more, and fails with ErrTooLate.
type (
	Stock interface {
		Reserve(ctx context.Context, key, order, item string, count int) error
		Release(ctx context.Context, key, order string) error
	}

	Bank interface {
		Charge(ctx context.Context, key, order string, cents int) error
		Refund(ctx context.Context, key, order string) error
	}

	// A Carrier names the parcel that it takes. Recall names it too if that has left, and cannot be taken back.
	Carrier interface {
		Send(ctx context.Context, key, order string) (parcel string, err error)
		Recall(ctx context.Context, key, order string) (parcel string, err error)
	}

	Warehouse interface {
		Remind(ctx context.Context, key, order string) error
	}
)

// A Shop is where orders are processed.
type Shop struct {
	Stock     Stock
	Bank      Bank
	Carrier   Carrier
	Warehouse Warehouse
}
