package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

func (b *tab) press(keys string, modifiers ...chromedp.KeyOption) {
	b.Helper()
	b.run(chromedp.KeyEvent(keys, modifiers...))
}

// Everything can be done with the keyboard alone.
func TestKeyboard(t *testing.T) {
	b := open(t, serve(t, sample.Library()))
	b.size(1400, 900)
	b.prefer("prefers-color-scheme", "light")
	b.visit("#demo=gather-tasks&step=1")
	at := func() string { return strings.TrimSuffix(b.text("#stepno"), " of 43") }
	shift := chromedp.KeyModifiers(8)
	for _, each := range []struct {
		key  string
		with []chromedp.KeyOption
		want string
	}{
		{kb.ArrowRight, nil, "Step 2"},
		{kb.ArrowRight, nil, "Step 3"},
		{kb.ArrowLeft, nil, "Step 2"},
		{kb.ArrowRight, []chromedp.KeyOption{shift}, "Step 8"},
		{kb.ArrowLeft, []chromedp.KeyOption{shift}, "Step 2"},
		{kb.ArrowRight, []chromedp.KeyOption{chromedp.KeyModifiers(2)}, "Step 2"}, // Ctrl: not ours
		{kb.End, nil, "Step 43"},
		{kb.ArrowRight, nil, "Step 43"},
		{kb.Home, nil, "Step 1"},
		{kb.ArrowLeft, nil, "Step 1"},
	} {
		b.press(each.key, each.with...)
		require.Equal(t, each.want, at(), "%q", each.key)
	}

	// The skip link is first, and leads to the step; Tab then goes on to the buttons.
	b.press(kb.Tab)
	require.Equal(t, "Skip to the step", b.text(":focus"))
	b.press(kb.Enter)
	b.js("0")
	require.Equal(t, "Step 1", at())
	b.visit("#demo=gather-tasks&step=5")
	reached := map[string]bool{}
	for range 60 {
		b.press(kb.Tab)
		id := value[string](b, `document.activeElement.id || document.activeElement.className`)
		reached[id] = true
	}
	for _, id := range []string{"demo", "live", "predict", "theme", "help", "first", "back", "play", "next", "last", "slider", "by", "speed", "source-python", "source-go", "fold", "lanes"} {
		require.True(t, reached[id], "Tab does not reach %s, but %v", id, reached)
	}

	// The slider has its own keys, and so has a select.
	b.js(`document.getElementById("slider").focus()`)
	b.press(kb.ArrowRight)
	require.Equal(t, "Step 6", at())
	b.js(`document.getElementById("speed").focus()`)
	b.press("p")
	require.Equal(t, "false", b.attribute("#predict", "aria-pressed"))
	b.js(`document.activeElement.blur()`)

	b.press("t")
	require.Equal(t, "dark", b.attribute("html", "data-theme"))
	b.press("t")
	require.Equal(t, "light", b.attribute("html", "data-theme"))
	b.press("?")
	require.True(t, b.is(`document.getElementById("keys").open`))
	b.press(kb.ArrowRight)
	require.Equal(t, "Step 6", at(), "not behind the dialog")
	b.press(kb.Escape)
	require.False(t, b.is(`document.getElementById("keys").open`))
	b.press("l")
	require.True(t, b.is(`document.getElementById("live-box").open`))
	b.press(kb.Escape)

	// Space plays, to the end.
	b.js(`document.getElementById("speed").value = 500; document.getElementById("slider").focus()`)
	b.press(kb.End)
	b.press(kb.ArrowLeft)
	b.press(" ")
	require.Equal(t, "Pause", b.attribute("#play", "aria-label"))
	b.until(`document.getElementById("stepno").textContent.startsWith("Step 43") && document.getElementById("play").getAttribute("aria-label") === "Play"`)
}

// Wrong and hostile links lead to a page that helps, and nothing of them is executed.
func TestLinks(t *testing.T) {
	b := open(t, serve(t, sample.Library()))
	b.size(1400, 900)
	const problem, toast = "#problem", "#toast"
	tests := []struct{ hash, where, says string }{
		{"", "#stepno", "Step 1 of"},
		{"#", "#stepno", "Step 1 of"},
		{"#demo=gather-tasks", "#stepno", "Step 1 of 43"},
		{"#demo=lost-result", "#about", "The cancel that ate a result"},
		{"#demo=gathr-tasks", problem, "There is no demo “gathr-tasks”.Did you mean gather-tasks?"},
		{"#demo=Gather_Tasks", problem, "Did you mean gather-tasks?"},
		{"#demo=lost", problem, "Did you mean lost-result?"},
		{"#demo=gathr", problem, "There is no demo “gathr”."},
		{"#demo=", problem, "There is no demo “”."},
		{"#demo=kubernetes", problem, "There is no demo “kubernetes”.Tutorials"},
		{"#demo=<img src=x onerror=\"document.title='hacked'\">", problem, "There is no demo “<img src=x onerror="},
		{"#demo=%3Cscript%3Edocument.title=%27hacked%27%3C/script%3E", problem, "There is no demo “<script>document.title='hacked'</script>”."},
		{"#demo=../index", problem, "There is no demo “../index”."},
		{"#demo=__proto__", problem, "There is no demo “__proto__”."},
		{"#demo=" + strings.Repeat("x", 100_000), problem, "There is no demo “" + strings.Repeat("x", 60) + "”."},
		{"#demo=gather-tasks&step=0", toast, "“0” is no step: this is the first of 43."},
		{"#demo=gather-tasks&step=-1", toast, "“-1” is no step"},
		{"#demo=gather-tasks&step=abc", toast, "“abc” is no step"},
		{"#demo=gather-tasks&step=1.5", toast, "“1.5” is no step"},
		{"#demo=gather-tasks&step=", toast, "“” is no step"},
		{"#demo=gather-tasks&step=<img src=x onerror=alert(1)>", toast, "“<img src=x onerror=alert(1)>” is no step"},
		{"#demo=gather-tasks&step=1e9", toast, "“1e9” is no step"},
		{"#demo=gather-tasks&step=44", toast, "gather-tasks has 43 steps, and no step 44: this is the last."},
		{"#demo=gather-tasks&step=999999999", toast, "no step 999999999: this is the last."},
		{"#demo=gather-tasks&step=99999999999999999999", toast, "is no step"},
		{"#demo=gather-tasks&by=moon&predict=yes&x=1", "#stepno", "Step 1 of 43"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%.60s", tt.hash), func(t *testing.T) {
			b := &tab{T: t, ctx: b.ctx, base: b.base}
			b.visit(tt.hash)
			require.Contains(t, b.text(tt.where), tt.says)
			require.NotContains(t, b.text("title"), "hacked")
			require.Equal(t, tt.where == problem, b.is(`document.getElementById("main").hidden`))
			require.False(t, b.is(`document.querySelector("main img, main script, .toast img")`))
		})
	}

	// From there a link leads on, and the browser's way back leads back.
	b.visit("#demo=gathr-tasks")
	b.js(`document.querySelector("#problem a").click()`)
	b.until(`document.getElementById("stepno").textContent === "Step 1 of 43" && !document.getElementById("main").hidden`)
	b.js(`history.back()`)
	b.until(`!document.getElementById("problem").hidden`)
}

func TestPredict(t *testing.T) {
	b := open(t, serve(t, sample.Library()))
	b.size(1400, 900)
	b.visit("#demo=gather-tasks&step=1&predict=1")
	require.Equal(t, "true", b.attribute("#predict", "aria-pressed"))
	for range 30 {
		b.press(kb.ArrowRight)
	}
	held := b.text("#stepno")
	require.Contains(t, b.text("#question"), "What is printed next?")
	b.shot("predict")
	b.press(kb.End + "") // whoever wants to see the end may
	b.visit("#demo=gather-tasks&step=1&predict=1")
	b.js(`document.getElementById("by").value = "iteration"; document.getElementById("by").onchange({ target: document.getElementById("by") }); 0`)
	for range 9 {
		b.press(kb.ArrowRight)
	}
	require.Equal(t, held, b.text("#stepno"), "an iteration does not go past it either")

	// The output has the right answer.
	var d document
	fetch(t, b.base+"programs/gather-tasks.json", &d)
	right := d.Story.Output[0].Text
	number := value[int](b, fmt.Sprintf(`[...document.querySelectorAll("#question button")].findIndex((button) => button.lastChild.textContent === %q)`, right))
	require.GreaterOrEqual(t, number, 0)
	b.press(fmt.Sprint(number + 1))
	require.Contains(t, b.text("#question"), "Yes. 1 of 1 right.")
	require.Equal(t, "Right.", b.text("#announce"))
	b.press("1")
	require.Contains(t, b.text("#question"), "1 of 1 right.", "it is answered")
	b.js(`document.getElementById("by").value = "event"; document.getElementById("by").onchange({ target: document.getElementById("by") }); 0`)
	b.press(kb.ArrowRight)
	require.NotEqual(t, held, b.text("#stepno"))
	require.Equal(t, right, b.text("#output .new"))
}

func TestMuseum(t *testing.T) {
	b := open(t, serve(t, sample.Library()))
	b.size(1400, 900)
	b.visit("#demo=lost-result")
	require.Equal(t, "The trapThe cure", b.text("#sides"))
	require.Equal(t, "The trap", b.text(`#sides [aria-selected="true"]`))
	for _, title := range []string{"What you expect", "What happens", "Why", "The cure", "Here", "References"} {
		require.Contains(t, b.text("#exhibit"), title)
	}
	require.Regexp(t, "^https://", b.attribute("#exhibit a", "href"))
	require.Contains(t, b.attribute("#exhibit a", "rel"), "noreferrer")
	b.shot("museum")
	b.js(`document.querySelector('#sides [aria-selected="true"]').focus()`)
	b.press(kb.ArrowRight)
	b.until(`location.hash.startsWith("#demo=lost-result/cure")`)
	b.until(`document.querySelector('#sides [aria-selected="true"]').textContent === "The cure"`)
	require.False(t, b.is(`document.getElementById("stepno").textContent.startsWith("Step 2 ")`), "the arrow was the tab's")
	b.visit("#demo=gather-tasks")
	require.True(t, b.is(`document.getElementById("exhibit").hidden && document.getElementById("sides").hidden`))
}

// Who wants less motion gets none.
func TestReducedMotion(t *testing.T) {
	b := open(t, serve(t, sample.Library()))
	b.size(1400, 900)
	const moving = `(() => {
		let most = 0;
		for (let i = 0; i < 20; i++) { document.getElementById("next").click(); most = Math.max(most, document.getAnimations().length); }
		return most;
	})()`
	var most int
	b.prefer("prefers-reduced-motion", "no-preference")
	b.visit("#demo=gather-tasks")
	most = value[int](b, moving)
	require.Positive(t, most, "without the wish cards glide")
	b.prefer("prefers-reduced-motion", "reduce")
	b.visit("#demo=gather-tasks")
	most = value[int](b, moving)
	require.Zero(t, most)
}

func TestThemeIsKept(t *testing.T) {
	b := open(t, serve(t, sample.Library()))
	b.prefer("prefers-color-scheme", "dark")
	b.visit("")
	const background = `getComputedStyle(document.body).backgroundColor`
	var dark, light string
	dark = value[string](b, background)
	b.press("t")
	b.visit("")
	light = value[string](b, background)
	require.NotEqual(t, dark, light)
	require.Equal(t, "light", b.attribute("html", "data-theme"))
	b.js("localStorage.clear()")
}
