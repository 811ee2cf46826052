package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/trace/explain"
)

// chooseOne gives the program with the name that a command takes.
func chooseOne(command string, names []string) (demos.Demo, error) {
	if len(names) != 1 {
		return demos.Demo{}, fmt.Errorf("%s takes the name of one demo, or of a program of an exhibit; see loopdemo list and loopdemo museum", command)
	}
	chosen, err := choose(names, false)
	if err != nil {
		return demos.Demo{}, err
	}
	if len(chosen) > 1 {
		return demos.Demo{}, fmt.Errorf("%s takes one program: %s", command, strings.Join(namesOf(chosen), " or "))
	}
	return chosen[0], nil
}

// storyOf is the story of a program's run in virtual time, which is recorded with it.
func storyOf(d demos.Demo) (*explain.Story, error) {
	recorded, err := aligned.Load(d.Name)
	if err != nil {
		return nil, &demoError{name: d.Name, err: err}
	}
	return recorded.Story(), nil
}

// tellStory writes something of the story of the program with that name.
func tellStory(w io.Writer, command string, names []string, write func(s *explain.Story, w io.Writer) error) error {
	d, err := chooseOne(command, names)
	if err != nil {
		return err
	}
	s, err := storyOf(d)
	if err != nil {
		return err
	}
	if err := write(s, w); err != nil {
		return &outputError{err}
	}
	return nil
}
