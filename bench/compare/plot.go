package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ouro-loop/ouro/bench/internal/figures"
)

// plotName is the drawing of how cost grows, beside the document.
const plotName = "benchmarks-growth.svg"

// A panel is a kind of work in the drawing, from BenchmarkGrowth.
type panel struct {
	kind   string
	title  string
	series []series
}

type series struct {
	who    string
	sizes  []float64
	values []float64
}

var growthSizes = []int{100, 10_000, 1_000_000}

// drawn are those who are in the drawing, with their colors.
var drawn = []struct{ who, color string }{
	{ours, "#d1242f"}, {floor, "#6e7781"}, {"goroutine", "#0969da"}, {"channel", "#0969da"},
	{"tokio", "#bc4c00"}, {"node", "#1a7f37"}, {"cpython", "#8250df"}, {"uvloop", "#bf3989"},
}

// plot draws the nanoseconds for one task, timer and future against how many there
// are, both logarithmic. There is none if ours has not been measured at two sizes.
func plot(r *results) (svg string, ok bool) {
	panels := []panel{{kind: "tasks", title: "one task of a gather"}, {kind: "timers", title: "one timer"},
		{kind: "futures", title: "one future"}}
	low, high := math.Inf(1), math.Inf(-1)
	for i := range panels {
		p := &panels[i]
		for _, d := range drawn {
			s := series{who: d.who}
			for _, n := range growthSizes {
				row := "Growth/" + p.kind + "/n=" + strconv.Itoa(n)
				v := figures.Median(r.values(row, d.who))
				if math.IsNaN(v) {
					continue
				}
				s.sizes, s.values = append(s.sizes, float64(n)), append(s.values, v)
				low, high = min(low, v), max(high, v)
			}
			if len(s.values) > 1 {
				p.series = append(p.series, s)
				ok = ok || d.who == ours
			}
		}
	}
	if !ok {
		return "", false
	}
	return draw(panels, math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))), true
}

// draw makes the panels side by side, with the powers of ten from low to high.
func draw(panels []panel, low, high float64) string {
	const width, height, left, top, gap, legend = 240.0, 220.0, 60.0, 40.0, 30.0, 24.0
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="sans-serif" font-size="11">`+"\n",
		left+(width+gap)*float64(len(panels)), top+height+30+legend)
	s.WriteString(`<rect width="100%" height="100%" fill="white"/>` + "\n")
	y := func(ns float64) float64 { return top + height*(high-math.Log10(ns))/(high-low) }
	for i, p := range panels {
		x0 := left + (width+gap)*float64(i)
		x := func(n float64) float64 { return x0 + 10 + (width-20)*(math.Log10(n)-2)/4 }
		text(&s, x0+width/2, top-14, "middle", p.title)
		for power := low; power <= high; power++ {
			at := y(math.Pow(10, power))
			fmt.Fprintf(&s, `<path d="M%.1f %.1fh%g" stroke="#d0d7de"/>`+"\n", x0, at, width)
			if i == 0 {
				text(&s, x0-6, at+4, "end", nanoseconds(math.Pow(10, power)))
			}
		}
		for _, n := range growthSizes {
			text(&s, x(float64(n)), top+height+16, "middle", fmt.Sprintf("n = %d", n))
		}
		for _, line := range p.series {
			var points []string
			for j, n := range line.sizes {
				points = append(points, fmt.Sprintf("%.1f,%.1f", x(n), y(line.values[j])))
			}
			fmt.Fprintf(&s, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%d"/>`+"\n",
				strings.Join(points, " "), color(line.who), 1+strings.Count(line.who, ours))
		}
	}
	at := left
	for _, d := range drawn {
		fmt.Fprintf(&s, `<path d="M%.1f %.1fh18" stroke="%s" stroke-width="2"/>`+"\n", at, top+height+34, d.color)
		text(&s, at+22, top+height+38, "start", title(d.who))
		at += 95
	}
	s.WriteString("</svg>\n")
	return s.String()
}

func color(who string) string {
	for _, d := range drawn {
		if d.who == who {
			return d.color
		}
	}
	return "black"
}

func text(s *strings.Builder, x, y float64, anchor, words string) {
	fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, words)
}
