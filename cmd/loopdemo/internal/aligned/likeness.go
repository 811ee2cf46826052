package aligned

import (
	"regexp"
	"strings"
)

// certain is the likeness of two lines at which the same has happened.
const certain = 1000

// likeness is how well a line in Go and one in Python correspond: from 0 to 100 by their
// words, and certain if the same has happened at both.
func (a *aligner) likeness(inGo, inPython int) int {
	if a.learned[inGo][inPython] {
		return certain
	}
	return a.wording[inGo][inPython]
}

// counterpart is the line in Python that corresponds best to one in Go, 0 if none does.
func (a *aligner) counterpart(inGo int) int {
	best, counterpart := 0, 0
	for line := range a.pythonLines {
		if l := a.likeness(inGo, line+1); l > best {
			best, counterpart = l, line+1
		}
	}
	return counterpart
}

// enoughAlike is the least likeness of words that counts.
const enoughAlike = 30

// compareWords says how alike the words of each line in Go and in Python are.
func compareWords(inGo, inPython []string) map[int]map[int]int {
	wording := map[int]map[int]int{}
	for i, g := range inGo {
		wording[i+1] = map[int]int{}
		g, _, _ = strings.Cut(g, "//ouro:") // which tells a tool about Go
		for j, p := range inPython {
			if strings.Contains(p, "def ") && !strings.Contains(g, "func(") {
				continue // what is about something is not its declaration
			}
			if l := alike(words(g), words(p)); l >= enoughAlike {
				wording[i+1][j+1] = l
			}
		}
	}
	return wording
}

// alike is the part of the words that both have, in percent.
func alike(a, b map[string]bool) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	common := 0
	for w := range a {
		if b[w] {
			common++
		}
	}
	return 100 * 2 * common / (len(a) + len(b))
}

var word = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+|[0-9]+`)

// noise are words that say little about what a line does.
var noise = map[string]bool{
	"asyncio": true, "async": true, "await": true, "def": true, "func": true, "coro": true, "co": true,
	"err": true, "error": true, "nil": true, "none": true, "if": true, "return": true, "string": true, "int": true,
}

// words are those of a line, in small letters: names of both languages have the same.
func words(line string) map[string]bool {
	set := map[string]bool{}
	for _, w := range word.FindAllString(line, -1) {
		if w = strings.ToLower(w); !noise[w] {
			set[w] = true
		}
	}
	return set
}
