package loop

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WritePSTree writes who awaits whom: below each task those whose end it waits for. A task
// that nobody awaits, and that awaits none, is one line. Each task is shown once: where
// it is awaited by others too, and where tasks await each other in a circle, a line says that
// it stands above. What is more than thirty awaits deep is counted. The error is that of w.
//
// Semantics: python -m asyncio pstree, CPython 3.14, with the awaiting task on top as it has
// it.
func (s *Snapshot) WritePSTree(w io.Writer) error {
	t := newTree(s, bufio.NewWriter(w))
	s.writeHead(t.out)
	for i := range s.Tasks {
		if len(s.Tasks[i].AwaitedBy) == 0 {
			t.write(i)
		}
	}
	for i := range s.Tasks {
		if !t.shown[i] { // in a circle, or awaited by one
			t.write(i)
		}
	}
	s.writeFoot(t.out)
	return t.out.Flush()
}

// A tree is a pstree that is being written. Tasks are their indices in the snapshot.
type tree struct {
	*Snapshot
	out    *bufio.Writer
	awaits [][]int32 // whom each task awaits
	shown  []bool
}

func newTree(s *Snapshot, out *bufio.Writer) *tree {
	t := &tree{Snapshot: s, out: out, awaits: make([][]int32, len(s.Tasks)), shown: make([]bool, len(s.Tasks))}
	index := make(map[uint32]int, len(s.Tasks))
	for i := range s.Tasks {
		index[s.Tasks[i].ID] = i
	}
	for i := range s.Tasks {
		for _, by := range s.Tasks[i].AwaitedBy {
			if n, ok := index[by]; ok {
				t.awaits[n] = append(t.awaits[n], int32(i))
			}
		}
	}
	return t
}

const (
	maxDepth = 30 // awaits
	maxAbove = 5  // tasks below one that are shown elsewhere
)

// A treeLevel is a task whose branches are being written.
type treeLevel struct {
	branches []int32
	next     int
	indent   string
	above    int // branches that are shown elsewhere
}

// write writes a task and all below it, with a stack of its own.
func (t *tree) write(root int) {
	if t.isAlone(root) {
		fmt.Fprintf(t.out, "nobody awaits: %s\n", t.line(root))
		t.shown[root] = true
		return
	}
	fmt.Fprintln(t.out, t.line(root))
	t.shown[root] = true
	levels := []treeLevel{{branches: t.awaits[root]}}
	for len(levels) > 0 {
		at := &levels[len(levels)-1]
		if at.next == len(at.branches) {
			if more := at.above - maxAbove; more > 0 {
				fmt.Fprintf(t.out, "%s└─ and %d that are shown above\n", at.indent, more)
			}
			levels = levels[:len(levels)-1]
			continue
		}
		i := int(at.branches[at.next])
		at.next++
		branch, below := "├─ ", "│  "
		if at.next == len(at.branches) && at.above < maxAbove {
			branch, below = "└─ ", "   "
		}
		if t.shown[i] {
			if at.above++; at.above <= maxAbove {
				fmt.Fprintf(t.out, "%s%s%s  (above)\n", at.indent, branch, plain(t.Tasks[i].Name))
			}
			continue
		}
		fmt.Fprintf(t.out, "%s%s%s\n", at.indent, branch, t.line(i))
		t.shown[i] = true
		indent := at.indent + below
		switch {
		case len(t.awaits[i]) == 0:
		case len(levels) == maxDepth:
			if n := t.skip(i); n > 0 {
				fmt.Fprintf(t.out, "%s└─ and %d below\n", indent, n)
			}
		default:
			levels = append(levels, treeLevel{branches: t.awaits[i], indent: indent})
		}
	}
}

// skip takes all below a task as shown, and counts them.
func (t *tree) skip(i int) (n int) {
	left := []int32{int32(i)}
	for len(left) > 0 {
		last := len(left) - 1
		at := left[last]
		left = left[:last]
		for _, below := range t.awaits[at] {
			if !t.shown[below] {
				t.shown[below] = true
				n++
				left = append(left, below)
			}
		}
	}
	return n
}

// isAlone reports whether a task neither awaits another nor is awaited.
func (t *tree) isAlone(i int) bool {
	info := &t.Tasks[i]
	return len(t.awaits[i]) == 0 && len(info.AwaitedBy) == 0 && info.AwaitedFrom == ""
}

// line is a task as it stands in the tree.
func (t *tree) line(i int) string {
	info := &t.Tasks[i]
	parts := []string{plain(info.Name)}
	text := info.waits()
	if info.On == nil {
		if text = string(info.State); info.Place > 0 {
			text += ", " + info.waits()
		}
	} else if len(t.awaits[i]) == 0 && len(info.Holders) > 0 {
		text += ", held by " + info.heldBy()
	}
	if info.Since != nil {
		text += ", for " + info.duration(t.Time)
	}
	if len(info.CanceledBy) > 0 {
		text += ", canceled by " + t.cancelText(&info.CanceledBy[len(info.CanceledBy)-1])
	}
	if len(info.Timeouts) > 0 {
		text += ", under timeout, " + left(info.Timeouts[0]-t.Time) + " left"
	}
	parts = append(parts, text)
	if at := info.at(); at != "" {
		parts = append(parts, at)
	}
	return strings.Join(parts, "  ")
}
