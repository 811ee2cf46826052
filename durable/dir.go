package durable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Dir is a Store in a directory, for programs of one machine: a file for each journal, to which is appended, and one for each
// message. What was written when the power failed is cut off; a file that is damaged is refused. A program is
// held by a lock that the system takes back from a process that dies. The directory is not to be on a
// network's file system.
type Dir struct {
	path string

	mu    sync.Mutex
	taken map[string]*dirJournal // of this process, by file
	stop  chan struct{}          // ends the watch for mail, nil if there is none
}

const (
	journalSuffix = ".journal"
	lockSuffix    = ".lock"
	mailSuffix    = ".mail"
	stampFile     = "mail-stamp" // is written when there is mail, for other processes to notice
)

// maxName is how long the name of a file may be on most file systems, less what we add to it.
const maxName = 240

// OpenDir opens a directory, and makes it if there is none.
func OpenDir(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("durable: %w", err)
	}
	return &Dir{path: path, taken: map[string]*dirJournal{}}, nil
}

// base is the name of a program's files, without what they end in.
func (d *Dir) base(id string) (string, error) {
	name := strings.ReplaceAll(url.PathEscape(id), ".", "%2E")
	if id == "" || len(name) > maxName {
		return "", fmt.Errorf("an id of %d bytes is no name of a file, which may have %d", len(name), maxName)
	}
	return filepath.Join(d.path, name), nil
}

// Acquire implements Store.
func (d *Dir) Acquire(_ context.Context, id string) (_ Journal, err error) {
	base, err := d.base(id)
	if err != nil {
		return nil, err
	}
	lock, err := acquireLock(base + lockSuffix)
	if err != nil {
		return nil, err
	}
	j := &dirJournal{dir: d, base: base, lock: lock, arrived: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			_ = lock.Close()
		}
	}()
	if err := errors.Join(j.open(), j.setWake(time.Time{})); err != nil {
		return nil, err
	}
	d.watch(j)
	j.notify() // of what is there
	return j, nil
}

// acquireLock locks a file. It may be locked for a moment by somebody who only looks whether it is.
func acquireLock(name string) (lock *os.File, err error) {
	const tries = 5
	for try := range tries {
		if try > 0 {
			time.Sleep(time.Millisecond)
		}
		if lock, err = lockFile(name); !errors.Is(err, ErrRunning) {
			break
		}
	}
	return lock, err
}

// Read implements Store.
func (d *Dir) Read(_ context.Context, id string) ([][]byte, error) {
	base, err := d.base(id)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(base + journalSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoProgram
	}
	if err != nil {
		return nil, err
	}
	entries, _, err := parseFile(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", base+journalSuffix, err)
	}
	return entries, nil
}

// List implements Store.
func (d *Dir) List(context.Context) ([]string, error) {
	files, err := os.ReadDir(d.path)
	if err != nil {
		return nil, fmt.Errorf("durable: %w", err)
	}
	var ids []string
	for _, file := range files {
		if name, ok := strings.CutSuffix(file.Name(), journalSuffix); ok {
			if id, err := url.PathUnescape(name); err == nil {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// Due implements Store.
func (d *Dir) Due(_ context.Context, now time.Time, limit int) (due []string, err error) {
	files, err := os.ReadDir(d.path)
	if err != nil {
		return nil, fmt.Errorf("durable: %w", err)
	}
	for _, file := range files {
		name, ok := strings.CutSuffix(file.Name(), journalSuffix)
		if !ok || len(due) >= limit {
			continue
		}
		if id, err := url.PathUnescape(name); err == nil && d.isDue(filepath.Join(d.path, name), now) {
			due = append(due, id)
		}
	}
	return due, nil
}

func (d *Dir) isDue(base string, now time.Time) bool {
	info, err := os.Stat(base + lockSuffix)
	switch {
	case err != nil, !info.ModTime().Before(Never):
		return false
	case info.ModTime().After(now):
		if mail, err := mailNames(base + mailSuffix); err != nil || len(mail) == 0 {
			return false
		}
	}
	d.mu.Lock()
	_, taken := d.taken[base]
	d.mu.Unlock()
	if taken {
		return false
	}
	lock, err := lockFile(base + lockSuffix)
	if err != nil {
		return false
	}
	_ = lock.Close()
	return true
}

// Rest is until when a program rests unless it gets a message: a time that has passed if it is due, and [Never] if it has
// ended; and whether somebody runs it, here or in another process. The error wraps ErrNoProgram if there is none.
func (d *Dir) Rest(id string) (until time.Time, running bool, err error) {
	base, err := d.base(id)
	if err != nil {
		return until, false, err
	}
	info, err := os.Stat(base + lockSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNoProgram
	}
	if err != nil {
		return until, false, fmt.Errorf("durable: program %q: %w", id, err)
	}
	lock, err := acquireLock(base + lockSuffix)
	if errors.Is(err, ErrRunning) {
		return until, true, nil
	}
	if err != nil {
		return until, false, fmt.Errorf("durable: program %q: %w", id, err)
	}
	return info.ModTime(), false, lock.Close()
}

// Send implements Store.
func (d *Dir) Send(_ context.Context, id string, m Message) error {
	base, err := d.base(id)
	if err != nil {
		return err
	}
	if err := putMail(base+mailSuffix, m); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.path, stampFile), []byte(m.Key), 0o666); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if j := d.taken[base]; j != nil {
		j.notify()
	}
	return nil
}

// mailEvery is how often it is looked whether another process has sent something.
const mailEvery = 20 * time.Millisecond

// watch has j notified of mail.
func (d *Dir) watch(j *dirJournal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taken[j.base] = j
	if d.stop == nil {
		d.stop = make(chan struct{})
		go d.lookForMail(d.stop)
	}
}

func (d *Dir) unwatch(j *dirJournal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.taken, j.base)
	if len(d.taken) == 0 {
		close(d.stop)
		d.stop = nil
	}
}

func (d *Dir) lookForMail(stop <-chan struct{}) {
	ticker := time.NewTicker(mailEvery)
	defer ticker.Stop()
	var last time.Time
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		info, err := os.Stat(filepath.Join(d.path, stampFile))
		if err != nil || info.ModTime().Equal(last) {
			continue
		}
		last = info.ModTime()
		d.mu.Lock()
		for _, j := range d.taken {
			j.notify()
		}
		d.mu.Unlock()
	}
}
