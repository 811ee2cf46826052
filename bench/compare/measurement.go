package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A measurement is how long one did one piece of work, in one round.
type measurement struct {
	Row    string  `json:"row"`               // the work, as in the table of rows
	Who    string  `json:"who"`               // ouro, a variant of ours such as floor, or a rival
	Round  int     `json:"round"`             // from 0
	Value  float64 `json:"value"`             // nanoseconds for one, or bytes
	Ops    int64   `json:"ops"`               // how many were measured
	Allocs float64 `json:"allocs,omitempty"`  // for one; ours only
	Note   string  `json:"note,omitempty"`    // what a rival does not do
	Peer   bool    `json:"peer,omitempty"`    // measured by a program under bench/peers
	HasMem bool    `json:"has_mem,omitempty"` // Allocs is known
	CPU    float64 `json:"cpu,omitempty"`     // nanoseconds for one, of all processors; ours only
	GC     float64 `json:"gc,omitempty"`      // the garbage collector's part in that, in percent
	Procs  int     `json:"procs,omitempty"`   // GOMAXPROCS, if it was set
}

// peerLine is a line that a program under bench/peers prints: its name and version
// first, then one measurement in each.
type peerLine struct {
	Peer    string  `json:"peer"`
	Name    string  `json:"name"`
	Variant string  `json:"variant"`
	NS      float64 `json:"ns_per_op"`
	Bytes   float64 `json:"bytes_per_op"`
	Ops     int64   `json:"ops"`
	Note    string  `json:"note"`
}

// parsePeer reads what the rival called who printed in a round.
func parsePeer(r io.Reader, who string, round int) (version string, ms []measurement, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var l peerLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return "", nil, fmt.Errorf("%q: %w", lines.Text(), err)
		}
		if l.Peer != "" {
			version = l.Peer
			continue
		}
		if l.Name == "" || l.NS <= 0 && l.Bytes <= 0 {
			return "", nil, fmt.Errorf("%q is not a measurement", lines.Text())
		}
		m := measurement{Row: l.Name, Who: who, Round: round, Value: l.NS, Ops: l.Ops, Note: l.Note, Peer: true}
		if l.Variant != "" {
			m.Who += " " + l.Variant
		}
		if l.NS <= 0 {
			m.Value = l.Bytes
		}
		ms = append(ms, m)
	}
	return version, ms, lines.Err()
}

var (
	benchLine  = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+(\d+)\s+(.*)$`)
	headerLine = regexp.MustCompile(`^(goos|goarch|pkg|cpu): (.*)$`)
)

// parseGo reads the output of go test -bench in a round, and its header.
func parseGo(r io.Reader, round int) (header map[string]string, ms []measurement, err error) {
	header = map[string]string{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if m := headerLine.FindStringSubmatch(lines.Text()); m != nil {
			header[m[1]] = m[2]
			continue
		}
		m := benchLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		of, err := parseBenchmark(m[1], m[2], m[3], round)
		if err != nil {
			return nil, nil, fmt.Errorf("%q: %w", lines.Text(), err)
		}
		ms = append(ms, of...)
	}
	return header, ms, lines.Err()
}

// parseBenchmark makes the measurements of one line. A metric of the benchmark's own,
// such as ns/task, takes the place of ns/op; if there are several, each is a row of
// its own.
func parseBenchmark(name, count, values string, round int) ([]measurement, error) {
	slash := strings.LastIndexByte(name, '/')
	if slash < 0 {
		return nil, fmt.Errorf("the name says nobody who does the work")
	}
	ops, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		return nil, err
	}
	metrics, own, err := parseMetrics(values)
	if err != nil {
		return nil, err
	}
	m := measurement{Row: name[:slash], Who: name[slash+1:], Round: round, Value: metrics["ns/op"], Ops: ops}
	m.Allocs, m.HasMem = metrics["allocs/op"]
	m.CPU, m.GC = metrics["CPU-ns/op"], metrics["GC-%"]
	switch len(own) {
	case 0:
		return []measurement{m}, nil
	case 1:
		m.Value = metrics[own[0]]
		each := max(1, metrics["ns/op"]/m.Value)
		m.Allocs /= each
		m.CPU /= each
		m.Ops = int64(float64(ops) * each)
		return []measurement{m}, nil
	}
	var ms []measurement
	m.Allocs, m.HasMem = 0, false
	for _, unit := range own {
		of, what, _ := strings.Cut(unit, "/")
		if size, ok := strings.CutSuffix(of, "B"); ok { // B/task is the row "bytes", scanned-B/task "scanned-bytes"
			what = size + "bytes"
		}
		each := m
		each.Row, each.Value, each.CPU = m.Row+"/"+what, metrics[unit], metrics["CPU-"+unit]
		ms = append(ms, each)
	}
	return ms, nil
}

// parseMetrics reads pairs of a value and a unit; own are the units that are not
// go test's.
func parseMetrics(values string) (metrics map[string]float64, own []string, err error) {
	metrics = map[string]float64{}
	fields := strings.Fields(values)
	if len(fields)%2 != 0 {
		return nil, nil, fmt.Errorf("a value without a unit")
	}
	for pair := range slices.Chunk(fields, 2) {
		v, err := strconv.ParseFloat(pair[0], 64)
		if err != nil {
			return nil, nil, err
		}
		metrics[pair[1]] = v
		switch unit := pair[1]; {
		case unit == "ns/op", unit == "B/op", unit == "allocs/op", unit == "MB/s", unit == "GC-%":
		case strings.HasPrefix(unit, "CPU-"):
		default:
			own = append(own, unit)
		}
	}
	return metrics, own, nil
}

// results are all measurements, by row and by who.
type results struct {
	all   []measurement
	byRow map[string]map[string][]measurement
	cpu   map[int]*results // the same in CPU time, by GOMAXPROCS
}

func newResults() *results {
	return &results{byRow: map[string]map[string][]measurement{}, cpu: map[int]*results{}}
}

func (r *results) add(ms ...measurement) {
	for _, m := range ms {
		who := r.byRow[m.Row]
		if who == nil {
			who = map[string][]measurement{}
			r.byRow[m.Row] = who
		}
		who[m.Who] = append(who[m.Who], m)
		r.all = append(r.all, m)
	}
}

// addCPU adds measurements with that many processors, as to their CPU time.
func (r *results) addCPU(procs int, ms []measurement) {
	if r.cpu[procs] == nil {
		r.cpu[procs] = newResults()
	}
	for _, m := range ms {
		if m.CPU > 0 {
			m.Value = m.CPU
			r.cpu[procs].add(m)
		}
	}
}

func (r *results) values(row, who string) []float64 {
	var vs []float64
	for _, m := range r.byRow[row][who] {
		vs = append(vs, m.Value)
	}
	return vs
}

// ratios are those of a to b in each round in which there are both.
func (r *results) ratios(row, a, b string) []float64 {
	ofB := map[int]float64{}
	for _, m := range r.byRow[row][b] {
		ofB[m.Round] = m.Value
	}
	var ratios []float64
	for _, m := range r.byRow[row][a] {
		if v := ofB[m.Round]; v > 0 {
			ratios = append(ratios, m.Value/v)
		}
	}
	return ratios
}

// everyone who did the work of a row, but for ours: those of the same process first.
func (r *results) others(row string) []string {
	of := r.byRow[row]
	who := slices.Collect(maps.Keys(of))
	who = slices.DeleteFunc(who, func(w string) bool { return w == ours })
	rank := func(w string) int {
		switch {
		case w == floor:
			return 0
		case !of[w][0].Peer:
			return 1
		}
		id, _, _ := strings.Cut(w, " ")
		return 2 + slices.Index(rivalIDs(), id)
	}
	slices.SortFunc(who, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return who
}

const (
	ours  = "ouro"
	floor = "floor"
)

func writeRaw(name string, ms []measurement) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	for _, m := range ms {
		if err := e.Encode(m); err != nil {
			return err
		}
	}
	return os.WriteFile(name, text.Bytes(), 0o644)
}
