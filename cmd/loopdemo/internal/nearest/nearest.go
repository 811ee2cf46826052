// Package nearest finds which name was meant by a wrong one.
package nearest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// shortestPart is how long what is only a part of a name must be to stand for it.
const shortestPart = 3

// Name is the one of names that was most likely meant by name: of those that
// have it as a part, or else of those that it could be a slip of, the one that
// differs least. Without any it is "".
func Name(name string, names []string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	isPart := func(n string) bool {
		return utf8.RuneCountInString(name) >= shortestPart && strings.Contains(n, name)
	}
	candidates := selected(names, isPart)
	if candidates == nil {
		candidates = selected(names, func(n string) bool { return isSlip(name, n) })
	}
	if candidates == nil {
		return ""
	}
	return slices.MinFunc(candidates, func(a, b string) int {
		return cmp.Compare(edits(name, a), edits(name, b))
	})
}

func selected(names []string, wanted func(string) bool) []string {
	var chosen []string
	for _, n := range names {
		if wanted(n) {
			chosen = append(chosen, n)
		}
	}
	return chosen
}

// isSlip reports whether name could be a mistyped n: at most one character in three
// is wrong.
func isSlip(name, n string) bool {
	length := utf8.RuneCountInString(n)
	if utf8.RuneCountInString(name) > 2*length { // all that is too much is wrong, and edits takes its time
		return false
	}
	return 3*edits(name, n) <= length
}

// DidYouMean is the end of a message about a wrong name: the suggestion, or if there
// is none what else helps.
func DidYouMean(suggestion, otherwise string) string {
	if suggestion == "" {
		return "; " + otherwise
	}
	return fmt.Sprintf(": did you mean %q?", suggestion)
}

// edits is how many characters have to be inserted, deleted, replaced, or exchanged
// with their neighbor, to make b of a.
func edits(a, b string) int {
	from, to := []rune(a), []rune(b)
	// Three rows of the usual table: of the last two characters of from, and of
	// the one before them, for the exchanges.
	var older []int
	last := make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i := range from {
		row := make([]int, len(to)+1)
		row[0] = i + 1
		for j := range to {
			replace := last[j]
			if from[i] != to[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
		older, last = last, row
	}
	return last[len(to)]
}
