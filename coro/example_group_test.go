package coro_test

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A group ends when all its tasks have ended.
func ExampleGroup() {
	work := func(co *coro.Co, name string, d time.Duration) error {
		if err := coro.Sleep(co, d); err != nil {
			return err
		}
		fmt.Println(name, "is done")
		return nil
	}
	main := func(co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do2(work, "a", 2*time.Second))
			coro.CreateTask(g, coro.Do2(work, "b", 1*time.Second))
			fmt.Println("both were created")
			return nil
		})
		fmt.Println("the group is done")
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// both were created
	// b is done
	// a is done
	// the group is done
}

// The first error cancels the other tasks. All errors come out of the group, and
// errors.Is and errors.As find each of them.
func ExampleExceptionGroup() {
	read := func(co *coro.Co) error {
		return &fs.PathError{Op: "open", Path: "config", Err: fs.ErrNotExist}
	}
	errNotSaved := errors.New("not saved")
	edit := func(co *coro.Co) error {
		if err := coro.Sleep(co, time.Hour); err != nil {
			return errNotSaved // canceled, and that is what it has to say
		}
		return nil
	}
	err := loop.Main(func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do(edit))
			coro.CreateTask(g, coro.Do(read))
			return nil
		})
	})
	fmt.Println(err)
	fmt.Println(errors.Is(err, fs.ErrNotExist), errors.Is(err, errNotSaved))

	var path *fs.PathError
	if errors.As(err, &path) {
		fmt.Println("cannot", path.Op, path.Path)
	}
	// Output:
	// unhandled errors in a TaskGroup (2 errors): open config: file does not exist; not saved
	// true true
	// cannot open config
}

// Tasks of a group may add more tasks to it: the group waits for them, too.
func ExampleTaskGroup() {
	links := map[string][]string{"/": {"/docs", "/blog"}, "/docs": {"/docs/api"}}

	crawl := func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			var visit func(co *coro.Co, page string) error
			visit = func(co *coro.Co, page string) error {
				if err := coro.Sleep(co, time.Second); err != nil {
					return err
				}
				fmt.Println(loop.Of(co).Time(), page)
				for _, link := range links[page] {
					coro.CreateTask(g, coro.Do1(visit, link))
				}
				return nil
			}
			return visit(co, "/")
		})
	}
	if err := loop.Main(crawl, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1s /
	// 2s /docs
	// 2s /blog
	// 3s /docs/api
}

// The first answer is enough: the group ends early, and without an error.
func ExampleTaskGroup_Cancel() {
	main := func(co *coro.Co) error {
		var answer string
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			ask := func(co *coro.Co, mirror string, d time.Duration) error {
				if err := coro.Sleep(co, d); err != nil {
					fmt.Println(mirror, "is no longer asked")
					return err
				}
				answer = mirror
				g.Cancel()
				return nil
			}
			coro.CreateTask(g, coro.Do2(ask, "Kyoto", 3*time.Second))
			coro.CreateTask(g, coro.Do2(ask, "Oslo", 1*time.Second))
			coro.CreateTask(g, coro.Do2(ask, "Lima", 2*time.Second))
			return nil
		})
		fmt.Println(loop.Of(co).Time(), answer, err)
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Kyoto is no longer asked
	// Lima is no longer asked
	// 1s Oslo <nil>
}

// The body of a group may return what its tasks are to fill.
func ExampleGroupValue() {
	square := func(co *coro.Co, i int) (int, error) { return i * i, coro.Sleep(co, time.Second) }
	main := func(co *coro.Co) error {
		tasks, err := coro.GroupValue(co, func(g *coro.TaskGroup) (tasks []*coro.Task[int], err error) {
			for i := range 3 {
				tasks = append(tasks, coro.CreateTask(g, coro.Bind(square, i)))
			}
			return tasks, nil
		})
		if err != nil {
			return err
		}
		for _, t := range tasks { // all of them have ended
			fmt.Println(t.Result())
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 4 <nil>
}
