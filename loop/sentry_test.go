package loop

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A sentry tells of a stall once, not before the limit, and not before it has looked often
// enough: a process that was stopped for an hour has not been kept by the loop.
func TestSentry(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name  string
		looks []time.Duration // since the loop was asked
		want  []int           // the looks that tell of a stall
	}{
		{"on time", []time.Duration{25 * ms, 50 * ms, 75 * ms, 100 * ms, 125 * ms, time.Hour}, []int{3}},
		{"a little early", []time.Duration{24 * ms, 49 * ms, 74 * ms, 99 * ms, 124 * ms}, []int{4}},
		{"the process was stopped", []time.Duration{time.Hour, time.Hour + 25*ms, time.Hour + 50*ms}, nil},
		{"and the loop blocks all the same", []time.Duration{time.Hour, time.Hour + 25*ms, time.Hour + 50*ms, time.Hour + 75*ms}, []int{3}},
		{"looks that follow each other closely", []time.Duration{25 * ms, 25 * ms, 25 * ms, 25 * ms, 26 * ms}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			s := sentry{limit: 100 * ms}
			require.False(t, s.answered(), "there is no stall yet")
			for range 2 { // it begins anew with the next question
				s.asked(start)
				var got []int
				for i, since := range test.looks {
					if s.late(start.Add(since)) {
						got = append(got, i)
					}
				}
				require.Equal(t, test.want, got)
				require.Equal(t, len(test.want) > 0, s.answered())
				require.False(t, s.answered())
			}
		})
	}
}
