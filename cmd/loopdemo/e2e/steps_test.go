package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

// stretches are the steps that a walk goes through: all of them, or of a program with very many, such as busy-waiting's
// trap, the first, some in the middle, and the last. Each is the first and the last of a stretch, from 0.
func stretches(steps int) [][2]int {
	const most, stretch = 120, 30
	if steps <= most {
		return [][2]int{{0, steps - 1}}
	}
	middle := steps / 2
	return [][2]int{{0, stretch}, {middle, middle + stretch}, {steps - 1 - stretch, steps - 1}}
}

// walk goes through steps with the button, forward and back, and gives what every one showed. It throws at the first
// difference between the way there and the way back.
func (b *tab) walk(from, to int) []look {
	b.Helper()
	return value[[]look](b, fmt.Sprintf(walk, from, to))
}

const walk = `((from, to) => {
	const $ = (id) => document.getElementById(id);
	const seen = [];
	const hash = (text) => { // of what takes much room, because some programs have thousands of steps
		let h = 7;
		for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
		return text.length + " " + h;
	};
	const look = () => ({
		story: hash($("story").outerHTML), transport: hash($("transport").outerHTML), work: hash($("work").outerHTML),
		names: hash($("lane-names").outerHTML), present: $("present").outerHTML,
		hash: location.hash, slider: $("slider").value, sentence: $("sentence").textContent,
		announced: $("announce").textContent, stepno: $("stepno").textContent,
		output: [...$("output").querySelectorAll("li:not(.none)")].map((li) => li.textContent),
		ready: $("ready").querySelectorAll(".entry").length,
		top: $("next").getBoundingClientRect().top,
	});
	$("slider").value = from;
	$("slider").dispatchEvent(new Event("input"));
	seen.push(look());
	for (let i = from; i < to; i++) {
		$("next").click();
		seen.push(look());
	}
	for (let i = seen.length - 2; i >= 0; i--) {
		$("back").click();
		const now = look();
		for (const key of Object.keys(now)) {
			const is = JSON.stringify(now[key]), was = JSON.stringify(seen[i][key]);
			if (is === was) continue;
			let at = 0;
			while (is[at] === was[at]) at++;
			throw new Error("step " + (from + i + 1) + " differs in " + key + " on the way back: " + is.slice(at - 40, at + 40) + " was " + was.slice(at - 40, at + 40));
		}
	}
	return seen;
})(%d, %d)`

type look struct {
	Work, Hash, Slider, Sentence, Announced, Stepno string
	Output                                          []string
	Ready                                           int
	Top                                             float64
}

// Every step is there, forward and back, and says what its story says: of a demo in the view by line, which has all
// of them, and of an exhibit in that by event. A handful is looked at in both; all would take minutes.
func TestSteps(t *testing.T) {
	base := served(t)
	names := programs(t, base)
	chosen := handful(names)
	const parts = 3 // each in a tab of its own
	for part := range parts {
		t.Run(fmt.Sprintf("part %d", part+1), func(t *testing.T) {
			t.Parallel()
			requireSteps(t, base, names[part*len(names)/parts:(part+1)*len(names)/parts], chosen)
		})
	}
}

func requireSteps(t *testing.T, base string, names, chosen []string) {
	b := open(t, base)
	b.size(1400, 900)
	b.prefer("prefers-reduced-motion", "reduce")
	for _, name := range names {
		var d document
		fetch(t, base+"programs/"+name+".json", &d)
		views := []string{"event"}
		if d.Exhibit == nil {
			views = []string{"line"}
			requireGolden(t, name, d)
		}
		if slices.Contains(chosen, name) {
			views = []string{"event", "line"}
		}
		for _, view := range views {
			t.Run(name+" by "+view, func(t *testing.T) {
				b := &tab{T: t, ctx: b.ctx, base: b.base}
				b.visit("#demo=" + name + "&step=1&by=" + view)
				shown := d.steps(view == "line")
				top := value[float64](b, `document.getElementById("next").getBoundingClientRect().top`)
				for _, stretch := range stretches(len(shown)) {
					from, to := stretch[0], stretch[1]
					seen := b.walk(from, to)
					require.Len(t, seen, to-from+1)
					for i, now := range seen {
						requireStep(t, d, shown, from+i, now)
						require.InDelta(t, top, now.Top, 0.5, "the button has moved at step %d", from+i+1)
					}
				}
				require.Len(t, b.walk(len(shown)-1, len(shown)-1)[0].Output, len(d.Story.Output), "at the end all is printed")
				require.True(t, b.is(`document.getElementById("last").disabled`))
			})
		}
	}
}

// requireGolden requires that the story of a demo prints what "loopdemo run NAME --virtual" does.
func requireGolden(t *testing.T, name string, d document) {
	t.Helper()
	if *library != "" {
		return // whose demos may be others
	}
	want, err := os.ReadFile(filepath.Join("..", "testdata", name+".golden"))
	require.NoError(t, err)
	var got strings.Builder
	for _, line := range d.Story.Output {
		got.WriteString(line.Text + "\n")
	}
	printed := got.String()
	if !clocks.Match(want) {
		printed = clocks.ReplaceAllString(printed, "HH:MM:SS") // as the file has it where a real clock is read
	}
	require.Equal(t, string(want), printed, name)
}

var clocks = regexp.MustCompile(`\d\d:\d\d:\d\d`)

// requireStep requires that a step of those that are shown, from 0, looks as its story says.
func requireStep(t *testing.T, d document, shown []int, i int, now look) {
	t.Helper()
	step := shown[i]
	where := fmt.Sprintf("step %d", i+1)
	require.Equal(t, d.sentence(step), now.Sentence, where)
	require.Equal(t, fmt.Sprintf("Step %d. %s", i+1, now.Sentence), now.Announced, where)
	require.Equal(t, fmt.Sprintf("Step %d of %d", i+1, len(shown)), now.Stepno, where)
	require.Contains(t, now.Hash, fmt.Sprintf("step=%d", i+1), where)
	require.Equal(t, fmt.Sprint(i), now.Slider, where)
	require.Equal(t, len(d.Story.Steps[step].Picture.Ready), now.Ready, where)
	want := []string{}
	for _, line := range d.Story.Output[:d.Story.Steps[step].Picture.Output] {
		if line.Text == "" {
			line.Text = "\u00a0"
		}
		want = append(want, line.Text)
	}
	require.Equal(t, want, now.Output, where)
}

// A moment is the same, whichever way one comes to it.
func TestWaysToAStep(t *testing.T) {
	b := open(t, serve(t, sample.Library()))
	b.size(1400, 900)
	b.visit("#demo=gather-tasks&step=1")
	var html string
	const main = `document.getElementById("main").outerHTML`
	html = value[string](b, `for (let i = 1; i < 14; i++) document.getElementById("next").click(); `+main)
	ways := map[string]string{
		"a link":       `location.hash = "#demo=gather-tasks&step=14"; new Promise((done) => setTimeout(done, 50))`,
		"the slider":   `(() => { const s = document.getElementById("slider"); s.value = 13; s.dispatchEvent(new Event("input")); })()`,
		"a lane":       `(() => { const r = document.querySelector("#present .present").getBoundingClientRect(); document.getElementById("last").click(); document.getElementById("lanes").dispatchEvent(new PointerEvent("pointerdown", { pointerId: 1, clientX: r.left + r.width / 2, clientY: r.top + 40 })); })()`,
		"the trail":    `(() => { document.querySelector('#trail button[data-step]').click(); for (let i = 0; document.getElementById("stepno").textContent !== "Step 14 of 43" && i < 99; i++) document.getElementById("next").click(); })()`,
		"by iteration": `(() => { const by = document.getElementById("by"); by.value = "iteration"; by.onchange({ target: by }); document.getElementById("next").click(); by.value = "event"; by.onchange({ target: by }); for (let i = 0; document.getElementById("stepno").textContent !== "Step 14 of 43" && i < 99; i++) document.getElementById("back").click(); })()`,
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			var now string
			// A pointer that no hand holds cannot be captured, and the focus is not part of the moment.
			b.js(`Element.prototype.setPointerCapture = () => {}; ` + way)
			now = value[string](b, main)
			require.Equal(t, html, now)
		})
	}
}
