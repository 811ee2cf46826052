package tests

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
)

func main(co *coro.Co) { time.Sleep(1) } // want `time.Sleep in a coroutine`
