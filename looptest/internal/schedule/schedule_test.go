package schedule_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
)

func TestText(t *testing.T) {
	for text, want := range map[string]schedule.Schedule{
		"default": {},
		"t3/2=1":  {{At: 3, Kind: schedule.Tie, N: 2, Pick: 1}},
		"s0/2=1.w4/3=2.c17/10=9.d20=8ms": {
			{At: 0, Kind: schedule.Slow, N: 2, Pick: 1},
			{At: 4, Kind: schedule.InSet, N: 3, Pick: 2},
			{At: 17, Kind: schedule.Own, N: 10, Pick: 9},
			{At: 20, Kind: schedule.Delay, Pick: int64(8 * time.Millisecond)},
		},
		"d1=1500000ns.d2=1h0m0s": {
			{At: 1, Kind: schedule.Delay, Pick: int64(1500 * time.Microsecond)},
			{At: 2, Kind: schedule.Delay, Pick: int64(time.Hour)},
		},
		"x1/0f":  {{At: 1, Kind: schedule.Cancel, Pick: schedule.First}},
		"o12/3a": {{At: 12, Kind: schedule.Expire, N: 3, Pick: schedule.AtOnce}},
		"e1/10w": {{At: 1, Kind: schedule.Fail, N: 10, Pick: schedule.Woken}},
		"x9/1a.t3/2=1": {
			{At: 9, Kind: schedule.Cancel, N: 1, Pick: schedule.AtOnce},
			{At: 3, Kind: schedule.Tie, N: 2, Pick: 1},
		},
	} {
		got, err := schedule.Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, text, got.String())
	}
}

func TestWhatIsNoScheduleIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":              `"" is no schedule: "" is not like t3/2=1 or d20=8ms`,
		"t3/2=1.":       `"t3/2=1." is no schedule: "" is not like t3/2=1 or d20=8ms`,
		"t3/2":          `"t3/2" is no schedule: "t3/2" is not like t3/2=1 or d20=8ms`,
		"t3=1":          `"t3=1" is no schedule: "t3=1" is not like t3/2=1 or d20=8ms`,
		"tx/2=1":        `"tx/2=1" is no schedule: "tx/2=1" is not like t3/2=1 or d20=8ms`,
		"t-1/2=1":       `"t-1/2=1" is no schedule: "t-1/2=1" is not like t3/2=1 or d20=8ms`,
		"t1/2=x":        `"t1/2=x" is no schedule: "t1/2=x" is not like t3/2=1 or d20=8ms`,
		"d1=soon":       `"d1=soon" is no schedule: "d1=soon" is not like t3/2=1 or d20=8ms`,
		"t3/2=2":        `"t3/2=2" is no schedule: "t3/2=2" picks 2 of 2, which are counted from 0`,
		"z3/2=1":        `"z3/2=1" is no schedule: "z" is not a kind of choice that this version has`,
		"x":             `"x" is no schedule: "x" is not like x1/0f, x1/2a or x1/2w`,
		"x1/1":          `"x1/1" is no schedule: "x1/1" is not like x1/0f, x1/2a or x1/2w`,
		"x0/1a":         `"x0/1a" is no schedule: "x0/1a" is not like x1/0f, x1/2a or x1/2w`,
		"o1/1f":         `"o1/1f" is no schedule: "o1/1f" is not like o1/0f, o1/2a or o1/2w`,
		"e1/0w":         `"e1/0w" is no schedule: "e1/0w" is not like e1/0f, e1/2a or e1/2w`,
		"x1/-1w":        `"x1/-1w" is no schedule: "x1/-1w" is not like x1/0f, x1/2a or x1/2w`,
		"t3/2=1.x1/1w":  `"t3/2=1.x1/1w" is no schedule: x1/1w is not the first of it`,
		"x1/1w.x1/2w":   `"x1/1w.x1/2w" is no schedule: x1/2w is not the first of it`,
		"t3/2=1.t3/2=1": `"t3/2=1.t3/2=1" is no schedule: choice 3 comes after choice 3`,
	} {
		_, err := schedule.Parse(text)
		require.EqualError(t, err, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("s0/2=1.w4/3=2.c17/10=9.d20=8ms")
	f.Add("x3/2w.t3/2=1")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := schedule.Parse(text)
		if err != nil {
			return
		}
		again, err := schedule.Parse(s.String())
		require.NoError(t, err)
		require.Equal(t, s, again)
	})
}
