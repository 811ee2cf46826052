package main

import (
	"time"

	"github.com/ouro-loop/ouro/bench/echo/load"
	"github.com/ouro-loop/ouro/bench/internal/figures"
)

// results are what was measured.
type results struct {
	all   []measurement
	calls map[trial]float64 // system calls that a request takes; nil if they could not be counted
}

// A measurement is of one trial, in one round.
type measurement struct {
	trial
	round int
	load.Result
}

func (r *results) add(t trial, round int, got load.Result) {
	r.all = append(r.all, measurement{t, round, got})
}

func (r *results) count(t trial, calls float64) {
	if r.calls == nil {
		r.calls = map[trial]float64{}
	}
	r.calls[t] = calls
}

// A figure is what is made of a measurement.
type figure func(m measurement) float64

// perSecond is how many requests are answered.
func perSecond(m measurement) float64 { return float64(m.Requests) / m.Seconds }

// cpu and userCPU are microseconds of a request.
func cpu(m measurement) float64     { return micros(m.CPU) / float64(m.Requests) }
func userCPU(m measurement) float64 { return cpu(m) * m.User }

func p50(m measurement) float64 { return micros(m.P50) }
func p99(m measurement) float64 { return micros(m.P99) }

// idleBytes are those of memory that a connection takes which is idle.
func idleBytes(m measurement) float64 { return float64(m.IdleRSS) / float64(m.load.idle) }

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// of are the figures of a trial, in order of the rounds.
func (r *results) of(t trial, f figure) (values []float64) {
	for _, m := range r.all {
		if m.trial == t {
			values = append(values, f(m))
		}
	}
	return values
}

// ratio is the median of those of a to b, in each round in which there are both; NaN if there is none.
func (r *results) ratio(a, b trial, f figure) float64 {
	inRound := map[int]float64{}
	for _, m := range r.all {
		if m.trial == b {
			inRound[m.round] = f(m)
		}
	}
	var ratios []float64
	for _, m := range r.all {
		if v := inRound[m.round]; m.trial == a && v > 0 {
			ratios = append(ratios, f(m)/v)
		}
	}
	return figures.Median(ratios)
}
