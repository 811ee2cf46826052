//go:build unix

package streams_test

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// More tasks than connections: database/sql would have a task wait for another on a channel, and so stop
// the loop. They wait for the semaphore before.
func Example_database() {
	err := loop.Main(func(co *coro.Co) error {
		return withDatabase(co, func(db *sql.DB) error {
			const connections = 2
			db.SetMaxOpenConns(connections)
			room := locks.NewSemaphore(connections)
			query := func(co *coro.Co, question string) (answer string, err error) {
				err = room.With(co, func() error {
					return db.QueryRowContext(co.Context(), question).Scan(&answer)
				})
				return answer, err
			}

			answers, err := coro.Gather(co, coro.BindEach(query, strings.Fields("so many tasks for two connections"))...).Await(co)
			fmt.Println(strings.Join(answers, " "))
			fmt.Println("waited in the pool:", db.Stats().WaitCount)
			return err
		})
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// SO MANY TASKS FOR TWO CONNECTIONS
	// waited in the pool: 0
}

// Some drivers forget why a read has failed, and return an error of their own. The context knows.
func Example_lostCancellation() {
	err := loop.Main(func(co *coro.Co) error {
		return withDatabase(co, func(db *sql.DB) error {
			query := func(co *coro.Co) error {
				ctx := co.Context()
				err := db.QueryRowContext(ctx, "unanswered").Err()
				if canceled := context.Cause(ctx); err != nil && canceled != nil {
					return canceled
				}
				return err
			}

			err := coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error { return query(co) })
			fmt.Println(future.IsTimeout(err))
			return nil
		})
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: true
}

// withDatabase runs f with a database whose driver dials a server of the loop: that answers each line, but
// for one, in capitals.
func withDatabase(co *coro.Co, f func(db *sql.DB) error) error {
	ln, err := streams.Listen(co, "tcp", "localhost:0")
	if err != nil {
		return err
	}
	server := streams.Serve(co, ln, func(co *coro.Co, c *streams.Conn) error {
		lines := bufio.NewScanner(c)
		for lines.Scan() {
			if lines.Text() == "unanswered" {
				continue
			}
			if _, err := fmt.Fprintln(c, strings.ToUpper(lines.Text())); err != nil {
				return err
			}
		}
		return lines.Err()
	})
	db := sql.OpenDB(&connector{streams.NewDialer(co), ln.Addr().String()})
	err = f(db)
	db.Close()
	server.Close()
	return errors.Join(err, server.WaitClosed(co))
}

// A connector is a small driver for database/sql, as others have them: it knows nothing of coroutines.
type connector struct {
	dialer *streams.Dialer
	addr   string
}

func (d *connector) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := d.dialer.DialContext(ctx, "tcp", d.addr)
	if err != nil {
		return nil, err
	}
	return &session{c, bufio.NewReader(c)}, nil
}

func (d *connector) Driver() driver.Driver { return nil }

type session struct {
	io.WriteCloser
	answers *bufio.Reader
}

var errLost = errors.New("driver: the connection is lost")

func (s *session) QueryContext(_ context.Context, question string, _ []driver.NamedValue) (driver.Rows, error) {
	if _, err := fmt.Fprintln(s, question); err != nil {
		return nil, errLost
	}
	answer, err := s.answers.ReadString('\n')
	if err != nil {
		return nil, errLost
	}
	return &row{strings.TrimSpace(answer)}, nil
}

func (s *session) Prepare(string) (driver.Stmt, error) { return nil, errors.ErrUnsupported }
func (s *session) Begin() (driver.Tx, error)           { return nil, errors.ErrUnsupported }

type row struct{ text string }

func (r *row) Columns() []string { return []string{"answer"} }
func (r *row) Close() error      { return nil }

func (r *row) Next(values []driver.Value) error {
	if r.text == "" {
		return io.EOF
	}
	values[0], r.text = r.text, ""
	return nil
}
