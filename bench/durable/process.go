package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cpuOf is the processor time, user and system, that this process and some trees of others have taken.
func cpuOf(servers []int) (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	total := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	if len(servers) == 0 {
		return total, nil
	}
	all, err := processes()
	if err != nil {
		return 0, err
	}
	for _, pid := range tree(all, servers) {
		total += all[pid].cpu
	}
	return total, nil
}

// A process is what /proc tells of one.
type process struct {
	parent int
	cpu    time.Duration // with that of its children that have ended
}

// clockTick is the unit of /proc/pid/stat, on all systems that Go runs on.
const clockTick = time.Second / 100

func processes() (map[int]process, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		return nil, errors.Join(errors.New("there is no /proc to ask for the processor time of others"), err)
	}
	all := map[int]process{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		pid, p, err := parseStat(string(text))
		if err != nil {
			return nil, err
		}
		all[pid] = p
	}
	return all, nil
}

// parseStat reads the parent, and utime, stime, cutime and cstime, see proc(5).
func parseStat(text string) (pid int, p process, err error) {
	name := strings.LastIndexByte(text, ')') // which may have spaces, and brackets
	number, _, _ := strings.Cut(text, " ")
	fields := strings.Fields(text[name+1:])
	if name < 0 || len(fields) < 15 {
		return 0, p, fmt.Errorf("this is no line of /proc: %q", text)
	}
	if pid, err = strconv.Atoi(number); err != nil {
		return 0, p, err
	}
	if p.parent, err = strconv.Atoi(fields[1]); err != nil {
		return 0, p, err
	}
	for _, field := range fields[11:15] {
		ticks, err := strconv.Atoi(field)
		if err != nil {
			return 0, p, err
		}
		p.cpu += time.Duration(ticks) * clockTick
	}
	return pid, p, nil
}

// tree are processes, and all that descend from them.
func tree(all map[int]process, roots []int) []int {
	found := slices.Clone(roots)
	for i := 0; i < len(found); i++ {
		for pid, p := range all {
			if p.parent == found[i] {
				found = append(found, pid)
			}
		}
	}
	return found
}

// descriptors is how many this process may have, which are more if it is root's.
func descriptors() int {
	const many = 1 << 16
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return many
	}
	if limit.Cur < many {
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: many, Max: max(many, limit.Max)})
		_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
	return int(min(limit.Cur, 1<<20))
}

// blocks is how much a file takes on the disk.
func blocks(info os.FileInfo) int64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Blocks * 512
	}
	return info.Size()
}
