package coro_test

import (
	"fmt"
	"path"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func downloadFile(co *coro.Co) (string, error) {
	if err := openConnection(co); err != nil {
		return "", fmt.Errorf("download: %w", err)
	}
	return "the file", nil
}

func openConnection(co *coro.Co) error { return coro.Sleep(co, time.Hour) }

// A task can be asked where it is stuck.
func ExampleTask_Stack() {
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, downloadFile)
		if err := coro.Sleep(co, time.Minute); err != nil {
			return err
		}
		for _, frame := range task.Stack() {
			fmt.Println(path.Base(frame.Function))
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// coro.Sleep
	// coro_test.openConnection
	// coro_test.downloadFile
}

// A frame prints itself, as in the report of a deadlock.
func ExampleFrame() {
	fmt.Println(coro.Frame{Function: "main.fetch", File: "fetch.go", Line: 12})
	// Output: main.fetch (fetch.go:12)
}
