package bench

import "time"

// block is a goroutine's I/O, in the benchmarks of rivals.
func block(d time.Duration) { time.Sleep(d) }
