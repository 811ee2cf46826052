package clock

import "time"

func Stamp() string { return format() } // want Stamp:`time.Now at clock.go:7`

func format() string { return time.Now().String() } // want format:`time.Now at clock.go:7`

type Clock struct{}

func (*Clock) Wait(ch chan int) int { return <-ch } // want Wait:`a receive from a channel at clock.go:11`

// Zone says why.
//
//ouro:allow it is read once
func Zone() string { return time.Now().Location().String() }

func Epoch() time.Time { return time.Time{} }
