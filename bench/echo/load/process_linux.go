package load

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cpu is what a process has used of the processors.
type cpu struct {
	time         time.Duration // by the scheduler, all threads that there are
	user, system float64       // the same in ticks, which tell how it is divided
}

func (c cpu) since(before cpu) cpu {
	return cpu{c.time - before.time, c.user - before.user, c.system - before.system}
}

func (c cpu) userShare() float64 {
	if c.user+c.system == 0 {
		return 0
	}
	return c.user / (c.user + c.system)
}

// cpuOf is what a process has used up to now; zero if there is none.
func cpuOf(pid int) (c cpu) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, task := range tasks {
		if fields := fieldsOf(task); len(fields) > 0 {
			ns, _ := strconv.ParseInt(fields[0], 10, 64)
			c.time += time.Duration(ns)
		}
	}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(text), ") ") // the name of the program is before that
	const user, system = 11, 12
	if fields := strings.Fields(rest); len(fields) > system {
		c.user, _ = strconv.ParseFloat(fields[user], 64)
		c.system, _ = strconv.ParseFloat(fields[system], 64)
	}
	return c
}

// residentBytes is how much of a process is in memory.
func residentBytes(pid int) int64 {
	const resident = 1
	fields := fieldsOf(fmt.Sprintf("/proc/%d/statm", pid))
	if len(fields) <= resident {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[resident], 10, 64)
	return pages * int64(os.Getpagesize())
}

func fieldsOf(file string) []string {
	text, _ := os.ReadFile(file)
	return strings.Fields(string(text))
}
