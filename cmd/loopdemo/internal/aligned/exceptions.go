package aligned

import (
	"fmt"
	"strings"
)

// exception is what cannot be the same in both languages in a program.
type exception struct {
	// differs is why the runs differ from some step on. From there on a line in Python is
	// the one that is most like that in Go.
	differs string

	// says are printed lines in Python, by those in Go.
	says map[string]string

	// blocks are lines in Go and in Python that correspond, where a program does something
	// else in Python on purpose, so that the runs cannot be aligned. Each holds up to the
	// next in Go. They are whole lines, of which there is one in the file.
	blocks [][2]string
}

// noCounterpart are the callbacks that CPython has and this library does without.
var noCounterpart = map[string]bool{
	// The executor's future is told of a cancellation by another way.
	"_chain_future.<locals>._call_check_cancel": true,
}

const socketsDiffer = "What callbacks do with a socket in asyncio, tasks do here, and its network is simulated."

var exceptions = map[string]exception{
	// A type's name.
	"task-object": {says: map[string]string{
		"t: type *coro.Task[[]int]": "t: type <class '_asyncio.Task'>",
	}},

	// The traps that this library does not have.
	"forgotten-await/trap":  {differs: "Python warns of the coroutine."},
	"forgotten-wakeup/trap": {differs: "CallSoon from another goroutine is refused."},
	"group-of-one/trap":     {differs: "errors.Is looks into a group."},
	"late-binding/trap":     {differs: "Each round of a loop has a variable of its own."},
	"nested-run/trap":       {differs: "The error has another text."},
	"silent-failure/trap":   {differs: "An error that nobody looked at is told of before the loop is closed."},
	"vanishing-task/trap":   {differs: "The loop holds its tasks."},

	// Other reasons.

	"blocking-the-loop/trap":   {differs: "An alarm that is taken back when it is due already still has its turn, and does nothing."},
	"busy-waiting/trap":        {differs: "It never ends in virtual time; only the limits differ."},
	"finally-interrupted/cure": {differs: "Shield has a callback more from CPython 3.14 on."},
	"shield-orphan/cure":       {differs: "Shield has a callback more from CPython 3.14 on."},
	"shield-orphan/trap":       {differs: "Shield has a callback more from CPython 3.14 on."},
	"generator-cleanup/trap":   {differs: "The collector of Go comes later."},
	"chat":                     {differs: socketsDiffer},
	"echo":                     {differs: socketsDiffer},
	"http":                     {differs: socketsDiffer},
	"waiting-for-oneself/trap": {differs: "A future of another thread hears of its task in other entries."},

	// Asyncio does not notice a deadlock: it loses patience instead, in the same run.
	"dining": {blocks: [][2]string{
		{
			`	names := []string{"Aristotle", "Kant", "Spinoza", "Marx", "Russell"}`,
			`names = ["Aristotle", "Kant", "Spinoza", "Marx", "Russell"]`,
		},
		{`	dine := func(co *coro.Co, first, second *locks.Lock) error {`, `async def dine(name, first, second):`},
		{`		return first.With(co, func() error {`, `    async with first:`},
		{
			`			if err := coro.Sleep(co, 100*time.Millisecond); err != nil {`,
			`        await asyncio.sleep(0.1)`,
		},
		{`			return second.With(co, func() error {`, `        async with second:`},
		{`				fmt.Println(co.Name(), "eats")`, `            print(name, "eats")`},
		{`				return coro.Sleep(co, 100*time.Millisecond)`, `            await asyncio.sleep(0.1)`},
		{`	dinner := func(co *coro.Co, ordered bool) error {`, `async def dinner(ordered):`},
		{`		forks := make([]locks.Lock, len(names))`, `    forks = [asyncio.Lock() for _ in names]`},
		{
			`		return coro.Group(co, func(g *coro.TaskGroup) error {`,
			`    async with asyncio.TaskGroup() as g:`,
		},
		{`			for i, name := range names {`, `        for i, name in enumerate(names):`},
		{
			`				first, second := i, (i+1)%len(forks)`,
			`            first, second = i, (i + 1) % len(forks)`,
		},
		{`				if ordered {`, `            if ordered:`},
		{
			`					first, second = min(first, second), max(first, second)`,
			`                first, second = sorted([first, second])`,
		},
		{
			`				philosopher := coro.Do2(dine, &forks[first], &forks[second])`,
			`            g.create_task(dine(name, forks[first], forks[second]))`,
		},
		{`			return nil`, `    async with asyncio.TaskGroup() as g:`},
		{`	fmt.Println("The left fork first:")`, `    print("The left fork first:")`},
		{
			`	told := loop.OnException(func(*loop.Loop, future.ErrorContext) {}) // below`,
			`        await asyncio.wait_for(dinner(ordered=False), timeout=1)`,
		},
		{
			`	fmt.Println("Deadlock!")`,
			`        print("Nobody has eaten, and nobody can say why.")`,
		},
		{`	fmt.Println("The lower number first:")`, `    print("The lower number first:")`},
		{`	_, err = loop.Run(coro.Do1(dinner, true), opts...)`, `    await dinner(ordered=True)`},
	}},
}

// inBlocks gives each event the line in Python by the blocks of a program.
func inBlocks(inGo []Event, blocks [][2]string, goText, pythonText string) ([]int, error) {
	begins := map[int]int{} // the line in Python, by that in Go
	for _, b := range blocks {
		goLine, err := lineNumber(goText, b[0])
		if err != nil {
			return nil, err
		}
		if begins[goLine], err = lineNumber(pythonText, b[1]); err != nil {
			return nil, err
		}
	}
	lines := make([]int, len(inGo))
	for i, e := range inGo {
		for line := e.Line; line > 0 && lines[i] == 0; line-- {
			lines[i] = begins[line]
		}
	}
	return lines, nil
}

// lineNumber is the number of the line in a text, which must have it once.
func lineNumber(text, line string) (int, error) {
	number, n := 0, 0
	for l := range strings.SplitSeq(text, "\n") {
		n++
		if l != line {
			continue
		}
		if number != 0 {
			return 0, fmt.Errorf("aligned: lines %d and %d are both %q: see exceptions.go", number, n, line)
		}
		number = n
	}
	if number == 0 {
		return 0, fmt.Errorf("aligned: no line is %q: see exceptions.go", line)
	}
	return number, nil
}
