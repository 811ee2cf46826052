package oracle

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// EnvPython is the environment variable that names the Python to use.
const EnvPython = "OURO_PYTHON"

// pythons are the interpreters to look for, the reference first.
var pythons = []string{"python3.15", "python3.14", "python3.13"}

// Find returns the path of a CPython that an oracle can run on: the one that the environment variable OURO_PYTHON
// names, or else the first of python3.15, python3.14 and python3.13 in PATH that works.
func Find(ctx context.Context) (string, error) {
	if path := os.Getenv(EnvPython); path != "" {
		return path, nil
	}
	for _, name := range pythons {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		// A name in PATH may be a shim that leads nowhere.
		check := "import sys; sys.exit(sys.version_info < (3, 13))"
		if exec.CommandContext(ctx, path, "-c", check).Run() == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("none of %v in PATH works, and %s is not set", pythons, EnvPython)
}
