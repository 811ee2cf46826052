package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/nearest"
)

// choose gives the programs with these names, or all demos. The error names every one
// that there is not.
func choose(names []string, all bool) ([]demos.Demo, error) {
	switch {
	case all && len(names) > 0:
		return nil, errors.New("run takes names or --all, not both")
	case all:
		return demos.All(), nil
	case len(names) == 0:
		return nil, errors.New("run takes the names of demos, or --all; see loopdemo list")
	}
	var chosen []demos.Demo
	var unknown []error
	for _, name := range names {
		programs := named(name)
		if programs == nil {
			help := nearest.DidYouMean(nearest.Name(name, programNames()), "see loopdemo list and loopdemo museum")
			unknown = append(unknown, fmt.Errorf("unknown demo %q%s", name, help))
			continue
		}
		chosen = append(chosen, programs...)
	}
	if unknown != nil {
		return nil, errors.Join(unknown...)
	}
	return chosen, nil
}

// named are the programs that a name stands for: a demo, a program of an exhibit, or both
// of them for the exhibit's own name. There are none if it is unknown.
func named(name string) []demos.Demo {
	for _, d := range demos.All() {
		if d.Name == name {
			return []demos.Demo{d}
		}
	}
	for _, e := range museum.All() {
		switch name {
		case e.Slug:
			return []demos.Demo{e.TrapProgram, e.CureProgram}
		case e.TrapProgram.Name:
			return []demos.Demo{e.TrapProgram}
		case e.CureProgram.Name:
			return []demos.Demo{e.CureProgram}
		}
	}
	return nil
}

// programNames are all names that stand for programs: those of the demos first.
func programNames() []string {
	names := namesOf(demos.All())
	for _, e := range museum.All() {
		names = append(names, e.Slug, e.TrapProgram.Name, e.CureProgram.Name)
	}
	return names
}

func namesOf(ds []demos.Demo) []string {
	names := make([]string, len(ds))
	for i, d := range ds {
		names[i] = d.Name
	}
	return names
}

// completePrograms are the names that stand for one program.
func completePrograms(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names := namesOf(demos.All())
	for _, e := range museum.All() {
		names = append(names, e.TrapProgram.Name, e.CureProgram.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func completeNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return programNames(), cobra.ShellCompDirectiveNoFileComp
}
