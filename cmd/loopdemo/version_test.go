package main

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersion(t *testing.T) {
	want := `^loopdemo (devel\S*|v\d\S*) ` + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + "\n$"
	require.Regexp(t, want, succeed(t, "--version"))
}

func TestModuleVersion(t *testing.T) {
	vcs := func(revision, modified string) []debug.BuildSetting {
		return []debug.BuildSetting{
			{Key: "-buildmode", Value: "exe"},
			{Key: "vcs", Value: "git"},
			{Key: "vcs.revision", Value: revision},
			{Key: "vcs.modified", Value: modified},
		}
	}
	const revision = "0123456789abcdef0123456789abcdef01234567"
	ours := func(version string) debug.Module { return debug.Module{Path: modulePath, Version: version} }
	elsewhere := func(m debug.Module) debug.BuildInfo {
		return debug.BuildInfo{
			Main:     debug.Module{Path: "example.com/mine", Version: "v9.9.9"},
			Deps:     []*debug.Module{{Path: "example.com/other", Version: "v8.8.8"}, &m},
			Settings: vcs(revision, "false"),
		}
	}
	replaced := func(by debug.Module) debug.Module {
		m := ours("v1.2.3")
		m.Replace = &by
		return m
	}
	tests := []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"installed", debug.BuildInfo{Main: ours("v1.2.3")}, "v1.2.3"},
		{"pseudo-version", debug.BuildInfo{Main: ours("v0.0.0-20260102030405-0123456789ab+dirty")},
			"v0.0.0-20260102030405-0123456789ab+dirty"},
		{"go run", debug.BuildInfo{Main: ours("(devel)")}, "devel"},
		{"no version", debug.BuildInfo{Main: ours("")}, "devel"},
		{"clone", debug.BuildInfo{Main: ours("(devel)"), Settings: vcs(revision, "false")}, "devel-0123456789ab"},
		{"changed clone", debug.BuildInfo{Main: ours("(devel)"), Settings: vcs(revision, "true")},
			"devel-0123456789ab+dirty"},
		{"short revision", debug.BuildInfo{Main: ours("(devel)"), Settings: vcs("7", "false")}, "devel-7"},
		{"no revision", debug.BuildInfo{Main: ours("(devel)"), Settings: vcs("", "true")}, "devel"},
		{"from another module", elsewhere(ours("v1.2.3")), "v1.2.3"},
		{"replaced by a directory", elsewhere(replaced(debug.Module{Path: "../ouro"})), "devel"},
		{"replaced by a fork", elsewhere(replaced(debug.Module{Path: "example.com/fork", Version: "v1.2.4"})), "v1.2.4"},
		{"not among them", debug.BuildInfo{Main: debug.Module{Path: "example.com/mine", Version: "v9.9.9"}}, "unknown"},
		{"nothing known", debug.BuildInfo{}, "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, moduleVersion(&tt.info))
		})
	}
}
