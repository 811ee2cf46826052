package middle

import "example.com/across/clock"

func Title() string { return "at " + clock.Stamp() } // want Title:`time.Now at clock.go:7`
