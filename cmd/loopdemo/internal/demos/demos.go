// Package demos holds the programs of loopdemo: one function each, in a file of
// its own, with the same program in Python beside it.
//
// To add one named x-y, write x_y.go, x_y_asyncio.py and a line in All, and record it
// with go generate ./cmd/loopdemo. (A plain concurrent.py would stand in the way of
// Python's own concurrent package.)
package demos

import (
	"embed"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"

	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines"
)

// Demo is one program.
type Demo struct {
	Name  string
	Topic string // what it is about, by its name in asyncio
	About string // one line

	// Run runs it on a loop with opts, and prints to the standard output. Random
	// is where its random numbers come from, if it needs any.
	Run func(random *rand.Rand, opts ...loop.Option) error

	files          fs.FS // where its two sources are
	inGo, inPython string
}

// All are the demos, the simplest first.
func All() []Demo {
	rows := []struct {
		name, topic, about string
		run                func(*rand.Rand, ...loop.Option) error
	}{
		{"hello", "run", "the smallest program", plain(hello)},
		{"sequential", "await", "one coroutine after the other", plain(sequential)},
		{"concurrent", "gather", "three at once; results in order", plain(concurrent)},
		{"as-completed", "as_completed", "three at once; each result as it comes", plain(asCompleted)},
		{"to-thread", "to_thread", "blocking work in a thread (2 s)", plain(toThread)},
		{"create-task", "create_task", "two tasks, awaited in turn", plain(createTask)},
		{"gather", "gather", "ten squares in the time of one", plain(gather)},
		{"gather-errors", "gather", "errors among the results", plain(gatherErrors)},
		{"gather-fails", "gather", "one child fails, the others go on", plain(gatherFails)},
		{"task-name", "Task", "name and done, before and after", plain(taskName)},
		{"task-object", "Task", "what create_task returns (3 s)", plain(taskObject)},
		{"gather-tasks", "gather", "two tasks, their results at the end (10 s)", plain(gatherTasks)},
		{"as-completed-tasks", "as_completed", "two tasks, the first result first (10 s)", plain(asCompletedTasks)},
		{"fire-and-forget", "create_task", "a task that nobody awaits", plain(fireAndForget)},
		{"gather-groups", "gather", "gathers gathered (random)", gatherGroups},
		{"cancel-group", "gather", "one of three groups canceled (random)", cancelGroup},
		{"wait", "wait", "the first, more, then the rest (random)", wait},
		{"task-group", "TaskGroup", "tasks that end together", plain(taskGroup)},
		{"event", "Event", "all wait for one signal", plain(event)},
		{"rate-limit", "Semaphore", "five requests, two at a time", plain(rateLimit)},
		{"barrier", "Barrier", "nobody goes on before all have come", plain(barrier)},
		{"producer-consumer", "Queue", "a bounded queue, and its join", plain(producerConsumer)},
		{"dining", "Lock", "a deadlock, who is in it, and the cure", plain(dining)},
		{"echo", "start_server", "a server, and its client", plain(echo)},
		{"chat", "start_server", "what one says, all are told", plain(chat)},
		{"http", "start_server", "a web server on net/http's parsers", plain(httpPages)},
	}
	all := make([]Demo, len(rows))
	for i, r := range rows {
		base := strings.ReplaceAll(r.name, "-", "_")
		all[i] = Demo{Name: r.name, Topic: r.topic, About: r.about, Run: r.run}.
			From(sources, base+".go", base+"_asyncio.py")
	}
	return all
}

// plain is the Run of a demo without random numbers.
func plain(demo func(opts ...loop.Option) error) func(*rand.Rand, ...loop.Option) error {
	return func(_ *rand.Rand, opts ...loop.Option) error { return demo(opts...) }
}

//go:embed *.go *_asyncio.py
var sources embed.FS

// Source is a program's text, under the name of its file.
type Source struct {
	File string
	Text string
}

// From is the demo with its sources in files: inGo as it was compiled, and its Python
// version.
func (d Demo) From(files fs.FS, inGo, inPython string) Demo {
	d.files, d.inGo, d.inPython = files, inGo, inPython
	return d
}

// Sources are the demo's Go source, as it was compiled, and its Python version.
func (d Demo) Sources() (inGo, inPython Source, err error) {
	if d.files == nil {
		return Source{}, Source{}, fmt.Errorf("demos: %q has no sources; give them with From", d.Name)
	}
	if inGo, err = source(d.files, d.inGo); err != nil {
		return Source{}, Source{}, err
	}
	inPython, err = source(d.files, d.inPython)
	return inGo, inPython, err
}

func source(files fs.FS, name string) (Source, error) {
	text, err := fs.ReadFile(files, name)
	return Source{File: name, Text: lines.Original(string(text))}, err
}
