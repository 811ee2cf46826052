// Package transfer moves money between accounts of a bank whose server takes its time, and loses an
// update: between reading a balance and writing it another transfer has written it.
//
// Between two awaits nothing else runs, so there a coroutine needs no lock. Over an await it does.
package transfer

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
)

// A Bank has accounts, on a server that takes a while.
type Bank struct {
	Balances map[string]int
	Ask      func(co *coro.Co) error // takes the time that the server does

	mu locks.Lock // of transfers that are Safe
}

// Transfer moves money. It reads both balances, and then writes them.
func (b *Bank) Transfer(co *coro.Co, from, to string, amount int) error {
	had, has := b.Balances[from], b.Balances[to]
	if err := b.Ask(co); err != nil { // meanwhile others run
		return err
	}
	b.Balances[from], b.Balances[to] = had-amount, has+amount
	return nil
}

// TransferSafe is Transfer, one at a time.
func (b *Bank) TransferSafe(co *coro.Co, from, to string, amount int) error {
	return b.mu.With(co, func() error { return b.Transfer(co, from, to, amount) })
}
