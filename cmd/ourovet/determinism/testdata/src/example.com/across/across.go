// Package across leads to functions of other packages.
package across

import (
	"example.com/across/clock"
	"example.com/across/middle"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func stamps(co *coro.Co, c *clock.Clock) {
	_ = clock.Stamp()  // want `^clock.Stamp, which leads to time.Now \(clock.go:7\), in a coroutine: use loop.Of\(co\).Now\(\)`
	_ = middle.Title() // want `^middle.Title, which leads to time.Now \(clock.go:7\), in a coroutine`
	_ = c.Wait(nil)    // want `^clock.Clock.Wait, which leads to a receive from a channel \(clock.go:11\), in a coroutine: use loop.Receive`
	_ = clock.Stamp()  //ouro:allow it is only logged
	_ = clock.Zone()
	_ = clock.Epoch()
	_ = loop.Of(co).Now() // the library is taken at its word
}
