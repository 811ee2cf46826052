package main

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// modulePath is the module that loopdemo belongs to.
const modulePath = "github.com/ouro-loop/ouro"

// version tells what was built, and how: "v1.2.3 go1.26.0 linux/amd64".
func version() string {
	module := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		module = moduleVersion(info)
	}
	return strings.Join([]string{module, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}, " ")
}

// moduleVersion is the version of our module in a program: the main one, or one of
// those that another requires. Built from a directory it has none, and is "devel",
// with the commit if that is known.
func moduleVersion(info *debug.BuildInfo) string {
	if info.Main.Path == modulePath {
		if v := released(&info.Main); v != "" {
			return v
		}
		return "devel" + commit(info.Settings)
	}
	for _, m := range info.Deps {
		if m.Path != modulePath {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		if v := released(m); v != "" {
			return v
		}
		return "devel" // the settings are about the main module
	}
	return "unknown"
}

// released is a module's version, "" if it is a directory.
func released(m *debug.Module) string {
	if m.Version == "(devel)" {
		return ""
	}
	return m.Version
}

const shortCommit = 12 // characters of it, as in pseudo-versions

// commit is "-" and the commit, "+dirty" if there were changes; without one it is "".
func commit(settings []debug.BuildSetting) string {
	var revision, dirty string
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if revision == "" {
		return ""
	}
	return "-" + revision[:min(shortCommit, len(revision))] + dirty
}
