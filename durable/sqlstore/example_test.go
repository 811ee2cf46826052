package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/sqlstore"
)

func Example() {
	dir, err := os.MkdirTemp("", "programs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	dsn := "file:" + filepath.ToSlash(filepath.Join(dir, "programs.db")) +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	order := func(co *coro.Co) (string, error) {
		receipt, err := durable.Do("charge", func(context.Context) (string, error) { return "receipt 1", nil })(co)
		if err != nil {
			return "", err
		}
		who, err := coro.WaitFor(co, coro.Func[string](func(co *coro.Co) (string, error) {
			return durable.Receive[string](co, "approved")
		}), 24*time.Hour)
		return receipt + ", approved by " + who, err
	}

	// Another process may be the one that sends.
	if err := durable.Send(ctx, store, "order-17", "approved", "Ada"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(durable.Run(ctx, store, "order-17", order))
	fmt.Println(durable.Run(ctx, store, "order-17", order)) // it has ended, and nothing is charged again
	// Output:
	// receipt 1, approved by Ada <nil>
	// receipt 1, approved by Ada <nil>
}
