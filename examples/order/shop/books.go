package shop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// Books are all services in one, in memory, and write down what they do. They stand for a bank and a carrier: what
// has the key of an entry is done already.
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
	Key, Order, What string
	Item             string `json:",omitempty"`
	N                int    `json:",omitempty"`
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

// Shop is one that the books are the services of.
func (b *Books) Shop() *Shop { return &Shop{Stock: b, Bank: b, Carrier: b, Warehouse: b} }

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
func (b *Books) do(e entry, against func(*Account) error) (Account, error) {
	if b.Busy != nil {
		if err := b.Busy(e.What, e.Order); err != nil {
			return Account{}, err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.account(e.Order)
	if b.keys[e.Key] {
		return *a, nil
	}
	if err := against(a); err != nil {
		return Account{}, err
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
	a := b.account(e.Order)
	switch e.What {
	case "reserve":
		a.Reserved, a.item = a.Reserved+e.N, e.Item
		b.free[e.Item] -= e.N
	case "release":
		b.free[a.item] += a.Reserved
		a.Reserved, a.released = 0, true
	case "charge":
		a.Charged += e.N
	case "refund":
		a.Charged, a.refunded = 0, true
	case "send":
		a.Parcel = "parcel " + e.Order
	case "recall":
		a.recalled = true
	case "remind":
		a.Reminders++
	}
}

func unless(late bool) error {
	if late {
		return ErrTooLate
	}
	return nil
}

func always(*Account) error { return nil }

// Reserve implements Stock.
func (b *Books) Reserve(_ context.Context, key, order, item string, n int) error {
	_, err := b.do(entry{key, order, "reserve", item, n}, func(a *Account) error {
		if !a.released && b.free[item] < n {
			return ErrSoldOut
		}
		return unless(a.released)
	})
	return err
}

// Release implements Stock.
func (b *Books) Release(_ context.Context, key, order string) error {
	_, err := b.do(entry{Key: key, Order: order, What: "release"}, always)
	return err
}

// CardLimit is what the bank declines to charge.
const CardLimit = 1_000_000

// Charge implements Bank.
func (b *Books) Charge(_ context.Context, key, order string, cents int) error {
	_, err := b.do(entry{Key: key, Order: order, What: "charge", N: cents}, func(a *Account) error {
		if cents >= CardLimit {
			return ErrDeclined
		}
		return unless(a.refunded)
	})
	return err
}

// Refund implements Bank.
func (b *Books) Refund(_ context.Context, key, order string) error {
	_, err := b.do(entry{Key: key, Order: order, What: "refund"}, always)
	return err
}

// Send implements Carrier.
func (b *Books) Send(_ context.Context, key, order string) (parcel string, err error) {
	a, err := b.do(entry{Key: key, Order: order, What: "send"}, func(a *Account) error { return unless(a.recalled) })
	return a.Parcel, err
}

// Recall implements Carrier.
func (b *Books) Recall(_ context.Context, key, order string) (parcel string, err error) {
	a, err := b.do(entry{Key: key, Order: order, What: "recall"}, always)
	return a.Parcel, err
}

// Remind implements Warehouse.
func (b *Books) Remind(_ context.Context, key, order string) error {
	_, err := b.do(entry{Key: key, Order: order, What: "remind"}, always)
	return err
}
