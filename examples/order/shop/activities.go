package shop

import (
	"time"

	"github.com/ouro-loop/ouro/durable"
)

// A Sale is what the services are told.
type Sale struct {
	ID string // of the program
	Order
}

// Activities are what a sale does outside of itself: they are executed by services, which may be on other machines, with how
// often and how long they are asked. What they do is done once for a durable.Key, which is the same in each attempt.
//
// Each thing has one that takes it back. That may come while it is not known whether the thing was done, or before it
// is: then it is not done any more, and fails with ErrTooLate. All answer with what they have of the order then.
var (
	reserve = durable.Remote[Sale, Account]("reserve", untilItWorks...)
	release = durable.Remote[Sale, Account]("release", untilItWorks...)
	charge  = durable.Remote[Sale, Account]("charge", untilItWorks...)
	refund  = durable.Remote[Sale, Account]("refund", untilItWorks...)
	send    = durable.Remote[Sale, Account]("send", forDays...) // names the parcel
	recall  = durable.Remote[Sale, Account]("recall", untilItWorks...)
	remind  = durable.Remote[Sale, Account]("remind", untilItWorks...)
)

// An answer is asked for until there is one.
var untilItWorks = []durable.DoOption{durable.Attempts(0), durable.Backoff(time.Second, time.Minute)}

// The carrier may be on strike for days.
var forDays = []durable.DoOption{durable.Attempts(100), durable.Backoff(time.Minute, time.Hour)}
