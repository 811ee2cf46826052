package main

import (
	"fmt"
	"io"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
)

const tourBegin = `Loopdemo runs the programs of asyncio's tutorials on ouro, an event loop for Go
with asyncio's semantics. They print what they print in Python.

The demos, and what each of them is about in asyncio:

`

const tourEnd = `
Try:

  loopdemo run hello                    the first of them
  loopdemo show concurrent              its source in Go, and in Python
  loopdemo show wait --runnable         a program to take home, and to change
  loopdemo run gather-tasks --virtual   ten seconds of virtual time, at once
  loopdemo run wait --seed 7            chance, repeatable
  loopdemo run dining                   a deadlock, and who waits for whom
  loopdemo run --all --virtual          everything, in two seconds
  loopdemo run gather-tasks --trace     and what the loop does meanwhile
  loopdemo explain gather-tasks         what happens in its run, and why now
  loopdemo timeline producer-consumer   a picture of a run, a lane for each task
  loopdemo trace hello --virtual        all that happens on the loop
  loopdemo museum                       traps of asyncio, each with its cure
  loopdemo run lost-result              one of them: the trap, and the cure
  loopdemo serve                        every demo step by step, in a browser

In a clone of the repository, loopdemo is: go run ./cmd/loopdemo
`

func printTour(w io.Writer) {
	fmt.Fprint(w, tourBegin)
	printList(w, "  ")
	fmt.Fprint(w, tourEnd)
}

// printList prints a line for each demo, behind an indent.
func printList(w io.Writer, indent string) {
	var names, topics []string
	for _, d := range demos.All() {
		names = append(names, d.Name)
		topics = append(topics, d.Topic)
	}
	nameWidth, topicWidth := longest(names), longest(topics)
	for _, d := range demos.All() {
		fmt.Fprintf(w, "%s%-*s  %-*s  %s\n", indent, nameWidth, d.Name, topicWidth, d.Topic, d.About)
	}
}
