//go:build unix

package docs_test

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func Example_portingSignal() {
	main := func(co *coro.Co) error {
		defer fmt.Println("cleaned up")
		self := co.Task()
		err := loop.Of(co).AddSignalHandler(syscall.SIGTERM, func() { self.Cancel("SIGTERM") })
		if err != nil {
			return err
		}
		go func() { _ = syscall.Kill(os.Getpid(), syscall.SIGTERM) }() // somebody else does
		return coro.Sleep(co, time.Hour)
	}
	fmt.Println(loop.Main(main))
	// Output:
	// cleaned up
	// canceled: SIGTERM
}
