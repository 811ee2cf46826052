package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// measureSleeps has programs sleep, of each contestant that can run here.
func (r *runner) measureSleeps(ctx context.Context, trials []trial) error {
	r.sleepers = min(r.sleepers, (descriptors()-spare)/2) // a Directory has two for each that is awake
	for _, c := range selected(r.only) {
		has := slices.ContainsFunc(trials, func(t trial) bool { return t.contestant == c })
		if !has || c.twin || r.sleepers == 0 {
			continue
		}
		r.progress("%d programs sleep: %s", r.sleepers, c.name)
		err := r.with(ctx, c, func(s system) error { return r.sleep(ctx, c, s) })
		if err != nil {
			return fmt.Errorf("%s, asleep: %w", c.name, err)
		}
	}
	return nil
}

// spare are descriptors for all else.
const spare = 500

// A sleep is how many bytes each of the programs takes that sleep.
type sleep struct {
	awake, atRest float64 // of memory, of this process; atRest is NaN if they cannot be put to rest
	disk          float64 // NaN if they are not on one
}

func (r *runner) sleep(ctx context.Context, c *contestant, s system) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	got := sleep{nan, nan, nan}
	each := func(bytes int64) float64 { return float64(bytes) / float64(r.sleepers) }
	empty, err := diskUsage(s.disk())
	if err != nil {
		return err
	}
	before := memory()
	err = s.sleep(ctx, r.sleepers, func(atRest bool) {
		if atRest {
			got.atRest = each(memory() - before)
		} else {
			got.awake = each(memory() - before)
		}
	})
	if err != nil {
		return err
	}
	if s.disk() != "" {
		full, err := diskUsage(s.disk())
		if err != nil {
			return err
		}
		got.disk = each(full - empty)
	}
	r.sleeps[c.name] = got
	return nil
}

// memory is what this process has in use, of which nothing is garbage.
func memory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// diskUsage is what the files below a directory take.
func diskUsage(dir string) (total int64, err error) {
	if dir == "" {
		return 0, nil
	}
	err = filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
		var info os.FileInfo
		if err == nil {
			info, err = entry.Info()
		}
		switch {
		case errors.Is(err, os.ErrNotExist): // it was there a moment ago
			return nil
		case err != nil:
			return err
		}
		total += blocks(info)
		return nil
	})
	return total, err
}
