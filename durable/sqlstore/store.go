package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/durable"
)

// ErrClosed is the error of an Acquire of a Store that is closed.
var ErrClosed = errors.New("sqlstore: the store is closed")

// A Store is a durable.Store in a database. Its methods are safe for concurrent use.
type Store struct {
	db *sql.DB
	grammar
	statements
	options
	owner []byte // its name in the database
	turn  *turn  // to write; nil where many may at a time

	mu      sync.Mutex
	leases  map[int64]*journal // that it holds, by number
	changes int                // how many calls of Acquire and of Close are under way
	lapse   *time.Timer        // nil while none can expire
	closed  bool

	stop func()
	all  sync.WaitGroup
}

var _ durable.Store = (*Store)(nil)

// Open opens a store in a database, and makes its tables if there are none. Each Open is an owner of its own. It
// refuses tables of another version, and a database that is not set up as the package's documentation says.
func Open(ctx context.Context, db *sql.DB, dialect Dialect, opts ...Option) (*Store, error) {
	g, err := dialect.grammar()
	if err != nil {
		return nil, err
	}
	o := newOptions(opts)
	if !validPrefix.MatchString(o.prefix) {
		return nil, fmt.Errorf("sqlstore: the table prefix %q is not of up to 40 lower-case letters, digits and underscores", o.prefix)
	}
	if err := g.check(ctx, db); err != nil {
		return nil, err
	}
	s := &Store{db: db, grammar: g, statements: g.statements(o.prefix), options: o, owner: []byte(rand.Text()), leases: map[int64]*journal{}}
	if g.serial {
		s.turn = newTurn()
	}
	if err := s.createTables(ctx); err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.every(ctx, s.lease/3, s.renewAll)
	s.every(ctx, s.poll, s.listen)
	return s, nil
}

// every has f called now and then, while there are leases.
func (s *Store) every(ctx context.Context, d time.Duration, f func(ctx context.Context)) {
	s.all.Go(func() {
		ticker := time.NewTicker(d)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if s.holdsSome() {
				f(ctx)
			}
		}
	})
}

// Close ends the store's goroutines, and gives the programs that it holds back: whoever runs them here is told that they
// are lost. It does not close the database.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	for _, j := range s.leases {
		s.lose(j, errors.New("its store was closed"))
	}
	if s.lapse != nil {
		s.lapse.Stop()
	}
	s.mu.Unlock()
	s.stop()
	s.all.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), s.lease) // then they have expired
	defer cancel()
	if _, err := s.exec(ctx, s.releaseAll, s.owner); err != nil {
		return fmt.Errorf("sqlstore: giving programs back: %w", err)
	}
	return nil
}

// maxID is how many bytes an id or a key may have: PostgreSQL has a limit for what is in an index.
const maxID = 1000

func checkLength(what, text string) error {
	if len(text) > maxID {
		return fmt.Errorf("sqlstore: %s of %d bytes; it may have %d", what, len(text), maxID)
	}
	return nil
}

// Acquire implements durable.Store.
func (s *Store) Acquire(ctx context.Context, id string) (durable.Journal, error) {
	if err := checkLength("an id", id); err != nil {
		return nil, err
	}
	defer s.changing()()
	j := newJournal(s)
	j.until = s.leaseFrom(time.Now())
	var pending int64
	err := s.inTurn(ctx, func() error {
		return s.db.QueryRowContext(ctx, s.acquire, []byte(id), s.owner, s.lease.Milliseconds(), freshToken()).
			Scan(&j.num, &j.token, &j.heard, &pending)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, durable.ErrRunning
	}
	if err != nil {
		return nil, err
	}
	if pending > 0 {
		j.notify()
	}
	if err = s.hold(j); err == nil {
		j.all, err = s.blobs(ctx, s.entries, j.num)
	}
	if err != nil {
		return nil, errors.Join(err, j.Close(time.Time{}))
	}
	return j, nil
}

// freshToken is the token of a row that is new. SQLite may give it the number of one that was removed: who has lost that
// must not have its token.
func freshToken() int64 { return mathrand.Int64N(1 << 62) }

// changing notes that it is about to change who holds a program, until done is called.
func (s *Store) changing() (done func()) {
	s.mu.Lock()
	s.changes++
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		s.changes--
		s.mu.Unlock()
	}
}

// Read implements durable.Store.
func (s *Store) Read(ctx context.Context, id string) ([][]byte, error) {
	entries, err := s.blobs(ctx, s.read, []byte(id))
	if err == nil && len(entries) == 0 {
		err = durable.ErrNoProgram
	}
	return entries, err
}

// List implements durable.Store.
func (s *Store) List(ctx context.Context) ([]string, error) { return s.ids(ctx, s.list) }

// Due implements durable.Store.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return s.ids(ctx, s.due, min(nanoseconds(now), never-1), limit)
}

func (s *Store) ids(ctx context.Context, query string, args ...any) (ids []string, err error) {
	blobs, err := s.blobs(ctx, query, args...)
	for _, id := range blobs {
		ids = append(ids, string(id))
	}
	return ids, err
}

// Send implements durable.Store.
func (s *Store) Send(ctx context.Context, id string, m durable.Message) error {
	if err := errors.Join(checkLength("an id", id), checkLength("a key", m.Key)); err != nil {
		return err
	}
	var num, number int64
	err := s.transact(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, s.post, []byte(id), freshToken()).Scan(&num, &number); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, s.putMessage, num, number, []byte(m.Key), notNil(m.Entry))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err == nil && n == 0 {
			return errSent
		}
		return err
	})
	if err == errSent {
		return nil
	}
	if err == nil {
		s.arrived(num, number)
	}
	return err
}

// errSent ends the transaction of a message that was sent before.
var errSent = errors.New("it was sent before")
