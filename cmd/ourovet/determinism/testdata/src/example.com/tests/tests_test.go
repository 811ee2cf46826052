package tests

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
)

func inTest(co *coro.Co) time.Time { return time.Now() }
