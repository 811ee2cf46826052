package traces

import (
	"fmt"
	"strings"
)

// ChoiceOf is the outcome of a Choice entry: one of n alternatives was picked, of what is open.
func ChoiceOf(open string, pick, n int) string { return fmt.Sprintf("%s %d/%d", open, pick, n) }

// Picks are those that a trace tells of, in order.
func (t Trace) Picks() []int {
	picks := []int{}
	for i := range t {
		if t[i].I != Choice {
			continue
		}
		var pick int
		_, after, _ := strings.Cut(t[i].Outcome, " ")
		if _, err := fmt.Sscanf(after, "%d/", &pick); err == nil {
			picks = append(picks, pick)
		}
	}
	return picks
}
