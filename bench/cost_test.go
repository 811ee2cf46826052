package bench

import (
	"runtime/metrics"
	"testing"
	"time"
)

// A cost is what the process has spent up to a moment: CPU time, of the program and of the system for it, and the garbage
// collector's part in that.
type cost struct {
	b       *testing.B
	cpu, gc time.Duration
}

// measure is called before the loop of a benchmark, and report after it. Time that has passed says
// little where another core is idle, as the garbage collector works there: what a program pays is CPU time.
func measure(b *testing.B) cost { return cost{b, cpuTime(), gcTime()} }

func (begin cost) report() {
	end := measure(begin.b)
	cpu := float64(end.cpu - begin.cpu)
	if cpu <= 0 {
		return // this system does not tell
	}
	begin.b.ReportMetric(cpu/float64(begin.b.N), "CPU-ns/op")
	begin.b.ReportMetric(100*float64(end.gc-begin.gc)/cpu, "GC-%")
}

// gcTime is what the garbage collector has taken, as of the end of its last cycle. Write barriers are not in it.
func gcTime() time.Duration {
	total := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}
	metrics.Read(total)
	return time.Duration(total[0].Value.Float64() * float64(time.Second))
}
