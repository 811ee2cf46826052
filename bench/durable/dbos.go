package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	_ "github.com/dbos-inc/dbos-transact-golang/dbos/driver/sqlite"
)

// dbosSystem are workflows of DBOS.
type dbosSystem struct {
	context dbos.Context
	step    func() bool // of the work under way
	asleep  chan struct{}
	dir     string
	pids    []int
	end     func() error
}

func openDBOSSQLite(ctx context.Context, _ *runner, dir string) (system, error) {
	config := dbos.Config{DatabaseURL: "sqlite:" + filepath.Join(dir, "programs.db")}
	return launch(ctx, config, &dbosSystem{dir: dir, end: func() error { return nil }})
}

// openDBOSSQLiteFull gives it a database that is set up as its own is, but for synchronous.
func openDBOSSQLiteFull(ctx context.Context, _ *runner, dir string) (system, error) {
	db, err := sql.Open("sqlite", sqliteDSN(dir)+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(sqliteConnections)
	db.SetMaxIdleConns(4)
	return launch(ctx, dbos.Config{SQLiteSystemDB: db}, &dbosSystem{dir: dir, end: db.Close})
}

func openDBOSPostgres(ctx context.Context, r *runner, _ string) (system, error) {
	name, drop, err := r.database(ctx)
	if err != nil {
		return nil, err
	}
	return launch(ctx, dbos.Config{DatabaseURL: r.postgres.DSN(name)}, &dbosSystem{
		dir: filepath.Join(r.postgres.Dir, "data", "base"), pids: []int{r.postgres.Pid()}, end: drop})
}

func launch(ctx context.Context, config dbos.Config, d *dbosSystem) (system, error) {
	config.AppName, config.Logger = "bench", slog.New(slog.DiscardHandler)
	var err error
	if d.context, err = dbos.NewContext(ctx, config); err != nil {
		return nil, errors.Join(err, d.end())
	}
	dbos.RegisterWorkflow(d.context, d.stepOnAndOn, dbos.WithWorkflowName("steps"))
	dbos.RegisterWorkflow(d.context, d.sleepLong, dbos.WithWorkflowName("sleeper"))
	if err := dbos.Launch(d.context); err != nil {
		return nil, errors.Join(err, d.end())
	}
	return d, nil
}

func (d *dbosSystem) servers() []int { return d.pids }
func (d *dbosSystem) disk() string   { return d.dir }

// shutdownWithin is enough where all workflows have ended, and those that sleep do not.
const shutdownWithin = 500 * time.Millisecond

func (d *dbosSystem) close() error {
	return errors.Join(dbos.Shutdown(d.context, shutdownWithin), d.end())
}

func (d *dbosSystem) work(_ context.Context, l load, step func() bool) error {
	d.step = step
	return each(l.programs, l.programs, func(i int) error {
		h, err := dbos.RunWorkflow(d.context, d.stepOnAndOn, l.tasks, dbos.WithWorkflowID(fmt.Sprint(i)))
		if err != nil {
			return err
		}
		_, err = h.GetResult()
		return err
	})
}

// stepOnAndOn makes steps one after the other, or many at once, and then as many again: DBOS has no tasks.
func (d *dbosSystem) stepOnAndOn(ctx dbos.Context, atOnce int) (bool, error) {
	step := func(context.Context) (bool, error) { return d.step(), nil }
	for more := true; more; {
		if atOnce == 1 {
			var err error
			if more, err = dbos.RunAsStep(ctx, step, dbos.WithStepName("step")); err != nil {
				return false, err
			}
			continue
		}
		var outcomes []<-chan dbos.StepOutcome[bool]
		for range atOnce {
			c, err := dbos.Go(ctx, step, dbos.WithStepName("step"))
			if err != nil {
				return false, err
			}
			outcomes = append(outcomes, c)
		}
		for _, c := range outcomes {
			outcome := <-c
			if outcome.Err != nil {
				return false, outcome.Err
			}
			more = more && outcome.Result
		}
	}
	return true, nil
}

// sleep has workflows sleep, which DBOS does not put to rest.
func (d *dbosSystem) sleep(ctx context.Context, n int, asleep func(atRest bool)) error {
	d.asleep = make(chan struct{}, n)
	err := each(n, 50, func(i int) error {
		_, err := dbos.RunWorkflow(d.context, d.sleepLong, 0, dbos.WithWorkflowID(fmt.Sprint("sleeper", i)))
		return err
	})
	if err != nil {
		return err
	}
	for range n {
		select {
		case <-d.asleep:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	asleep(false)
	return nil
}

func (d *dbosSystem) sleepLong(ctx dbos.Context, _ int) (bool, error) {
	if _, err := dbos.RunAsStep(ctx, func(context.Context) (bool, error) { return true, nil }, dbos.WithStepName("step")); err != nil {
		return false, err
	}
	d.asleep <- struct{}{}
	_, err := dbos.Sleep(ctx, longSleep)
	return true, err
}
