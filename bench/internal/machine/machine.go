// Package machine is where and with what measurements were made.
package machine

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// Machine is what a page says of it.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	System string `json:"system"`
	Go     string `json:"go"`
	Commit string `json:"commit"`
	Date   string `json:"date"`
}

// Here is this machine, with the repository at root.
func Here(ctx context.Context, root string) Machine {
	return Machine{
		CPU:    processor(),
		Cores:  runtime.NumCPU(),
		System: runtime.GOOS + "/" + runtime.GOARCH,
		Go:     runtime.Version(),
		Commit: commit(ctx, root),
		Date:   time.Now().UTC().Format(time.DateOnly),
	}
}

var modelName = regexp.MustCompile(`(?m)^model name\s*: (.*)$`)

// processor is its name, where Linux tells; package testing, which knows more systems, does not give it.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	if m := modelName.FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// commit names the commit, and says if there are changes to it.
func commit(ctx context.Context, root string) string {
	git := func(args ...string) string {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = root
		out, err := cmd.Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	commit := git("rev-parse", "--short=12", "HEAD")
	switch {
	case commit == "":
		return "unknown"
	case git("status", "--porcelain", "--untracked-files=no") != "":
		return commit + " with changes"
	}
	return commit
}
