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

	index dirIndex
}

const (
	journalSuffix = ".journal"
	lockSuffix    = ".lock"
	mailSuffix    = ".mail"
	newSuffix     = ".new" // of a journal that is being written
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
	lock, err := patientLock(base+lockSuffix, os.O_CREATE)
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
	j.notify()   // of what is there
	d.note(base) // whose owner may die
	return j, nil
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

// Send implements Store.
func (d *Dir) Send(_ context.Context, id string, m Message) error {
	base, err := d.base(id)
	if err != nil {
		return err
	}
	if err := putMail(base+mailSuffix, m); err != nil {
		return err
	}
	d.note(base)
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
	notes := d.noteReader()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		names, complete, _ := notes.news()
		d.mu.Lock()
		if complete {
			for _, name := range names {
				if j := d.taken[filepath.Join(d.path, name)]; j != nil {
					j.notify()
				}
			}
		} else {
			for _, j := range d.taken {
				j.notify()
			}
		}
		d.mu.Unlock()
	}
}
