package future_test

import (
	"fmt"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A countdown is over when all the futures given to it are done.
type countdown struct {
	left  int
	links []future.Link
	over  func()
}

func newCountdown(over func(), fs ...future.Any) *countdown {
	c := &countdown{left: len(fs), links: make([]future.Link, len(fs)), over: over}
	for i, f := range fs {
		c.links[i].Init(c)
		f.Core().Attach(&c.links[i])
	}
	return c
}

// Run is called for each future that is done.
func (c *countdown) Run() {
	if c.left--; c.left == 0 {
		c.over()
	}
}

// What waits for many futures has its links to them in itself, so that waiting
// allocates nothing more, and can be given up without a search.
func ExampleLink() {
	l := loop.New()
	defer l.Close()

	name, age := loop.CreateFuture[string](l), loop.CreateFuture[int](l)
	newCountdown(func() {
		fmt.Println(name, age)
		l.Stop()
	}, name, age)
	_ = name.SetResult("Ada")
	_ = age.SetResult(36)
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output: <Future FINISHED result=Ada> <Future FINISHED result=36>
}
