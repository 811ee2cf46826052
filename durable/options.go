package durable

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

// An Option is one of Run, Replay and Check.
type Option func(*options)

type options struct {
	codec    Codec
	input    any
	known    knownErrors
	executor executor.Executor
	remoter  Remoter
	most     int
	grace    time.Duration
	logger   *slog.Logger
	loop     []loop.Option
	onReplay func(records, of int)
	restFor  time.Duration // a program that will do nothing for so long is put to rest; zero: none is
	retain   time.Duration // a program that has ended is removed after so long; zero: never
}

const (
	defaultMaxRecords = 1 << 20
	defaultGrace      = 10 * time.Second
)

func newOptions(opts []Option) options {
	o := options{codec: jsonCodec{}, known: newKnownErrors(nil), most: defaultMaxRecords, grace: defaultGrace, logger: slog.Default()}
	for _, opt := range opts {
		if opt == nil {
			panic("durable: a nil Option; leave it out")
		}
		opt(&o)
	}
	return o
}

// A Codec makes bytes of values, and values of bytes.
type Codec interface {
	Marshal(v any) ([]byte, error)
	Unmarshal(data []byte, v any) error
}

type jsonCodec struct{}

func (jsonCodec) Marshal(v any) ([]byte, error)      { return json.Marshal(v) }
func (jsonCodec) Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

// UseCodec has values kept by c, and not by encoding/json. A journal is read by the codec that wrote it.
func UseCodec(c Codec) Option {
	if c == nil {
		panic("durable: UseCodec of nil; leave the option out")
	}
	return func(o *options) { o.codec = c }
}

// Input is what a program begins with, see [InputOf]. That of a program which has begun is in its journal.
func Input(v any) Option { return func(o *options) { o.input = v } }

// KnownErrors are errors that errors.Is finds in those of activities and of the program also when they come from
// the journal. They are told apart by their texts.
func KnownErrors(errs ...error) Option {
	for _, err := range errs {
		if err == nil {
			panic("durable: a nil error among KnownErrors")
		}
	}
	return func(o *options) { o.known = newKnownErrors(errs) }
}

// Executor runs the activities. Without it each has a goroutine of its own.
func Executor(e executor.Executor) Option {
	if e == nil {
		panic("durable: Executor of nil; leave the option out")
	}
	return func(o *options) { o.executor = e }
}

// MaxRecords is how many records a journal may have, about a million if it is not given: more would take
// too long to replay. At half of that there is a warning. [ContinueAs] begins a fresh journal.
func MaxRecords(n int) Option {
	if n < 2 {
		panic(fmt.Sprintf("durable: MaxRecords of %d; a program has two at least", n))
	}
	return func(o *options) { o.most = n }
}

// Grace is how long a Run that is to end waits for the activities that are under way, whose contexts are canceled:
// 10 seconds if it is not given. What they return in that time is kept, and what they fail with is
// not: they are begun again when the program goes on.
func Grace(d time.Duration) Option { return func(o *options) { o.grace = d } }

// Logger is where warnings go, slog.Default() if it is not given, and what the loop logs.
func Logger(l *slog.Logger) Option {
	if l == nil {
		panic("durable: Logger of nil; leave the option out")
	}
	return func(o *options) { o.logger = l }
}

// OnReplay has f called while a long journal is replayed, with how many of its records are: after each 10,000 or so. It is
// for showing how far that is; f is on the goroutine of the replay.
func OnReplay(f func(records, of int)) Option { return func(o *options) { o.onReplay = f } }

// LoopOptions are those of the program's loop that have to do with how it is looked at: its Debug, Record
// and OnException. Its clock, seed and context are the program's.
func LoopOptions(opts ...loop.Option) Option {
	return func(o *options) { o.loop = append(o.loop, opts...) }
}
