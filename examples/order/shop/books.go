package shop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/ouro-loop/ouro/durable"
)

// Books are all services in one, in memory, and write down what they do. They stand for a bank and a carrier, which may
// be elsewhere: what has the key of an entry is done already.
type Books struct {
	// Busy is why a service cannot do something now, nil for no reason. It may take its time. It is not called
	// with the books closed to others.
	Busy func(what, order string) error

	mu       sync.Mutex
	out      io.WriteCloser // a line for each entry
	free     map[string]int
	keys     map[string]bool
	accounts map[string]*Account
}

// An Account is what the books have of an order.
type Account struct {
	Reserved, Charged, Reminders int
	Parcel                       string // has left, with what was reserved

	item                         string
	released, refunded, recalled bool // and nothing more is done
}

// An entry is what was done for a key.
type entry struct {
	Key, What string
	Sale
}

// NewBooks are those of a shop that has so many of each item.
func NewBooks(stock map[string]int) *Books {
	b := &Books{out: nowhere{}, free: map[string]int{}, keys: map[string]bool{}, accounts: map[string]*Account{}}
	for item, n := range stock {
		b.free[item] = n
	}
	return b
}

// OpenBooks are NewBooks, with what a file has, which gets what is done from now on. One process has it at a time.
func OpenBooks(name string, stock map[string]int) (*Books, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	b, end := NewBooks(stock), int64(0)
	for lines := json.NewDecoder(file); ; end = lines.InputOffset() {
		var e entry
		if err := lines.Decode(&e); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) { // the last line of one that was killed
				break
			}
			return nil, errors.Join(fmt.Errorf("%s: %w", name, err), file.Close())
		}
		b.post(e)
	}
	_, err = file.Seek(end, io.SeekStart)
	if err := errors.Join(err, file.Truncate(end)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	b.out = file
	return b, nil
}

// nowhere is where books go that are not kept.
type nowhere struct{}

func (nowhere) Write(line []byte) (int, error) { return len(line), nil }
func (nowhere) Close() error                   { return nil }

// Close closes the file, if there is one.
func (b *Books) Close() error { return b.out.Close() }

// Account is that of an order.
func (b *Books) Account(order string) Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *b.account(order)
}

// Free is how many of an item are neither reserved nor sent.
func (b *Books) Free(item string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.free[item]
}

func (b *Books) account(order string) *Account {
	a := b.accounts[order]
	if a == nil {
		a = new(Account)
		b.accounts[order] = a
	}
	return a
}

// do makes an entry, unless there is one with its key or something is against it.
func (b *Books) do(e entry, against func(*Account, Sale) error) (Account, error) {
	if b.Busy != nil {
		if err := b.Busy(e.What, e.ID); err != nil {
			return Account{}, err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.account(e.ID)
	if b.keys[e.Key] {
		return *a, nil
	}
	if err := against(a, e.Sale); err != nil {
		return Account{}, durable.Permanent(err)
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = b.out.Write(append(line, '\n'))
	}
	if err != nil {
		return Account{}, err
	}
	b.post(e)
	return *a, nil
}

// post is what an entry means.
func (b *Books) post(e entry) {
	b.keys[e.Key] = true
	a := b.account(e.ID)
	switch e.What {
	case "reserve":
		a.Reserved, a.item = a.Reserved+e.Count, e.Item
		b.free[e.Item] -= e.Count
	case "release":
		b.free[a.item] += a.Reserved
		a.Reserved, a.released = 0, true
	case "charge":
		a.Charged += e.Cents
	case "refund":
		a.Charged, a.refunded = 0, true
	case "send":
		a.Parcel = "parcel " + e.ID
	case "recall":
		a.recalled = true
	case "remind":
		a.Reminders++
	}
}

// CardLimit is what the bank declines to charge.
const CardLimit = 1_000_000

// Functions are what the books do for the program Sell, in this process, or for those who serve it to others.
func (b *Books) Functions() *durable.Functions {
	f := durable.NewFunctions(Errors)
	handle := func(what string, against func(*Account, Sale) error) {
		durable.Handle(f, what, func(ctx context.Context, s Sale) (Account, error) {
			return b.do(entry{durable.Key(ctx), what, s}, against)
		})
	}
	handle("reserve", func(a *Account, s Sale) error {
		if !a.released && b.free[s.Item] < s.Count {
			return ErrSoldOut
		}
		return unless(a.released)
	})
	handle("charge", func(a *Account, s Sale) error {
		if s.Cents >= CardLimit {
			return ErrDeclined
		}
		return unless(a.refunded)
	})
	handle("send", func(a *Account, _ Sale) error { return unless(a.recalled) })
	for _, what := range []string{"release", "refund", "recall", "remind"} {
		handle(what, func(*Account, Sale) error { return nil })
	}
	return f
}

func unless(late bool) error {
	if late {
		return ErrTooLate
	}
	return nil
}
