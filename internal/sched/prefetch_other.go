//go:build !amd64 && !arm64

package sched

func prefetch(object Entry, worker, goroutine, stack *worker) {}
