// Package schedule has the schedules of package looptest as text: what was chosen in a run, where
// that was not the usual.
package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is what a choice is about. It is the letter that stands for it in the text of a schedule.
type Kind byte

const (
	Tie   Kind = 't' // which of the timers with one deadline is next, or that the rest comes too late
	Slow  Kind = 's' // whether time goes on while something is ready
	InSet Kind = 'w' // which of a set is next
	Delay Kind = 'd' // a time in a range that the test gives; what is picked is in nanoseconds
	Own   Kind = 'c' // the test's own choice
	Queue Kind = 'q' // which of what is ready is next, out of turn
	Job   Kind = 'j' // which of the jobs ends in the middle of a step, after none of them

	// These are no choices but what is done to a task, see Departure.
	Cancel Kind = 'x' // it is canceled
	Expire Kind = 'o' // the time for its wait is over
	Fail   Kind = 'e' // what it waits for fails
)

var names = map[Kind]string{
	Tie:   "an order of timers",
	Slow:  "a time that steps take",
	InSet: "an order of a set",
	Delay: "a delay",
	Own:   "a choice of the test",
	Queue: "a turn in the ready queue",
	Job:   "the end of a job",

	Cancel: "a cancellation",
	Expire: "a timeout",
	Fail:   "a failure",
}

// Injects reports whether k is no choice, but done to a task.
func (k Kind) Injects() bool { return k == Cancel || k == Expire || k == Fail }

// The moments at which something is done to a task, as they stand in a Departure's Pick.
const (
	First  = iota // before its first step; the wait is 0
	AtOnce        // as soon as it waits
	Woken         // when it was woken, and has yet to run
)

// moments are the letters that stand for them.
const moments = "faw"

// String is the kind in words.
func (k Kind) String() string {
	if name, ok := names[k]; ok {
		return name
	}
	return fmt.Sprintf("a %q", byte(k))
}

// A Departure is a choice that was not the usual one, which is 0, or the least delay. Where the kind
// Injects, At is which task it is done to, in order of creation from 1 on, N in which of its waits,
// and Pick at which moment of that.
type Departure struct {
	At   int // which choice of the run it is, from 0 on
	Kind Kind
	N    int // how many alternatives there were; 0 for a Delay
	Pick int64
}

// A Schedule is what a run departs from the usual in, in order.
type Schedule []Departure

// String is the text of s, such as "t3/2=1.d20=8ms", and "default" for none.
func (s Schedule) String() string {
	if len(s) == 0 {
		return "default"
	}
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = d.String()
	}
	return strings.Join(parts, ".")
}

// Injection is what is done to a task in s, which comes first.
func (s Schedule) Injection() (d Departure, ok bool) {
	if len(s) == 0 || !s[0].Kind.Injects() {
		return d, false
	}
	return s[0], true
}

// Choices are s without that.
func (s Schedule) Choices() Schedule {
	if _, ok := s.Injection(); ok {
		return s[1:]
	}
	return s
}

func (d Departure) String() string {
	if d.Kind.Injects() {
		return fmt.Sprintf("%c%d/%d%c", d.Kind, d.At, d.N, moments[d.Pick])
	}
	if d.Kind == Delay {
		return fmt.Sprintf("%c%d=%v", d.Kind, d.At, durationText(d.Pick))
	}
	return fmt.Sprintf("%c%d/%d=%d", d.Kind, d.At, d.N, d.Pick)
}

// durationText has no point in it, which parts departures.
func durationText(ns int64) string {
	text := time.Duration(ns).String()
	if strings.Contains(text, ".") {
		return fmt.Sprintf("%dns", ns)
	}
	return text
}

// Parse is the schedule of a text.
func Parse(text string) (Schedule, error) {
	if text == "default" {
		return Schedule{}, nil
	}
	s := Schedule{}
	for _, part := range strings.Split(text, ".") {
		d, err := parseDeparture(part)
		if err != nil {
			return nil, fmt.Errorf("%q is no schedule: %w", text, err)
		}
		switch n := len(s); {
		case n == 0:
		case d.Kind.Injects():
			return nil, fmt.Errorf("%q is no schedule: %v is not the first of it", text, d)
		case !s[n-1].Kind.Injects() && s[n-1].At >= d.At:
			return nil, fmt.Errorf("%q is no schedule: choice %d comes after choice %d", text, d.At, s[n-1].At)
		}
		s = append(s, d)
	}
	return s, nil
}

func parseDeparture(text string) (d Departure, err error) {
	wrong := fmt.Errorf("%q is not like t3/2=1 or d20=8ms", text)
	if text == "" {
		return d, wrong
	}
	d.Kind = Kind(text[0])
	if _, ok := names[d.Kind]; !ok {
		return d, fmt.Errorf("%q is not a kind of choice that this version has", text[:1])
	}
	if d.Kind.Injects() {
		return parseInjection(d.Kind, text)
	}
	where, pick, ok := strings.Cut(text[1:], "=")
	if !ok {
		return d, wrong
	}
	if d.Kind == Delay {
		d.At, err = strconv.Atoi(where)
		delay, err2 := time.ParseDuration(pick)
		if err != nil || err2 != nil || d.At < 0 {
			return d, wrong
		}
		d.Pick = int64(delay)
		return d, nil
	}
	at, n, ok := strings.Cut(where, "/")
	if !ok {
		return d, wrong
	}
	for _, number := range []struct {
		text string
		is   *int
	}{{at, &d.At}, {n, &d.N}} {
		if *number.is, err = strconv.Atoi(number.text); err != nil || *number.is < 0 {
			return d, wrong
		}
	}
	if d.Pick, err = strconv.ParseInt(pick, 10, 64); err != nil {
		return d, wrong
	}
	if d.Pick < 0 || d.Pick >= int64(d.N) {
		return d, fmt.Errorf("%q picks %d of %d, which are counted from 0", text, d.Pick, d.N)
	}
	return d, nil
}

func parseInjection(kind Kind, text string) (d Departure, err error) {
	last := len(text) - 1
	task, wait, _ := strings.Cut(text[1:max(1, last)], "/")
	d = Departure{Kind: kind, Pick: int64(strings.IndexByte(moments, text[last]))}
	var err2 error
	d.At, err = strconv.Atoi(task)
	d.N, err2 = strconv.Atoi(wait)
	if err != nil || err2 != nil || d.Pick < 0 || d.At <= 0 || d.N < 0 || (d.N == 0) != (d.Pick == First) {
		return d, fmt.Errorf("%q is not like %c1/0f, %c1/2a or %c1/2w", text, kind, kind, kind)
	}
	return d, nil
}
