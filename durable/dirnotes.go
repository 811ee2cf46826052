package durable

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Notes are how the processes that share a directory tell one another where something has changed, so that none has to look
// at all programs: a file to which each appends the names of their files. It begins with a line that tells it from
// the file before it, as a long one is replaced by a fresh one.
//
// A note says where to look, and not what is there, so one too many does no harm. One too few, as a process has died before it
// wrote it or the disk is full, is made up for when all programs are looked at, every scanEvery.
const notesFile = "notes"

// maxNotes is how long the file may be.
const maxNotes = 1 << 20

// note tells of a change that was made.
func (d *Dir) note(base string) {
	path := filepath.Join(d.path, notesFile)
	for {
		size, err := appendNote(path, filepath.Base(base))
		switch {
		case err == errReplaced:
			continue
		case errors.Is(err, fs.ErrNotExist):
			if err := d.freshNotes(path); err != nil {
				return
			}
			continue
		case size > maxNotes:
			_ = d.freshNotes(path) // or another time
		}
		return
	}
}

// errReplaced is the error of a note in a file that nobody reads any more.
var errReplaced = errors.New("the notes were replaced")

func appendNote(path, name string) (size int64, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := f.WriteString("\n" + name + "\n"); err != nil { // the one before may have got half of its line in
		return 0, err
	}
	if !isStillThere(f) {
		return 0, errReplaced
	}
	return f.Seek(0, io.SeekCurrent)
}

// freshNotes replaces the file, or makes the first.
func (d *Dir) freshNotes(path string) error {
	f, err := os.CreateTemp(d.path, notesFile+"-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(rand.Text() + "\n")
	if err = errors.Join(err, f.Chmod(0o666), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// headSize is how long the first line is.
var headSize = len(rand.Text())

// A noteReader reads the notes of a directory, each once.
type noteReader struct {
	path string
	head string // the line of the file that it reads, "" for none
	read int64  // how much of it
}

func (d *Dir) noteReader() *noteReader {
	return &noteReader{path: filepath.Join(d.path, notesFile)}
}

// news are the names that were noted since the last call. complete is false if there may be others, as the file is
// another one than it was.
func (r *noteReader) news() (names []string, complete bool, err error) {
	f, err := os.Open(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		complete = r.head == ""
		r.head, r.read = "", 0
		return nil, complete, nil
	}
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	head := make([]byte, headSize)
	if _, err := io.ReadFull(f, head); errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		r.head = "" // the power has failed when it was made
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	if complete = string(head) == r.head; !complete {
		r.head = string(head)
		r.read, err = f.Seek(0, io.SeekEnd)
		return nil, false, err
	}
	data, err := io.ReadAll(io.NewSectionReader(f, r.read, 1<<62))
	if err != nil {
		return nil, false, err
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	r.read += int64(whole)
	return strings.Fields(string(data[:whole])), true, nil
}
