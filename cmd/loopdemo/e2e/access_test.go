package e2e

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// moments are what the tests of accessibility look at.
var moments = []string{"#demo=gather-tasks&step=1", "#demo=gather-tasks&step=16", "#demo=gather-tasks&step=43", "#demo=gather-tasks&step=6&predict=1", "#demo=lost-result/trap&step=14", "#demo=lost-result/cure&step=11", "#demo=gathr-tasks",
	"#demo=dining&step=60", "#demo=lost-notify/trap&step=25", "#demo=to-thread&step=18", "#demo=wait&step=40"}

func eachMoment(t *testing.T, check func(b *tab, where string)) {
	base := served(t)
	for _, width := range []int64{390, 1400} {
		for _, theme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d %s", width, theme), func(t *testing.T) {
				b := open(t, base)
				b.size(width, 900)
				b.prefer("prefers-color-scheme", theme, "prefers-reduced-motion", "reduce")
				for i, moment := range moments {
					b.visit(moment)
					check(b, moment)
					b.shot(fmt.Sprintf("%d-%s-%d", width, theme, i))
				}
			})
		}
	}
}

// The rules of axe-core find nothing serious.
func TestAxe(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(os.Getenv("AXE"))
	if err != nil {
		t.Skip("AXE does not say where axe-core's axe.min.js is")
	}
	eachMoment(t, func(b *tab, where string) {
		b.js(string(script) + "; 0")
		found := value[[]string](b, `axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations
			.filter(({ impact }) => impact !== "minor")
			.map(({ id, impact, nodes }) => impact + " " + id + ": " + nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + " " + (node.any[0]?.message ?? "")).join(" | ")))`)
		require.Empty(b, found, where)
	})
}

// contrast tells of every text that is in sight how it stands out from what is behind it.
const contrast = `(() => {
	const channels = (color) => { // as the browser computes it, also what color-mix and light-dark make
		const c = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
		c.fillStyle = color; c.fillRect(0, 0, 1, 1);
		const [r, g, b] = c.getImageData(0, 0, 1, 1).data;
		const alpha = /[,/]\s*([\d.]+)(%?)\)$/.exec(color.startsWith("rgba") || color.includes("/") ? color : "");
		return [r, g, b, alpha ? Number(alpha[1]) / (alpha[2] ? 100 : 1) : color === "transparent" ? 0 : 1];
	};
	const over = (front, back, alpha) => front.slice(0, 3).map((v, i) => v * alpha + back[i] * (1 - alpha));
	const raw = (color) => { const m = /^rgba?\(([^)]*)\)/.exec(color); if (!m) return channels(color); const n = m[1].split(/[\s,/]+/).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
	const behind = (e) => {
		const layers = [];
		for (; e; e = e.parentElement) { const c = raw(getComputedStyle(e).backgroundColor); if (c[3] > 0) layers.push(c); if (c[3] === 1) break; }
		return layers.reverse().reduce((back, c) => over(c, back, c[3]), [255, 255, 255]);
	};
	const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const poor = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const node = walker.currentNode, e = node.parentElement;
		if (!node.textContent.trim() || e.closest("noscript, option, select, dialog, .vh, .skip, title, :disabled") || !e.checkVisibility({ visibilityProperty: true })) continue;
		if (e.closest("svg")) { if (e.closest("#lanes")) continue; } // under the veil of the future
		const style = getComputedStyle(e), back = behind(e);
		let opacity = 1;
		for (let up = e; up; up = up.parentElement) opacity *= Number(getComputedStyle(up).opacity);
		const front = raw(e.closest("svg") ? style.fill : style.color);
		const a = light(over(front, back, front[3] * opacity)), b = light(back);
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
		if (ratio < (large ? 3 : 4.5)) poor.push(ratio.toFixed(2) + " " + (e.className.baseVal ?? e.className) + ": " + node.textContent.trim().slice(0, 40));
	}
	return [...new Set(poor)];
})()`

// Every text has the contrast that WCAG 2 asks for.
func TestContrast(t *testing.T) {
	t.Parallel()
	eachMoment(t, func(b *tab, where string) {
		poor := value[[]string](b, contrast)
		require.Empty(b, poor, where)
	})
}

// Everything that can be used has a name, and is large enough for a finger.
func TestNamesAndTargets(t *testing.T) {
	t.Parallel()
	eachMoment(t, func(b *tab, where string) {
		wrong := value[[]string](b, `[...document.querySelectorAll("button, select, input, a, [tabindex='0'], [role=tab]")].filter((e) => e.checkVisibility() && !e.closest("dialog")).flatMap((e) => {
			const name = e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent.trim();
			const { width, height } = e.getBoundingClientRect(), least = e.matches("a, .trail button, .fold, .languages button, .fold-notes, #versions button, input[type=range]") ? 18 : 40;
			const problems = [];
			if (!name) problems.push("has no name");
			if (e.matches("button, select, input, a") && !e.matches(".skip") && (height < least - 4.5 || width < 24)) problems.push("is only " + width + " by " + height);
			return problems.map((problem) => e.outerHTML.slice(0, 100) + " " + problem);
		})`)
		require.Empty(b, wrong, where)
		require.True(b, b.is(`document.querySelectorAll("main:not([hidden])").length === 1 && document.querySelectorAll("h1").length >= 1`), where)
	})
}
