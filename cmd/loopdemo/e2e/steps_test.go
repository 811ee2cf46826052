package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

// walk goes through all steps with the button, forward and back, and gives what every one showed. It throws at the first
// difference between the way there and the way back.
const walk = `(() => {
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
	$("first").click();
	seen.push(look());
	while (!$("last").disabled) {
		$("next").click();
		seen.push(look());
		if (seen.length > 100000) throw new Error("it does not end");
	}
	for (let i = seen.length - 2; i >= 0; i--) {
		$("back").click();
		const now = look();
		for (const key of Object.keys(now)) {
			const is = JSON.stringify(now[key]), was = JSON.stringify(seen[i][key]);
			if (is === was) continue;
			let at = 0;
			while (is[at] === was[at]) at++;
			throw new Error("step " + (i + 1) + " differs in " + key + " on the way back: " + is.slice(at - 40, at + 40) + " was " + was.slice(at - 40, at + 40));
		}
	}
	return seen;
})()`

type look struct {
	Hash, Slider, Sentence, Announced, Stepno string
	Output                                    []string
	Ready                                     int
	Top                                       float64
}

// Every step of every program is there, forward and back, and says what its story says. The view by line has all of
// them; that by event is looked at for some programs.
func TestSteps(t *testing.T) {
	base := served(t)
	names := programs(t, base)
	b := open(t, base)
	b.size(1400, 900)
	b.prefer("prefers-reduced-motion", "reduce")
	for _, name := range names {
		var d document
		fetch(t, base+"programs/"+name+".json", &d)
		views := []string{"line"}
		if slices.Contains(some(names), name) {
			views = append(views, "event")
		}
		for _, view := range views {
			b.visit("#demo=" + name + "&step=1&by=" + view)
			seen := value[[]look](b, walk)
			shown := d.steps(view == "line")
			require.Len(t, seen, len(shown), name)
			for i, step := range shown {
				where := fmt.Sprintf("%s, by %s, step %d", name, view, i+1)
				now := seen[i]
				require.Equal(t, d.sentence(step), now.Sentence, where)
				require.Equal(t, fmt.Sprintf("Step %d. %s", i+1, now.Sentence), now.Announced, where)
				require.Equal(t, fmt.Sprintf("Step %d of %d", i+1, len(shown)), now.Stepno, where)
				require.Contains(t, now.Hash, fmt.Sprintf("step=%d", i+1), where)
				require.Equal(t, fmt.Sprint(i), now.Slider, where)
				require.Equal(t, len(d.Story.Steps[step].Picture.Ready), now.Ready, where)
				require.InDelta(t, seen[0].Top, now.Top, 0.5, "%s: the button has moved", where)
				want := []string{}
				for _, line := range d.Story.Output[:d.Story.Steps[step].Picture.Output] {
					if line.Text == "" {
						line.Text = "\u00a0"
					}
					want = append(want, line.Text)
				}
				require.Equal(t, want, now.Output, where)
			}
			require.Len(t, seen[len(seen)-1].Output, len(d.Story.Output), name)
		}
	}
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
