package main

import (
	"context"
	"slices"
)

// A contestant is one way to make steps durable.
type contestant struct {
	name string
	how  string // when the outcome of a step is on the disk
	open func(ctx context.Context, r *runner, dir string) (system, error)

	twin bool // differs from another one only in how it syncs, and is the same asleep
}

// A system runs programs, and keeps them in a directory.
type system interface {
	// work runs programs until step says that there is enough.
	work(ctx context.Context, l load, step func() (more bool)) error

	// sleep has n programs make a step, and then sleep, until ctx is done. It calls asleep when they do, and again with
	// true when they have been put to rest, if the system can do that.
	sleep(ctx context.Context, n int, asleep func(atRest bool)) error

	// servers are the processes that work for it, with all of their children, besides this one.
	servers() []int

	// disk is where on the disk the programs are, nothing if they are nowhere.
	disk() string

	close() error
}

// A load is how many steps may be under way.
type load struct {
	name     string
	programs int
	tasks    int // in each program
}

var (
	alone        = load{"1 program", 1, 1}
	manyPrograms = load{"100 programs", 100, 1}
	manyTasks    = load{"1 program of 100 tasks", 1, 100}

	loads = []load{alone, manyPrograms, manyTasks}
)

func (l load) steps() int { return l.programs * l.tasks }

// contestants in the order of the table.
var contestants = []contestant{
	{"Memory", "never: it is the floor", openMemory, false},
	{"Directory", "fsync, before the program goes on", openDirectory, false},
	{"SQLite", "a commit with synchronous=FULL", openSQLite, false},
	{"PostgreSQL", "a commit with fsync and synchronous_commit on", openPostgres, false},
	{"JetStream that syncs", "one server with sync_always, before it acknowledges", openJetStream("always"), true},
	{"JetStream", "one server as it comes: it syncs every 2 minutes, and acknowledges before", openJetStream("later"), false},
	{"DBOS on SQLite that syncs", "a commit with synchronous=FULL", openDBOSSQLiteFull, true},
	{"DBOS on SQLite", "as it comes, synchronous=NORMAL: at a checkpoint, which may be after the program has gone on", openDBOSSQLite, false},
	{"DBOS on PostgreSQL", "a commit with fsync and synchronous_commit on", openDBOSPostgres, false},
}

func names() (all []string) {
	for _, c := range contestants {
		all = append(all, c.name)
	}
	return all
}

// selected are those that are to be measured.
func selected(only []string) (all []*contestant) {
	for i := range contestants {
		if len(only) == 0 || slices.Contains(only, contestants[i].name) {
			all = append(all, &contestants[i])
		}
	}
	return all
}
