package durable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/internal/agenda"
)

// A dirIndex is what a process knows of the programs of a directory that have not ended: when each is due. It takes a look at
// those of which there are notes, and now and then at all.
type dirIndex struct {
	mu      sync.Mutex
	notes   *noteReader
	waiting *agenda.Agenda // by the names of their files
	scanned time.Time      // when all were looked at
}

// scanEvery is how often all programs are looked at: of 100,000 that may take a second.
const scanEvery = 5 * time.Minute

// askAgain is after what time it is seen whether somebody still has a program, if nothing is noted: it may be dead.
const askAgain = time.Second

// Due implements Store.
func (d *Dir) Due(_ context.Context, now time.Time, limit int) (due []string, err error) {
	x := &d.index
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := d.update(x); err != nil {
		return nil, fmt.Errorf("durable: %w", err)
	}
	var held []string
	for name := range x.waiting.Due(now) {
		if len(due) >= limit {
			break
		}
		if !d.isFree(filepath.Join(d.path, name)) {
			held = append(held, name)
		} else if id, err := url.PathUnescape(name); err == nil {
			due = append(due, id)
		}
	}
	for _, name := range held {
		x.waiting.Set(name, now.Add(askAgain))
	}
	return due, nil
}

// update brings an index up to date.
func (d *Dir) update(x *dirIndex) error {
	if x.notes == nil {
		x.notes = d.noteReader()
	}
	names, complete, err := x.notes.news()
	if err != nil {
		return err
	}
	if !complete || time.Since(x.scanned) >= scanEvery {
		return d.scan(x) // which sees what the notes are of, as they come after it
	}
	for _, name := range names {
		x.look(name, filepath.Join(d.path, name), true)
	}
	return nil
}

// scan looks at all programs.
func (d *Dir) scan(x *dirIndex) error {
	files, err := readNames(d.path)
	if err != nil {
		return err
	}
	mail := map[string]bool{}
	for _, file := range files {
		if name, ok := strings.CutSuffix(file, mailSuffix); ok {
			mail[name] = true
		}
	}
	x.waiting = agenda.New()
	for _, file := range files {
		if name, ok := strings.CutSuffix(file, journalSuffix); ok {
			x.look(name, filepath.Join(d.path, name), mail[name])
		}
	}
	x.scanned = time.Now()
	return nil
}

// readNames are the names of the files in a directory, in no order.
func readNames(path string) ([]string, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

// look notes when a program is due, which may have mail.
func (x *dirIndex) look(name, base string, mail bool) {
	wake, err := readWake(base)
	switch {
	case err != nil || !wake.Before(Never):
		x.waiting.Remove(name)
		return
	case mail:
		if names, err := mailNames(base + mailSuffix); err == nil && len(names) > 0 {
			wake = time.Time{}
		}
	}
	x.waiting.Set(name, wake)
}

// readWake is when a program is due for which there is no message. One that has lost its lock is due too early, which does no
// harm.
func readWake(base string) (time.Time, error) {
	if _, err := os.Stat(base + journalSuffix); err != nil {
		return time.Time{}, err
	}
	info, err := os.Stat(base + lockSuffix)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// isFree reports whether nobody has a program.
func (d *Dir) isFree(base string) bool {
	d.mu.Lock()
	_, taken := d.taken[base]
	d.mu.Unlock()
	if taken {
		return false
	}
	f, err := lock(base+lockSuffix, 0)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	_ = f.Close()
	return true
}

// Rest is until when a program rests unless it gets a message: a time that has passed if it is due, and [Never] if it has
// ended; and whether somebody runs it, here or in another process. The error wraps ErrNoProgram if there is none.
func (d *Dir) Rest(id string) (until time.Time, running bool, err error) {
	base, err := d.base(id)
	if err != nil {
		return until, false, err
	}
	until, err = readWake(base)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNoProgram
	}
	if err != nil {
		return until, false, fmt.Errorf("durable: program %q: %w", id, err)
	}
	f, err := patientLock(base+lockSuffix, 0)
	switch {
	case errors.Is(err, ErrRunning):
		return until, true, nil
	case errors.Is(err, fs.ErrNotExist):
		return until, false, nil
	case err != nil:
		return until, false, fmt.Errorf("durable: program %q: %w", id, err)
	}
	return until, false, f.Close()
}
