package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/nearest"
	"github.com/ouro-loop/ouro/loop"
)

// newRoot makes the command. Demos print to the standard output of the process, as
// the programs they are; so does everything else here. It is read on terminal, whose
// width decides how show prints.
func newRoot(terminal *os.File) *cobra.Command {
	root := &cobra.Command{
		Use:     "loopdemo",
		Short:   "asyncio's tutorials, run in Go",
		Version: version(),
		Args:    noSuchCommand,
		Run: func(cmd *cobra.Command, _ []string) {
			printTour(cmd.OutOrStdout())
		},
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(newList(), newRun(terminal), newShow(terminal), newMuseum(terminal),
		newExplain(terminal), newTimeline(terminal), newTrace(), newServe(), newExport(), newPS(), newPSTree())
	root.SetFlagErrorFunc(explainFlag)
	root.SetHelpCommand(newHelp())
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	return root
}

func newList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the demos",
		Args:  cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			printList(cmd.OutOrStdout(), "")
		},
	}
}

func newRun(terminal *os.File) *cobra.Command {
	look := newLook(terminal)
	var all, virtual, ticked bool
	seed := number{largest: math.MaxUint64}
	cmd := &cobra.Command{
		Use:   "run NAME... | --all",
		Short: "Run demos, or the programs of an exhibit",
		Example: `  loopdemo run hello
  loopdemo run lost-result/trap
  loopdemo run gather-tasks --virtual
  loopdemo run gather-tasks --trace
  loopdemo run --all --virtual`,
		ValidArgsFunction: completeNames,
		RunE: func(cmd *cobra.Command, names []string) error {
			chosen, err := choose(names, all)
			if err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			run := runPlainly
			switch {
			case ticked:
				run = (&ticks{w: w, width: look.textWidth(), options: look.options()}).run
			case cmd.Flags().Changed("width"), cmd.Flags().Changed("color"):
				return errors.New("run takes --width and --color only with --trace")
			}
			return runDemos(w, chosen, seedOf(cmd, seed, virtual), clockOf(virtual), run)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "run every demo")
	cmd.Flags().BoolVar(&ticked, "trace", false,
		"show each iteration of the loop beside what is printed:\nwho runs, and why")
	addClock(cmd, &virtual, &seed)
	look.addFlags(cmd)
	return cmd
}

// addClock adds the flags of a command that runs programs.
func addClock(cmd *cobra.Command, virtual *bool, seed *number) {
	cmd.Flags().BoolVar(virtual, "virtual", false,
		"virtual time: begin at 00:00:00, and never wait for a timer")
	cmd.Flags().Var(seed, "seed",
		"`number` that decides the random demos (default: 1 with\n--virtual, and otherwise a different one each time)")
}

// seedOf is the seed that was given to a command, or another one.
func seedOf(cmd *cobra.Command, seed number, virtual bool) uint64 {
	switch {
	case cmd.Flags().Changed("seed"):
		return seed.value
	case virtual:
		return 1
	}
	return rand.Uint64()
}

func newShow(terminal *os.File) *cobra.Command {
	var program bool
	width := number{largest: math.MaxUint16} // as the system counts a terminal's columns
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Show a demo's source, and the same program in Python",
		Example: `  loopdemo show gather
  loopdemo show lost-result/cure
  loopdemo show gather --runnable > main.go`,
		ValidArgsFunction: completeNames,
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) != 1 {
				return errors.New("show takes the name of one demo or exhibit; see loopdemo list and loopdemo museum")
			}
			chosen, err := choose(names, false)
			if err != nil {
				return err
			}
			if program {
				if cmd.Flags().Changed("width") {
					return errors.New("show takes --width or --runnable, not both")
				}
				if len(chosen) > 1 {
					return fmt.Errorf("show --runnable takes one program: %s", strings.Join(namesOf(chosen), " or "))
				}
				return showRunnable(cmd.OutOrStdout(), chosen[0])
			}
			columns := int(width.value)
			if columns == 0 {
				columns = terminalWidth(terminal)
			}
			return showDemos(cmd.OutOrStdout(), chosen, columns)
		},
	}
	cmd.Flags().BoolVar(&program, "runnable", false,
		"print only the Go, as a program that runs outside this\nrepository: with package main, and all it needs")
	cmd.Flags().Var(&width, "width",
		"`columns` there are: with enough of them the two stand side by\nside (default: those of the terminal)")
	return cmd
}

// newHelp is in place of cobra's, which takes any name.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, _, err := cmd.Root().Find(args)
			if err == nil && topic == cmd.Root() {
				err = noSuchCommand(topic, args)
			}
			if err != nil {
				return err
			}
			topic.InitDefaultHelpFlag() // which lists it
			return topic.Help()
		},
	}
}

// noSuchCommand refuses arguments that are no command of the root's. What looks
// more like the name of an exhibit or a program was probably meant to be told of or run.
func noSuchCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			known = append(known, c.Name())
		}
	}
	commands := len(known)
	known = append(known, programNames()...)
	suggestion := nearest.Name(args[0], known)
	switch {
	case slices.Contains(slugsOf(museum.All()), suggestion):
		suggestion = "museum " + suggestion
	case slices.Index(known, suggestion) >= commands:
		suggestion = "run " + suggestion
	}
	return fmt.Errorf("unknown command %q%s", args[0], nearest.DidYouMean(suggestion, "see loopdemo help"))
}

// runDemos runs one demo after the other, each with the random numbers of the same
// seed. If they are several, each has a heading.
func runDemos(w io.Writer, chosen []demos.Demo, seed uint64, opts []loop.Option, run runner) error {
	for i, d := range chosen {
		if len(chosen) > 1 {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintln(w, "==", d.Name)
		}
		if err := run(d, seed, opts); err != nil {
			return err
		}
	}
	return nil
}

// runner runs a program with random numbers of a seed.
type runner func(d demos.Demo, seed uint64, opts []loop.Option) error

// runPlainly has a program print what it prints.
func runPlainly(d demos.Demo, seed uint64, opts []loop.Option) error {
	random := rand.New(rand.NewPCG(seed, 0))
	if err := d.Run(random, opts...); err != nil {
		return &demoError{name: d.Name, err: err}
	}
	return nil
}
