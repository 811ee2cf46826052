package main

import (
	"cmp"
	"slices"
	"strings"
)

// nearest is the one of names that was most likely meant by name: of those that
// have it as a part, or else of all, the one that differs least.
func nearest(name string, names []string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	var having []string
	for _, n := range names {
		if strings.Contains(n, name) {
			having = append(having, n)
		}
	}
	if having != nil {
		names = having
	}
	return slices.MinFunc(names, func(a, b string) int {
		return cmp.Compare(edits(name, a), edits(name, b))
	})
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
