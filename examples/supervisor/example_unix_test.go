//go:build unix

package supervisor_test

import (
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/supervisor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/subprocess"
)

// A program that fails now and then, and is kept running until it has done so three times. A program that
// does nothing else has Run in its main function; an interrupt ends them all.
func Example() {
	starts := 0
	err := loop.Main(func(co *coro.Co) error {
		task := co.Task()
		return supervisor.Run(co, &supervisor.Program{
			Name:    "worker",
			Command: func() *exec.Cmd { return subprocess.Shell("echo working; exit 1") },
			Backoff: supervisor.Backoff{First: time.Millisecond, Most: time.Minute, Steady: time.Hour},
			Grace:   10 * time.Second,
			Log: func(name, line string) {
				what, _, _ := strings.Cut(strings.Trim(line, "()"), ";") // without how long it waits
				fmt.Println(name, what)
				if strings.HasPrefix(line, "(ended") {
					if starts++; starts == 3 {
						task.Cancel()
					}
				}
			},
		})
	})
	fmt.Println("canceled:", future.IsCanceled(err))
	// Output:
	// worker started
	// worker working
	// worker ended with exit code 1
	// worker started
	// worker working
	// worker ended with exit code 1
	// worker started
	// worker working
	// worker ended with exit code 1
	// canceled: true
}
