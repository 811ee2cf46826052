//go:build unix

package subprocess_test

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/subprocess"
)

// A program that is talked to.
func Example() {
	err := loop.Main(func(co *coro.Co) error {
		p, err := subprocess.Start(co, subprocess.Shell("while read word; do echo $word $word; done"), subprocess.Stdin|subprocess.Stdout)
		if err != nil {
			return err
		}
		out, _, err := p.Communicate(co, []byte("one\ntwo\n"))
		if err != nil {
			return err
		}
		code, err := p.Wait(co)
		fmt.Print(string(out), code, "\n")
		return err
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// one one
	// two two
	// 0
}
