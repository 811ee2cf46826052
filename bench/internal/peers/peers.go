// Package peers finds and builds the programs under bench/peers.
package peers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// CPython is an interpreter of 3.13 or later: that of OURO_PYTHON, or one in PATH.
func CPython(ctx context.Context) (string, error) {
	return findPython(ctx, "import sys; sys.exit(sys.version_info < (3, 13))",
		os.Getenv("OURO_PYTHON"), "python3.15", "python3.14", "python3.13", "python3")
}

// Uvloop is an interpreter that has uvloop: that of OURO_UVLOOP_PYTHON, or one in PATH, or the
// system's.
func Uvloop(ctx context.Context) (string, error) {
	return findPython(ctx, "import uvloop",
		os.Getenv("OURO_UVLOOP_PYTHON"), "python3.15", "python3.14", "python3.13", "python3", "/usr/bin/python3")
}

// findPython gives the first interpreter on which the check succeeds. A name in PATH
// may be a shim that leads nowhere, and may be empty.
func findPython(ctx context.Context, check string, names ...string) (string, error) {
	var tried []string
	for _, name := range names {
		if name == "" {
			continue
		}
		path, err := exec.LookPath(name)
		if err == nil && exec.CommandContext(ctx, path, "-c", check).Run() == nil {
			return path, nil
		}
		tried = append(tried, name)
	}
	return "", fmt.Errorf("%q succeeds with none of %s", check, strings.Join(tried, ", "))
}

// debianCrates is where Debian's librust packages are installed.
const debianCrates = "/usr/share/cargo/registry"

// BuildTokio builds a program of the crate in dir/tokio, below temp, and gives its path. The flags
// are cargo's.
func BuildTokio(ctx context.Context, dir, temp, program string, flags ...string) (string, error) {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		return "", err
	}
	// Of a copy: the versions that cargo writes down are those of this machine.
	source := filepath.Join(temp, "tokio")
	if err := os.CopyFS(source, os.DirFS(filepath.Join(dir, "tokio"))); err != nil {
		return "", err
	}
	if err := os.RemoveAll(filepath.Join(source, "Cargo.lock")); err != nil {
		return "", err
	}
	args := append([]string{"build", "--quiet", "--release", "--target-dir", filepath.Join(temp, "target"), "--bin", program}, flags...)
	if crates, _ := filepath.Glob(filepath.Join(debianCrates, "tokio-1*")); crates != nil {
		args = append(args, "--offline",
			"--config", `source.crates-io.replace-with="debian"`,
			"--config", `source.debian.directory="`+debianCrates+`"`)
	}
	cmd := exec.CommandContext(ctx, cargo, args...)
	cmd.Dir = source
	return filepath.Join(temp, "target", "release", program), Build(cmd)
}

// BuildC builds a program of one file, below temp, and gives its path.
func BuildC(ctx context.Context, source, temp string) (string, error) {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		return "", err
	}
	program := filepath.Join(temp, strings.TrimSuffix(filepath.Base(source), ".c")+"-c")
	return program, Build(exec.CommandContext(ctx, compiler, "-O2", "-Wall", "-o", program, source))
}

// Build runs a command that should print nothing, and makes what it prints part
// of the error.
func Build(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	const most = 3 // of them say what is wrong
	if len(lines) > most {
		lines = lines[len(lines)-most:]
	}
	return errors.Join(err, errors.New(strings.Join(lines, "\n")))
}
