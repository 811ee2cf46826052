package renew

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned"
)

//go:embed record.py
var recorder string

// ErrNoPython is returned by FindPython.
var ErrNoPython = errors.New("renew: there is no CPython 3.13 or later")

const isRecent = "import sys; sys.exit(sys.version_info < (3, 13) or sys.implementation.name != 'cpython')"

// FindPython is the path of a CPython that can record runs: 3.13 or a later one.
func FindPython() (string, error) {
	for _, name := range []string{"python3.13", "python3", "python3.14", "python3.15", "python"} {
		path, err := exec.LookPath(name)
		if err == nil && exec.Command(path, "-I", "-c", isRecent).Run() == nil {
			return path, nil
		}
	}
	return "", ErrNoPython
}

// InPython are the events of the run of a program in Python, which draws these random
// numbers.
func InPython(python, program string, numbers []float64) ([]aligned.Event, error) {
	if numbers == nil {
		numbers = []float64{}
	}
	input, err := json.Marshal(numbers)
	if err != nil {
		return nil, err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(python, "-I", "-c", recorder, program)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("renew: recording %s: %w\n%s", program, err, strings.TrimSpace(stderr.String()))
	}
	return readEvents(&stdout)
}

// readEvents reads what record.py has written.
func readEvents(r io.Reader) ([]aligned.Event, error) {
	var events []aligned.Event
	for d := json.NewDecoder(r); ; {
		var e aligned.Event
		switch err := d.Decode(&e); {
		case err == io.EOF:
			return events, nil
		case err != nil:
			return nil, fmt.Errorf("renew: what Python has recorded: %w", err)
		}
		events = append(events, e)
	}
}
