package durable

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Record is one entry of a journal: something that the program asked for, or that came to it from
// outside, in the order in which it did. A replay takes them one after the other.
type Record struct {
	Kind Kind
	Time time.Duration // the loop's
	N    uint64        // Began: the seed. Asked, Returned, Failed, Beat: the activity. Versioned: the version
	Name string        // Began, Asked, Signaled, Versioned: it. Canceled: the message
	Key  string        // Signaled, Canceled: of the Message that it came by
	Site string        // Asked, Versioned: the program's line
	Data []byte        // Began: the input. Returned, Signaled, Beat, Ended: the value. Failed, Broke: the error

	// With is set if it came in at the same moment as the record before: the program sees both at once. It is the
	// later one that says so, as it may be lost when the process dies.
	With bool
}

// Kind is what a [Record] tells.
type Kind byte

const (
	Began     Kind = iota + 1 // the first record; Time is its time of day, since 1970
	Asked                     // the program has asked for an activity
	Returned                  // an activity has returned a value
	Failed                    // an activity has failed
	Beat                      // an activity has told how far it is
	Signaled                  // a signal has come
	Canceled                  // the program was canceled from outside
	Versioned                 // the program has asked for a version
	Ended                     // the program has returned a value
	Broke                     // the program has returned an error
)

var kindNames = [...]string{Began: "began", Asked: "asked", Returned: "returned", Failed: "failed", Beat: "beat",
	Signaled: "signaled", Canceled: "canceled", Versioned: "versioned", Ended: "ended", Broke: "broke"}

func (k Kind) String() string {
	if k.isKnown() {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", byte(k))
}

func (k Kind) isKnown() bool { return k >= Began && k <= Broke }

// isCommand reports whether it is the program that does it.
func (k Kind) isCommand() bool { return k == Asked || k == Versioned || k == Ended || k == Broke }

// isEnd reports whether nothing comes after it.
func (k Kind) isEnd() bool { return k == Ended || k == Broke }

// String is the record in a line, as in: asks for activity 3, "charge" (order.go:12).
func (r Record) String() string {
	var b strings.Builder
	switch r.Kind {
	case Began:
		fmt.Fprintf(&b, "begins at %v", time.Unix(0, int64(r.Time)).UTC().Format(time.RFC3339Nano))
	case Asked:
		fmt.Fprintf(&b, "asks for activity %d, %q", r.N, r.Name)
	case Returned:
		fmt.Fprintf(&b, "activity %d returns %s", r.N, short(r.Data))
	case Failed:
		fmt.Fprintf(&b, "activity %d fails: %s", r.N, errorText(r.Data))
	case Beat:
		fmt.Fprintf(&b, "activity %d has come to %s", r.N, short(r.Data))
	case Signaled:
		fmt.Fprintf(&b, "signal %q: %s", r.Name, short(r.Data))
	case Canceled:
		b.WriteString("is canceled from outside")
		if r.Name != "" {
			fmt.Fprintf(&b, ": %s", r.Name)
		}
	case Versioned:
		fmt.Fprintf(&b, "asks for the version of %q, %d", r.Name, r.N)
	case Ended:
		fmt.Fprintf(&b, "returns %s", short(r.Data))
	case Broke:
		fmt.Fprintf(&b, "fails: %s", errorText(r.Data))
	}
	if r.Kind != Began {
		fmt.Fprintf(&b, ", at %v", r.Time)
	}
	if r.Site != "" {
		fmt.Fprintf(&b, " (%s)", r.Site)
	}
	return b.String()
}

// short is a value as text, or its length.
func short(data []byte) string {
	const most = 200
	if len(data) > most {
		return fmt.Sprintf("%d bytes", len(data))
	}
	return fmt.Sprintf("%q", data)
}

// appendTo appends the record as it is stored.
func (r *Record) appendTo(b []byte) []byte {
	with := byte(0)
	if r.With {
		with = 1
	}
	b = append(b, byte(r.Kind), with)
	b = binary.AppendVarint(b, int64(r.Time))
	b = binary.AppendUvarint(b, r.N)
	for _, s := range [...]string{r.Name, r.Key, r.Site} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return append(b, r.Data...)
}

var errNoRecord = errors.New("durable: an entry of the journal that this version of the module cannot read")

// ParseRecord is the record that a journal has as entry. Its Data are part of that.
func ParseRecord(entry []byte) (Record, error) {
	var r Record
	err := r.parse(entry, nil)
	return r, err
}

// parse reads what appendTo has written. Strings that are in known come from there.
func (r *Record) parse(b []byte, known map[string]string) error {
	if len(b) < 2 || !Kind(b[0]).isKnown() || b[1] > 1 {
		return errNoRecord
	}
	*r = Record{Kind: Kind(b[0]), With: b[1] == 1}
	b = b[2:]
	when, n := binary.Varint(b)
	if n <= 0 {
		return errNoRecord
	}
	r.Time, b = time.Duration(when), b[n:]
	if r.N, n = binary.Uvarint(b); n <= 0 {
		return errNoRecord
	}
	b = b[n:]
	for _, s := range [...]*string{&r.Name, &r.Key, &r.Site} {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return errNoRecord
		}
		if size > 0 {
			text := b[n : n+int(size)]
			if was, ok := known[string(text)]; ok {
				*s = was
			} else {
				*s = string(text)
				if known != nil && s == &r.Name {
					known[*s] = *s
				}
			}
		}
		b = b[n+int(size):]
	}
	r.Data = b
	return nil
}
