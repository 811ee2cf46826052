// Game is a game with a main loop of its own: input, a turn of the world, a picture, 60 times a
// second. What moves are coroutines, on a loop whose virtual clock AdvanceTo moves by a frame at
// a time. So a game is the same on every machine: a frame that takes long makes it slow, and
// nothing else; a pause is a frame nobody asks for; a recording is the keys that were pressed.
//
//	go run ./examples/game          # each picture that is new
//	go run ./examples/game -watch   # at the speed of the game
//
// Try: the bomb ten frames later. Another guard: a coroutine more. A frame of 100 ms:
// everything happens when it did before, and is seen later.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

const frame, width, frames = 16 * time.Millisecond, 12, 120

// pressed are the keys that the player presses, and in which frame.
var pressed = map[int]string{5: "rr", 21: "b", 22: "ll", 65: "rrr"}

// A game is what the coroutines share. They are on one loop, so it needs no lock.
type game struct {
	keys  queues.Queue[rune]
	place map[rune]int // where what is: player @, guard G, bomb *, treasure $
	guard *coro.Task[coro.None]
	won   bool
}

// player obeys the keys, one in a tenth of a second.
func (g *game) player(co *coro.Co) error {
	for g.place['@'] = 0; ; {
		key, err := g.keys.Get(co)
		if err != nil {
			return err
		}
		switch key {
		case 'l':
			g.place['@'] = max(g.place['@']-1, 0)
		case 'r':
			g.place['@'] = min(g.place['@']+1, width-1)
		case 'b':
			coro.CreateTask(co, coro.Do1(g.bomb, g.place['@']))
		}
		treasure, ok := g.place['$']
		g.won = ok && treasure == g.place['@']
		if err := coro.Sleep(co, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// patrol is the guard, who goes to and fro until somebody cancels it.
func (g *game) patrol(co *coro.Co) error {
	defer func() { // the treasure stays
		g.place['$'] = g.place['G']
		delete(g.place, 'G')
	}()
	for n := 6; ; n++ {
		from := n % 12
		g.place['G'] = 3 + min(from, 12-from)
		if err := coro.Sleep(co, 150*time.Millisecond); err != nil {
			return err
		}
	}
}

// bomb burns for 600 ms, and cancels the guard if that is near then.
func (g *game) bomb(co *coro.Co, at int) error {
	g.place['*'] = at
	defer delete(g.place, '*')
	if err := coro.Sleep(co, 600*time.Millisecond); err != nil {
		return err
	}
	if guard, ok := g.place['G']; ok && max(guard-at, at-guard) <= 1 {
		g.guard.Cancel("bang")
	}
	return nil
}

func (g *game) picture() string {
	cells := []rune(strings.Repeat(".", width))
	for _, what := range "*$G@" { // what comes later is in front
		if at, ok := g.place[what]; ok {
			cells[at] = what
		}
	}
	return string(cells)
}

func play(watch bool) error {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()
	g := &game{place: map[rune]int{}}
	coro.CreateTask(l, coro.Do(g.player), coro.Quiet()) // the end of the game is its end
	g.guard = coro.CreateTask(l, coro.Do(g.patrol), coro.Quiet())
	last := ""
	for n := 0; n < frames && !g.won; n++ {
		for _, key := range pressed[n] { // 1. input
			_ = g.keys.PutNowait(key) // it has no limit
		}
		if err := l.AdvanceTo(time.Duration(n) * frame); err != nil { // 2. the world
			return err
		}
		if picture := g.picture(); picture != last { // 3. the picture
			fmt.Printf("frame %3d  %s\n", n, picture)
			last = picture
		}
		if watch {
			time.Sleep(frame) // stands for the screen's refresh
		}
	}
	fmt.Printf("after %v: won %v\n", l.Time(), g.won)
	return nil
}

func main() {
	if err := play(slices.Contains(os.Args, "-watch")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
