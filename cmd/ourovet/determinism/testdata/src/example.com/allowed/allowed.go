package allowed

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

func lines(co *coro.Co, m map[string]int, ch chan int) {
	_ = time.Now() //ouro:allow it is only logged
	//ouro:allow it is only logged
	_ = time.Now()

	_ = time.Now() //ouro:allow what stands behind code is for that line
	_ = time.Now() // want `time.Now in a coroutine`

	//ouro:allow what stands two lines before is for neither

	_ = time.Now() // want `time.Now in a coroutine`

	_, _ = time.Now(), rand.Int() //ouro:allow all that is on the line

	//ouro:allow the order does not matter
	for range m {
		_ = coro.Sleep(co, 1)
		_ = time.Now() // want `time.Now in a coroutine`
	}
	go work() //ouro:allow it has a goroutine
	//ouro:allow there is always one
	select {
	case <-ch:
	default:
	}
	ch <- 1        //ouro:allow it has room
	<-ch           //ouro:allow there is one
	for range ch { //ouro:allow it is closed
	}
	var mu sync.Mutex
	mu.Lock() //ouro:allow nobody else has it
	_ = coro.Sleep(co, 1)
	mu.Unlock()

	var wg sync.WaitGroup
	wg.Wait() //ouro:allow they have ended
	stamp()   //ouro:allow it is only logged
}

func work() { time.Sleep(1) } // want work:`time.Sleep at allowed.go:\d+`

// stamp is led to where it is allowed only.
func stamp() { _ = time.Now() } // want stamp:`time.Now at allowed.go:\d+`

func noReason(co *coro.Co) {
	_ = time.Now() //ouro:allow // want `time.Now in a coroutine` `^ouro:allow without a reason allows nothing: say on its line why this is meant to be so$`
	//ouro:allow // want `ouro:allow without a reason`
	_ = time.Now() // want `time.Now in a coroutine`
	_ = time.Now() //ouro:allowed is another word // want `time.Now in a coroutine`
	_ = time.Now() // ouro:allow a space makes it a remark // want `time.Now in a coroutine`
}

// all has a doc comment that allows all that is in it, and what it leads to.
//
//ouro:allow it shows what not to do
func all(co *coro.Co) {
	_ = time.Now()
	go func() {}()
	var mu sync.Mutex
	mu.Lock()
	_ = coro.Sleep(co, 1)
	mu.Unlock()
	defer func() { time.Sleep(1) }()
	work()
}

// none has one without a reason.
//
//ouro:allow // want `ouro:allow without a reason`
func none(co *coro.Co) {
	_ = time.Now() // want `time.Now in a coroutine`
}

// helper is no coroutine, and what it says is for all that call it.
//
//ouro:allow the caller has a seed
func helper() int { return rand.Int() }

func calls(co *coro.Co) int { return helper() }
