package coro_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func fetchName(co *coro.Co, id int) (string, error) {
	return "Ada", coro.Sleep(co, 3*time.Second)
}

func fetchAge(co *coro.Co, id int) (int, error) {
	return 36, coro.Sleep(co, 1*time.Second)
}

func fetchTopics(co *coro.Co, id int) ([]string, error) {
	return []string{"engines", "looms"}, coro.Sleep(co, 2*time.Second)
}

// The results of one gather may differ in type: each goes where it belongs.
func ExampleInto() {
	type profile struct {
		Name   string
		Age    int
		Topics []string
	}
	fetchProfile := func(co *coro.Co, id int) (p profile, err error) {
		_, err = coro.Gather(co,
			coro.Into(&p.Name, coro.Bind(fetchName, id)),
			coro.Into(&p.Age, coro.Bind(fetchAge, id)),
			coro.Into(&p.Topics, coro.Bind(fetchTopics, id)),
		).Await(co)
		return p, err
	}
	fmt.Println(loop.Run(coro.Bind(fetchProfile, 1815), loop.VirtualTime(true)))
	// Output: {Ada 36 [engines looms]} <nil>
}

// In a group, the same: what fails cancels the rest.
func ExampleInto_group() {
	main := func(co *coro.Co) error {
		var name string
		var age int
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Into(&name, coro.Bind(fetchName, 1815)))
			coro.CreateTask(g, coro.Into(&age, coro.Bind(fetchAge, 1815)))
			return nil
		})
		fmt.Println(name, age)
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: Ada 36
}

// Tasks of a group may differ in type. Each knows its own result, and when the
// group has ended without an error it is there.
func ExampleGroup_mixedResults() {
	main := func(co *coro.Co) error {
		var name *coro.Task[string]
		var age *coro.Task[int]
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			name = coro.CreateTask(g, coro.Bind(fetchName, 1815), coro.Name("name"))
			age = coro.CreateTask(g, coro.Bind(fetchAge, 1815), coro.Name("age"))
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Println(name.Result())
		fmt.Println(age.Result())
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Ada <nil>
	// 36 <nil>
}

// Where the type itself tells what it is, Any lets a switch sort the results, here
// in the order in which they come.
func ExampleAsAny() {
	main := func(co *coro.Co) error {
		results := coro.AsCompleted(co, coro.Forever,
			coro.AsAny(coro.Bind(fetchName, 1815)),
			coro.AsAny(coro.Bind(fetchAge, 1815)),
			coro.AsAny(coro.Bind(fetchTopics, 1815)),
		)
		for next := range results {
			v, err := next.Await(co)
			if err != nil {
				return err
			}
			switch v := v.(type) {
			case string:
				fmt.Println("name:", v)
			case int:
				fmt.Println("age:", v)
			case []string:
				fmt.Println("topics:", v)
			}
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// age: 36
	// topics: [engines looms]
	// name: Ada
}

// Wait gives no results, so it takes futures of all types as they are.
func ExampleWait_mixedResults() {
	main := func(co *coro.Co) error {
		name := coro.CreateTask(co, coro.Bind(fetchName, 1815))
		age := coro.CreateTask(co, coro.Bind(fetchAge, 1815))
		_, _, err := coro.Wait(co, []future.Any{name, age}, coro.ReturnWhen(coro.FirstCompleted))
		if err != nil {
			return err
		}
		fmt.Println("name:", name.Done(), "age:", age.Done())
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: name: false age: true
}
