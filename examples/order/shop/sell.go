package shop

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// A sale is the process of one order. It lives as long as the order does, and that may be longer than any
// process: after a crash it is run anew from its journal, and is where it was.
type sale struct {
	Sale
	status string
	undo   []coro.Func[Account] // takes back what was done, the last first
}

// Sell is the program: it returns the name of the parcel. If anything fails, or the customer cancels, nothing is charged
// and nothing reserved in the end.
func Sell(co *coro.Co) (parcel string, err error) {
	order, err := durable.InputOf[Order](co)
	if err != nil {
		return "", err
	}
	p := &sale{Sale: Sale{durable.ID(co), order}, status: "new"}
	if err := durable.HandleQuery(co, "status", func() (any, error) { return p.status, nil }); err != nil {
		return "", err
	}
	if err := p.approve(co); err != nil {
		return "", err
	}
	if err = p.pay(co); err == nil {
		parcel, err = p.ship(co)
	}
	if err != nil {
		return "", p.takeBack(co, err)
	}
	p.status = "sent as " + parcel
	return parcel, nil
}

// approve waits for somebody who approves of a large order, for a week.
func (p *sale) approve(co *coro.Co) error {
	if p.Cents < Large {
		return nil
	}
	p.status = "waits for approval"
	answer, err := coro.WaitFor(co, coro.Func[Approval](func(co *coro.Co) (Approval, error) {
		return durable.Receive[Approval](co, "approve")
	}), 7*24*time.Hour)
	switch {
	case errors.Is(err, context.DeadlineExceeded), err == nil && !answer.Yes:
		return ErrRefused
	case err != nil:
		return err
	}
	p.status = "approved by " + answer.By
	return nil
}

// pay reserves and charges, side by side. How to take both back is noted first: whether a thing was done is not known
// if the customer cancels meanwhile, or the other one fails.
func (p *sale) pay(co *coro.Co) error {
	p.status = "is paid"
	p.undo = append(p.undo, release(p.Sale), refund(p.Sale))
	_, err := coro.Gather(co, coro.Awaitable[Account](reserve(p.Sale)), coro.Awaitable[Account](charge(p.Sale))).Await(co)
	return err
}

// ship has the parcel sent, as soon as the carrier takes it, and reminds the warehouse after a day. Who cancels
// may be late: then the parcel is sent all the same.
func (p *sale) ship(co *coro.Co) (parcel string, err error) {
	p.status = "waits for the carrier"
	reminder := coro.CreateTask(co, p.remindLater, coro.Name("reminder"))
	defer reminder.Cancel()
	sent, err := send(p.Sale)(co)
	if err == nil {
		return sent.Parcel, nil
	}
	left, failed := toTheEnd(co, recall(p.Sale))
	switch {
	case failed != nil:
		return "", failed
	case left.Parcel != "":
		return left.Parcel, nil
	}
	return "", err
}

func (p *sale) remindLater(co *coro.Co) (a Account, err error) {
	if err := coro.Sleep(co, 24*time.Hour); err != nil {
		return a, err
	}
	return remind(p.Sale)(co)
}

// takeBack takes all back that was done, and returns why, which is the end of the order.
func (p *sale) takeBack(co *coro.Co, why error) error {
	p.status = "is taken back: " + why.Error()
	for _, undo := range slices.Backward(p.undo) {
		if _, err := toTheEnd(co, undo); err != nil {
			return err
		}
	}
	return why
}

// toTheEnd runs f to its end, whatever the customer says meanwhile.
func toTheEnd[T any](co *coro.Co, f coro.Func[T]) (T, error) {
	task := coro.CreateTask(co, f)
	for !task.Done() {
		_, _ = coro.Shield(co, task).Await(co)
	}
	return task.Result()
}
