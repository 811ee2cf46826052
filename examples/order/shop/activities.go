package shop

import (
	"context"
	"errors"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// Activities are what a sale does outside of itself: the services, with how often and how long they are asked. The key that
// tells one from all others is the same in each attempt.

// An answer is asked for until there is one.
var untilItWorks = []durable.DoOption{durable.Attempts(0), durable.Backoff(time.Second, time.Minute)}

// The carrier may be on strike for days.
var forDays = []durable.DoOption{durable.Attempts(100), durable.Backoff(time.Minute, time.Hour)}

func (p *sale) reserve() coro.Func[coro.None] {
	return durable.DoVoid("reserve", func(ctx context.Context) error {
		return final(p.Stock.Reserve(ctx, durable.Key(ctx), p.id, p.order.Item, p.order.Count))
	}, untilItWorks...)
}

func (p *sale) release() coro.Func[coro.None] {
	return durable.DoVoid("release", func(ctx context.Context) error {
		return p.Stock.Release(ctx, durable.Key(ctx), p.id)
	}, untilItWorks...)
}

func (p *sale) charge() coro.Func[coro.None] {
	return durable.DoVoid("charge", func(ctx context.Context) error {
		return final(p.Bank.Charge(ctx, durable.Key(ctx), p.id, p.order.Cents))
	}, untilItWorks...)
}

func (p *sale) refund() coro.Func[coro.None] {
	return durable.DoVoid("refund", func(ctx context.Context) error {
		return p.Bank.Refund(ctx, durable.Key(ctx), p.id)
	}, untilItWorks...)
}

func (p *sale) send() coro.Func[string] {
	return durable.Do("send", func(ctx context.Context) (string, error) {
		parcel, err := p.Carrier.Send(ctx, durable.Key(ctx), p.id)
		return parcel, final(err)
	}, forDays...)
}

func (p *sale) recall() coro.Func[string] {
	return durable.Do("recall", func(ctx context.Context) (string, error) {
		return p.Carrier.Recall(ctx, durable.Key(ctx), p.id)
	}, untilItWorks...)
}

func (p *sale) remind() coro.Func[coro.None] {
	return durable.DoVoid("remind", func(ctx context.Context) error {
		return p.Warehouse.Remind(ctx, durable.Key(ctx), p.id)
	}, untilItWorks...)
}

// final marks errors that no further attempt would mend.
func final(err error) error {
	for _, known := range []error{ErrSoldOut, ErrDeclined, ErrTooLate} {
		if errors.Is(err, known) {
			return durable.Permanent(err)
		}
	}
	return err
}
