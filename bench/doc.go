// Package bench measures the runtime: it holds benchmarks and nothing else.
//
//	go test -run '^$' -bench . ./bench
//
// A benchmark is called after the work, with its size, and then after who does it:
// BenchmarkYield/tasks=2000/ouro is this library. Beside it in the same run stands
// the floor, what the work would cost if nothing were needed for it but iter.Pull, a
// heap, or a mutex; or a rival, what a Go program without an event loop does
// instead, called after its means: goroutine, channel, AfterFunc. What is worth
// quoting is the ratio, for the figures belong to a machine, and to a moment of it.
//
// Where an operation does its work many times over there is a metric for the time
// of one, such as ns/task, and that is then what counts.
//
// The directory peers has programs that do the same work in other languages and
// with other libraries; the command compare runs everything and writes the tables of
// docs/benchmarks.md. The command echo does that for servers, each in a process of its own.
package bench
