package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

// measure goes through up to a number of steps, spread over the program, and tells where the layout does not hold.
const measure = `((most) => {
	const $ = (id) => document.getElementById(id);
	const wrong = new Set(), last = Number($("slider").max);
	const visit = (i) => { $("slider").value = i; $("slider").dispatchEvent(new Event("input")); };
	visit(0);
	const top = $("next").getBoundingClientRect().top, left = $("next").getBoundingClientRect().left;
	for (let n = 0; n <= Math.min(last, most); n++) {
		const i = last <= most ? n : Math.round(n * last / most);
		visit(i);
		const say = (what) => wrong.add(what + " at step " + (i + 1));
		if (document.documentElement.scrollWidth > innerWidth) say("the page scrolls sideways");
		const next = $("next").getBoundingClientRect();
		if (Math.abs(next.top - top) > 0.5 || Math.abs(next.left - left) > 0.5) say("the button has moved");
		const sentence = $("sentence");
		if (sentence.scrollHeight > sentence.clientHeight + 1) say("the sentence is cut");
		for (const e of document.querySelectorAll("main :is(.card, .pane, .transport, .story), header > *")) {
			const box = e.getBoundingClientRect();
			if (box.width && (box.left < -0.5 || box.right > innerWidth + 0.5)) say(e.className + " sticks out");
		}
		const cards = [...document.querySelectorAll(".machine > .card")].map((card) => [card, card.getBoundingClientRect()]).filter(([, box]) => box.width);
		for (const [a, x] of cards) for (const [b, y] of cards) {
			if (a !== b && x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 1 && y.top < x.bottom - 1) say(a.className + " covers " + b.className);
		}
		const machine = document.querySelector(".machine").getBoundingClientRect();
		if (cards.some(([, box]) => box.bottom > machine.bottom + 1)) say("the machine is higher than its place");
	}
	return [...wrong].slice(0, 20);
})(%d)`

// fonts are the metrics that the layout has to hold with; what a machine does not have is passed over.
var fonts = [][2]string{
	{"DejaVu Sans", "DejaVu Sans Mono"}, // the widest, and Debian's
	{"Roboto", "Roboto Mono"},
	{"Inter", "Liberation Mono"},     // as San Francisco
	{"Open Sans", "Liberation Mono"}, // as Segoe UI
	{"Noto Sans", "Noto Sans Mono"},
}

// Nothing is wider than the window, nothing covers anything, and the button stays where it is: on the smallest phone and
// on a desk for a few steps of every program, and at all widths for many steps of a handful.
func TestLayout(t *testing.T) {
	t.Parallel()
	const most, few = 12, 2 // steps a program and window
	base := served(t)
	names := programs(t, base)
	for i, width := range []int64{320, 390, 760, 1120, 1400, 1920} {
		theme := []string{"light", "dark"}[i%2]
		t.Run(fmt.Sprintf("%d %s", width, theme), func(t *testing.T) {
			t.Parallel()
			b := open(t, base)
			b.size(width, 900)
			b.prefer("prefers-color-scheme", theme, "prefers-reduced-motion", "reduce")
			chosen := handful(names)
			for _, name := range names {
				steps := few
				if slices.Contains(chosen, name) {
					steps = most
				} else if width != 320 && width != 1400 {
					continue
				}
				b.visit("#demo=" + name)
				wrong := value[[]string](b, fmt.Sprintf(measure, steps))
				require.Empty(t, wrong, name)
			}
		})
	}
}

func TestFonts(t *testing.T) {
	t.Parallel()
	base := served(t)
	names := handful(programs(t, base))[:2] // what fonts can break is in any
	for _, font := range fonts {
		t.Run(font[0], func(t *testing.T) {
			b := open(t, base)
			b.prefer("prefers-reduced-motion", "reduce")
			b.visit("")
			has := value[bool](b, fmt.Sprintf(`(() => { // a font that there is not is drawn as the one behind it
				const width = (family) => { const c = document.createElement("canvas").getContext("2d"); c.font = "40px " + family; return c.measureText("Every task's lane, 0.25 s").width; };
				return ["serif", "monospace"].every((other) => width('"%[1]s", ' + other) !== width(other));
			})()`, font[0]))
			if !has {
				t.Skip("this machine has no " + font[0])
			}
			for _, width := range []int64{320, 760, 1400} {
				b.size(width, 900)
				for _, name := range names {
					b.visit("#demo=" + name)
					b.font(font[0], font[1])
					wrong := value[[]string](b, fmt.Sprintf(measure, 12))
					require.Empty(t, wrong, "%s at %d", name, width)
				}
			}
		})
	}
}

// The work and the lanes of a small program are in one window of 1400 by 900.
func TestOneWindow(t *testing.T) {
	b := open(t, serve(t, sample.Library()))
	b.size(1400, 900)
	b.visit("#demo=gather-tasks&step=9")
	scrolls := value[bool](b, "document.documentElement.scrollHeight > innerHeight")
	require.False(t, scrolls)
}
