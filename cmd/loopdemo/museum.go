package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/nearest"
)

func newMuseum(terminal *os.File) *cobra.Command {
	width := number{largest: math.MaxUint16}
	cmd := &cobra.Command{
		Use:   "museum [NAME]",
		Short: "List the traps of asyncio, or tell of one",
		Example: `  loopdemo museum
  loopdemo museum lost-result
  loopdemo run lost-result`,
		ValidArgsFunction: completeExhibits,
		RunE: func(cmd *cobra.Command, names []string) error {
			columns := int(width.value)
			if columns == 0 {
				columns = terminalWidth(terminal)
			}
			switch len(names) {
			case 0:
				printMuseum(cmd.OutOrStdout(), columns)
				return nil
			case 1:
				e, err := chooseExhibit(names[0])
				if err != nil {
					return err
				}
				printExhibit(cmd.OutOrStdout(), e, columns)
				return nil
			}
			return errors.New("museum takes the name of one exhibit, or none; see loopdemo museum")
		},
	}
	cmd.Flags().Var(&width, "width", "`columns` there are (default: those of the terminal)")
	return cmd
}

// chooseExhibit gives the exhibit with this name, or that of one of its programs.
func chooseExhibit(name string) (museum.Exhibit, error) {
	all := museum.All()
	i := slices.IndexFunc(all, func(e museum.Exhibit) bool {
		return name == e.Slug || name == e.TrapProgram.Name || name == e.CureProgram.Name
	})
	if i < 0 {
		known := slugsOf(all)
		for _, e := range all {
			known = append(known, e.TrapProgram.Name, e.CureProgram.Name)
		}
		help := nearest.DidYouMean(nearest.Name(name, known), "see loopdemo museum")
		return museum.Exhibit{}, fmt.Errorf("unknown exhibit %q%s", name, help)
	}
	return all[i], nil
}

func slugsOf(es []museum.Exhibit) []string {
	slugs := make([]string, len(es))
	for i, e := range es {
		slugs[i] = e.Slug
	}
	return slugs
}

func completeExhibits(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return slugsOf(museum.All()), cobra.ShellCompDirectiveNoFileComp
}

// textWidth is how wide a text is at most, however wide the terminal is: longer lines are
// hard to read.
const textWidth = 80

// printMuseum prints a line for each exhibit, or where columns are not enough for that its
// name and, below, its title.
func printMuseum(w io.Writer, columns int) {
	const gap = "  "
	all := museum.All()
	var titles []string
	for _, e := range all {
		titles = append(titles, e.Title)
	}
	nameWidth := longest(slugsOf(all))
	inOneLine := nameWidth+len(gap)+longest(titles) <= columns
	for _, e := range all {
		if inOneLine {
			fmt.Fprintf(w, "%-*s%s%s\n", nameWidth, e.Slug, gap, e.Title)
			continue
		}
		fmt.Fprintln(w, e.Slug)
		printLines(w, wrap(e.Title, gap, columns))
	}
	fmt.Fprintln(w, "\nTo read one:\n"+gap+"loopdemo museum "+all[0].Slug)
}

// printExhibit prints the texts of an exhibit, what other versions of Python print, and
// which commands run it.
func printExhibit(w io.Writer, e museum.Exhibit, columns int) {
	columns = min(columns, textWidth)
	const indent = "  "
	title := wrap(e.Title, "", columns)
	printLines(w, title)
	fmt.Fprintln(w, strings.Repeat("-", longest(title)))

	for _, part := range []struct{ heading, text string }{
		{"What you expect", e.Expect},
		{"What happens", e.Happens},
		{"Why", e.Why},
		{"The cure", e.Cure},
		{"In Go, with ouro", e.Here},
	} {
		fmt.Fprintln(w, "\n"+part.heading)
		printLines(w, wrap(part.text, indent, columns))
	}
	for _, old := range olderOutputs(e) {
		fmt.Fprintln(w, "\nThe trap in Python "+strings.Join(old.pythons, " and "))
		for line := range strings.Lines(old.output) {
			fmt.Fprint(w, indent+line)
		}
	}

	fmt.Fprintln(w, "\nTo run it, and to see the sources")
	for _, command := range []string{"run " + e.Slug, "show " + e.TrapProgram.Name, "show " + e.CureProgram.Name} {
		fmt.Fprintln(w, indent+"loopdemo "+command)
	}

	fmt.Fprintln(w, "\nTo read on")
	for _, ref := range e.Refs {
		printLines(w, wrap(ref.Text, indent, columns))
		fmt.Fprintln(w, indent+ref.URL) // in one piece, however long
	}
}

// older is what versions of Python before the latest print.
type older struct {
	pythons []string
	output  string
}

// olderOutputs are the other outputs of an exhibit's trap, the oldest first.
func olderOutputs(e museum.Exhibit) []older {
	var all []older
	for _, v := range e.Versions[:len(e.Versions)-1] {
		if last := len(all) - 1; last >= 0 && all[last].output == v.Trap {
			all[last].pythons = append(all[last].pythons, v.Python)
			continue
		}
		all = append(all, older{[]string{v.Python}, v.Trap})
	}
	return all
}

func printLines(w io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
}
