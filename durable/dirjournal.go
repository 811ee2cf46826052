package durable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A dirJournal is a journal of a Dir.
type dirJournal struct {
	dir     *Dir
	base    string // of the names of its files
	lock    *os.File
	file    *os.File
	size    int64 // of what is durable
	entries [][]byte
	broken  error // nothing can be written any more
	arrived chan struct{}
	closed  bool
}

func (j *dirJournal) open() error {
	name := j.base + journalSuffix
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // Replace makes it
	}
	if err != nil {
		return err
	}
	if j.entries, j.size, err = parseFile(data); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if j.file, err = os.OpenFile(name, os.O_RDWR, 0); err != nil {
		return err
	}
	if j.size < int64(len(data)) {
		return j.cut()
	}
	return nil
}

// create makes the file with entries, in place of another one if there is one.
func (j *dirJournal) create(entries [][]byte) error {
	name := j.base + journalSuffix
	data := append([]byte(fileMagic), appendBatch(nil, entries)...)
	file, err := os.OpenFile(name+newSuffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync()); err != nil {
		return errors.Join(err, file.Close(), os.Remove(name+newSuffix)) // a disk that is full needs the room
	}
	if err = os.Rename(name+newSuffix, name); err == nil {
		err = syncDir(j.dir.path)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	if j.file != nil {
		_ = j.file.Close() // nobody needs it any more
	}
	j.file, j.size, j.entries = file, int64(len(data)), entries
	j.dir.note(j.base)
	return nil
}

// cut takes back what is not durable.
func (j *dirJournal) cut() error { return errors.Join(j.file.Truncate(j.size), j.file.Sync()) }

func (j *dirJournal) Entries() [][]byte { return j.entries }

func (j *dirJournal) Append(_ context.Context, entries ...[]byte) error {
	switch {
	case j.broken != nil:
		return j.broken
	case j.file == nil:
		return errors.New("Append to a journal that has no entries; Replace begins it")
	}
	data := appendBatch(nil, entries)
	if len(data) == 0 {
		return nil
	}
	if _, err := j.file.WriteAt(data, j.size); err != nil {
		if cut := j.cut(); cut != nil {
			j.broken = errors.Join(err, cut)
		}
		return err
	}
	if err := j.file.Sync(); err != nil {
		j.broken = err // what of it is durable the system does not tell
		return err
	}
	j.size += int64(len(data))
	return nil
}

func (j *dirJournal) Replace(_ context.Context, entries ...[]byte) error {
	if j.broken != nil {
		return j.broken
	}
	if err := j.create(entries); err != nil {
		j.broken = err // it may be the new file that is there
		return err
	}
	return nil
}

func (j *dirJournal) Messages(context.Context) ([]Message, error) {
	return readMail(j.base + mailSuffix)
}

func (j *dirJournal) Remove(_ context.Context, keys ...string) error {
	return removeMail(j.base+mailSuffix, keys)
}

func (j *dirJournal) Arrived() <-chan struct{} { return j.arrived }

// Lost never happens: the system takes the lock from a process that is dead.
func (j *dirJournal) Lost() <-chan struct{} { return nil }

// Delete removes the messages first: without a journal they would be for another program with that id.
func (j *dirJournal) Delete(context.Context) error {
	if err := os.RemoveAll(j.base + mailSuffix); err != nil {
		return err
	}
	if j.file != nil {
		_ = j.file.Close() // Windows has no open files removed
		j.file = nil
	}
	if err := os.Remove(j.base + journalSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := syncDir(j.dir.path); err != nil {
		return err
	}
	return j.giveBack(removeLock)
}

func (j *dirJournal) Close(wake time.Time) error {
	switch {
	case j.closed:
		return nil
	case j.file == nil: // a program that has not begun leaves nothing
		return j.giveBack(removeLock)
	}
	return errors.Join(j.setWake(wake), j.giveBack((*os.File).Close))
}

// giveBack gives the lock back.
func (j *dirJournal) giveBack(free func(lock *os.File) error) (err error) {
	j.closed = true
	j.dir.unwatch(j)
	if j.file != nil {
		err = j.file.Close()
	}
	err = errors.Join(err, free(j.lock))
	j.dir.note(j.base)
	return err
}

// setWake notes when the program is due, as the time at which the lock was changed. If that is lost it is due too
// early, which does no harm.
func (j *dirJournal) setWake(wake time.Time) error {
	if wake.IsZero() {
		wake = time.Unix(0, 0)
	}
	return os.Chtimes(j.base+lockSuffix, time.Time{}, wake)
}

// notify tells that there may be mail.
func (j *dirJournal) notify() {
	select {
	case j.arrived <- struct{}{}:
	default:
	}
}

// syncDir makes it durable which files there are.
func syncDir(path string) error {
	d, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrInvalid) {
		err = nil // Windows: there it is durable by itself
	}
	return errors.Join(err, d.Close())
}
