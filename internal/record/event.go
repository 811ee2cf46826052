package record

import (
	"encoding/binary"
	"errors"
	"time"
)

// An Event is something that entered the loop from outside.
type Event struct {
	Kind   Kind
	Source Source
	Place  Place         // of a Reading only the entries
	Time   time.Duration // the loop's
	Number uint64        // which one, among those of its source
	Site   string        // the program's line, file:line, or a name
	Data   []byte        // a value, see Encode
}

// A Place is where in a run something entered. No other place has these numbers, but for those
// between which nothing is put into the ready queue or taken from it.
type Place struct {
	Entries uint64 // were taken from the ready queue before
	Ready   int    // were in it
}

// Kind is what has entered.
type Kind uint8

const (
	Reading Kind = iota + 1 // the program has read the clock
	Due                     // timers are
	Arrival                 // in the inbox
	Polled                  // a descriptor is ready
	Lost                    // the garbage collector has found an error that nobody has asked for
	Stopped                 // a run has ended because of a Stop
	Value                   // of a function whose value is kept
	Looked                  // Number is what was seen of something that may change at any time
	Ended                   // a context had ended before the run began
	kinds
)

// Done reports whether it is something that the program has done itself, in the middle of an entry.
func (k Kind) Done() bool { return k == Reading || k == Value || k == Looked }

// Source is where an Arrival comes from.
type Source uint8

const (
	Post          Source = iota + 1 // CallSoonThreadsafe
	Submission                      // Submit
	Cancellation                    // of what Submit has returned
	Job                             // the outcome of a function on an executor
	Channel                         // a value of one
	WrappedFuture                   // of an executor
	Signal                          //
	Interrupt                       // that a Runner handles
	Context                         // its end
	Nothing                         // that the program would notice
	Unknown
	sources
)

func (s Source) String() string {
	return [...]string{
		0: "nothing", Post: "a CallSoonThreadsafe", Submission: "a Submit", Cancellation: "the cancellation of a Submit",
		Job: "the outcome of a function on an executor", Channel: "a value of a channel", WrappedFuture: "the outcome of a wrapped future",
		Signal: "a signal", Interrupt: "an interrupt", Context: "the end of a context", Nothing: "a question to the loop",
		Unknown: "something from another goroutine",
	}[s]
}

// An Entry of the ready queue was taken.
type Entry struct {
	What uint8 // below 8; only a Step has a Task
	Task uint32
}

// Step is the What of an entry that is a task's.
const Step = 1

// A Checkpoint is how the loop stood at some point.
type Checkpoint struct {
	Entries   uint64 // taken so far
	Iteration uint64
	Ready     int
	Timers    int
	Tasks     int
	Hash      uint64        // of all that has happened
	Time      time.Duration // the last that was read
	Moment    Moment
}

// A Moment is when a checkpoint is.
type Moment uint8

const (
	BeforeEntry Moment = iota // the next entry was taken, and is about to run
	BeforeWait                // nothing is ready
	BeforeClose               // of the loop
)

// A coder has what numbers are the difference to, and the sites that have a number.
type coder struct {
	time    time.Duration
	entries uint64
	task    uint32
	sites   map[string]uint64
	names   []string
}

func (c *coder) appendEvent(b []byte, e *Event) []byte {
	b = append(b, byte(e.Kind))
	b = binary.AppendVarint(b, int64(e.Time-c.time))
	c.time = e.Time
	b = binary.AppendUvarint(b, e.Place.Entries-c.entries)
	c.entries = e.Place.Entries
	if e.Kind == Reading {
		return b
	}
	b = append(b, byte(e.Source))
	b = binary.AppendUvarint(b, uint64(e.Place.Ready))
	b = binary.AppendUvarint(b, e.Number)
	b = c.appendSite(b, e.Site)
	b = binary.AppendUvarint(b, uint64(len(e.Data)))
	return append(b, e.Data...)
}

// appendSite appends the number of the site, and the site itself where it is new.
func (c *coder) appendSite(b []byte, site string) []byte {
	if site == "" {
		return append(b, 0)
	}
	if n, ok := c.sites[site]; ok {
		return binary.AppendUvarint(b, n)
	}
	if c.sites == nil {
		c.sites = make(map[string]uint64)
	}
	n := uint64(len(c.sites)) + 1
	c.sites[site] = n
	b = binary.AppendUvarint(b, n)
	b = binary.AppendUvarint(b, uint64(len(site)))
	return append(b, site...)
}

func (c *coder) appendEntry(b []byte, e Entry) []byte {
	delta := int64(0)
	if e.What == Step {
		delta = int64(e.Task) - int64(c.task)
		c.task = e.Task
	}
	zigzag := uint64(delta<<1) ^ uint64(delta>>63)
	return binary.AppendUvarint(b, zigzag<<3|uint64(e.What))
}

func appendCheckpoint(b []byte, c Checkpoint) []byte {
	b = binary.AppendUvarint(b, c.Entries)
	b = binary.AppendUvarint(b, c.Iteration)
	b = binary.AppendUvarint(b, uint64(c.Ready))
	b = binary.AppendUvarint(b, uint64(c.Timers))
	b = binary.AppendUvarint(b, uint64(c.Tasks))
	b = binary.LittleEndian.AppendUint64(b, c.Hash)
	b = binary.AppendVarint(b, int64(c.Time))
	return append(b, byte(c.Moment))
}

// A scanner takes numbers off bytes that may be too few.
type scanner struct {
	b   []byte
	err error
}

var errMalformed = errors.New("a number that is none")

func (s *scanner) failed() { s.b, s.err = nil, errMalformed }

func (s *scanner) uvarint() uint64 {
	v, n := binary.Uvarint(s.b)
	if n <= 0 {
		s.failed()
		return 0
	}
	s.b = s.b[n:]
	return v
}

func (s *scanner) varint() int64 {
	v, n := binary.Varint(s.b)
	if n <= 0 {
		s.failed()
		return 0
	}
	s.b = s.b[n:]
	return v
}

func (s *scanner) bytes(n uint64) []byte {
	if n > uint64(len(s.b)) {
		s.failed()
		return nil
	}
	b := s.b[:n:n]
	s.b = s.b[n:]
	return b
}

func (s *scanner) byte() byte {
	if b := s.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *coder) event(s *scanner) (e Event) {
	e.Kind = Kind(s.byte())
	c.time += time.Duration(s.varint())
	e.Time = c.time
	c.entries += s.uvarint()
	e.Place.Entries = c.entries
	if e.Kind == Reading {
		return e
	}
	e.Source = Source(s.byte())
	e.Place.Ready = int(s.uvarint())
	e.Number = s.uvarint()
	e.Site = c.site(s)
	e.Data = s.bytes(s.uvarint())
	if e.Kind == 0 || e.Kind >= kinds || e.Source >= sources {
		s.failed()
	}
	return e
}

func (c *coder) site(s *scanner) string {
	switch n := s.uvarint(); {
	case n == 0:
		return ""
	case n <= uint64(len(c.names)):
		return c.names[n-1]
	case n > uint64(len(c.names))+1:
		s.failed()
		return ""
	}
	site := string(s.bytes(s.uvarint()))
	c.names = append(c.names, site)
	return site
}

func (c *coder) entry(s *scanner) (e Entry) {
	v := s.uvarint()
	e.What = uint8(v & 7)
	zigzag := v >> 3
	delta := int64(zigzag>>1) ^ -int64(zigzag&1)
	if e.What == Step {
		c.task = uint32(int64(c.task) + delta)
		e.Task = c.task
	}
	return e
}

func checkpoint(s *scanner) (c Checkpoint) {
	c.Entries = s.uvarint()
	c.Iteration = s.uvarint()
	c.Ready, c.Timers, c.Tasks = int(s.uvarint()), int(s.uvarint()), int(s.uvarint())
	if hash := s.bytes(8); hash != nil {
		c.Hash = binary.LittleEndian.Uint64(hash)
	}
	c.Time = time.Duration(s.varint())
	c.Moment = Moment(s.byte())
	return c
}
