package looptest

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// The flags can be given in the environment as well: LOOPTEST_RUNS for -looptest.runs. A flag of
// a package that does not know it fails its tests, and go test runs those of many packages.
var (
	scheduleFlag = flag.String("looptest.schedule", "", "run only the schedule that a failure has printed")
	runsFlag     = flag.Int("looptest.runs", 0, "try `n` schedules at most, in place of what the test says")
	timeFlag     = flag.Duration("looptest.time", 0, "try schedules for so `long`, in place of what the test says")
	randomFlag   = flag.Bool("looptest.random", false, "try random schedules alone, without those that are tried in order first")
	seedFlag     = flag.String("looptest.seed", "", "begin random schedules at `n`, or at another one each time with now")
)

// given is the value of a flag, or of its environment variable, "" for neither.
func given(name, flag string) string {
	if flag != "" {
		return flag
	}
	return os.Getenv("LOOPTEST_" + strings.ToUpper(name))
}

func (o *options) setFlags() {
	runs, within := "", ""
	if *runsFlag != 0 {
		runs = strconv.Itoa(*runsFlag)
	}
	if *timeFlag != 0 {
		within = timeFlag.String()
	}
	if text := given("runs", runs); text != "" {
		n, err := strconv.Atoi(text)
		mustBeFlag("runs", text, "a number of schedules, such as 100000", err == nil && n > 0)
		o.runs = n
	}
	if text := given("time", within); text != "" {
		d, err := time.ParseDuration(text)
		mustBeFlag("time", text, "a time, such as 30s", err == nil && d > 0)
		o.within = d
	}
	random := ""
	if *randomFlag {
		random = "true"
	}
	if text := given("random", random); text != "" {
		b, err := strconv.ParseBool(text)
		mustBeFlag("random", text, "true or false", err == nil)
		o.random = b
	}
	switch text := given("seed", *seedFlag); text {
	case "":
	case "now":
		o.seed = uint64(time.Now().UnixNano())
	default:
		n, err := strconv.ParseUint(text, 10, 64)
		mustBeFlag("seed", text, "a number, or now", err == nil)
		o.seed = n
	}
}

func mustBeFlag(name, text, want string, ok bool) {
	if !ok {
		panic(fmt.Sprintf("looptest: %q for -looptest.%s or LOOPTEST_%s, which is to be %s",
			text, name, strings.ToUpper(name), want))
	}
}

// givenSchedule is that of the flag, with which of the explorations of a test it is for, from 1 on.
func givenSchedule() (text string, which int, ok bool) {
	text = given("schedule", *scheduleFlag)
	if text == "" {
		return "", 0, false
	}
	which = 1
	if rest, numbered := strings.CutPrefix(text, "#"); numbered {
		number, after, _ := strings.Cut(rest, ":")
		n, err := strconv.Atoi(number)
		mustBeFlag("schedule", text, "a schedule as it was printed, such as #2:t3/2=1", err == nil && n > 0)
		which, text = n, after
	}
	return text, which, true
}
