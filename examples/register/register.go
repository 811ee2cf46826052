// Package register is a value that three replicas keep, so that it outlives any one of them. A write
// is done when two have it, and a read has asked two: so a read sees every write that was done before
// it. But one that is still on its way may be seen by a reader, and then not by another one that
// comes after: time runs backwards.
//
// Whether what clients have seen can be explained by a single value, is what porcupine finds out:
// that is linearizability.
package register

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/queues"
)

// A Register has one writer, and any number of readers.
type Register struct {
	Messages coro.Spawner            // a group that messages are on their way in
	Send     func(co *coro.Co) error // takes the time that a message does

	replicas [3]version
	written  int // writes so far
}

// A version is what a replica has: the latest that it has heard of.
type version struct{ number, value int }

const majority = 2

// Write writes a value.
func (r *Register) Write(co *coro.Co, value int) error {
	r.written++
	_, err := r.ask(co, version{r.written, value})
	return err
}

// Read is the latest of two versions.
func (r *Register) Read(co *coro.Co) (int, error) {
	v, err := r.ask(co, version{})
	return v.value, err
}

// ReadSafe is Read, and makes sure that two replicas have what it returns: whoever reads later sees
// that, or what is newer.
//
// It is how Attiya, Bar-Noy and Dolev do it.
func (r *Register) ReadSafe(co *coro.Co) (int, error) {
	v, err := r.ask(co, version{})
	if err != nil {
		return 0, err
	}
	_, err = r.ask(co, v)
	return v.value, err
}

// ask tells all replicas of a version, and is the latest that the first two to answer have then.
func (r *Register) ask(co *coro.Co, tell version) (latest version, err error) {
	answers := queues.New[version](0)
	for i := range r.replicas {
		coro.CreateTask(r.Messages, coro.Do(func(co *coro.Co) error {
			if err := r.Send(co); err != nil {
				return err
			}
			if r.replicas[i].number < tell.number {
				r.replicas[i] = tell
			}
			return answers.PutNowait(r.replicas[i])
		}), coro.Name("message"))
	}
	for range majority {
		v, err := answers.Get(co)
		if err != nil {
			return latest, err
		}
		if v.number > latest.number {
			latest = v
		}
	}
	return latest, nil
}
