// The two sources: the line of this step is marked, and a dot is where each task stands.
import { byId, el, show } from "./dom.js";
import { paintLines } from "./paint.js";
import { colorOf } from "./parts.js";
import { current } from "./steps.js";
import { drawTabs } from "./tabs.js";
import { change } from "./state.js";

const LANGUAGES = { python: "Python", go: "Go" };
const ROOM = 4; // dots that a line has room for
const OVER = new Set(["done", "failed", "canceled"]);

export function drawCode(state) {
  const tabs = Object.entries(LANGUAGES).map(([id, label]) => ({ id, label, controls: `pane-${id}` }));
  drawTabs(byId("languages"), tabs, state.options.language, (language) => change({ options: { language } }));
  for (const language of Object.keys(LANGUAGES)) {
    byId(`pane-${language}`).classList.toggle("off", language !== state.options.language);
    const list = byId(`source-${language}`);
    const isNew = drawn.get(list) !== state.story;
    if (isNew) drawSource(state.story, language, list);
    drawFold(state, language, list);
    if (isNew) scrollPastHead(state.story, language, list);
    drawMarks(state, language, list, isNew);
  }
}

const drawn = new WeakMap(); // which story's source a list has

function drawSource(story, language, list) {
  drawn.set(list, story);
  byId(`file-${language}`).textContent = story[language].file;
  show(list, paintLines(story[language].text, language).map((spans, i) => el("li", {},
    el("span", { class: "n", "aria-hidden": "true" }, String(i + 1)),
    el("span", { class: "stands" }),
    el("span", { class: "t" }, spans.length ? spans.map(({ text, kind }) => (kind ? el("span", { class: kind }, text) : text)) : " "))));
}

function scrollPastHead(story, language, list) {
  const first = Math.min(...story.steps.map((step) => step.at[language]).filter((line) => line > 0));
  const row = list.children[first - 4];
  list.scrollTo({ top: row && first > 12 ? row.offsetTop : 0, behavior: "instant" });
}

// ---- the imports, which are folded

// importBlock are the first and the last line of Go's block of imports, or null.
function importBlock(text) {
  const lines = text.split("\n");
  const first = lines.indexOf("import (");
  const last = lines.indexOf(")", first);
  return first >= 0 && last > first + 2 ? { first, last } : null;
}

function drawFold(state, language, list) {
  const block = language === "go" ? importBlock(state.story.go.text) : null;
  if (!block) return;
  const folded = !state.options.unfolded;
  const row = list.children[block.first];
  for (let i = block.first + 1; i <= block.last; i++) list.children[i].hidden = folded;
  let button = row.querySelector("button");
  if (!button) {
    button = el("button", { class: "fold" });
    button.onclick = () => change({ options: { unfolded: !state.options.unfolded } });
    show(row.querySelector(".t"), button);
  }
  button.setAttribute("aria-expanded", !folded);
  show(button, el("b", {}, "import"), folded ? ` ( … ${block.last - block.first - 1} lines )` : " (");
}

// ---- marks

function drawMarks(state, language, list, isNew) {
  const step = current(state);
  for (const row of list.querySelectorAll(".marked")) {
    row.removeAttribute("class");
    row.removeAttribute("aria-current");
  }
  drawStands(state, language, list);
  const row = list.children[step.at[language] - 1];
  if (!row) return;
  row.className = `marked ${colorOf(step.at.task)}`;
  row.setAttribute("aria-current", "step");
  follow(list, row, isNew ? "instant" : "auto");
}

function drawStands(state, language, list) {
  const { story } = state;
  const { task: who } = current(state).at;
  const lines = new Map();
  current(state).picture.tasks.forEach((task, i) => {
    if (task[language] > 0 && (i === who || !OVER.has(task.state))) lines.set(task[language], [...(lines.get(task[language]) ?? []), i]);
  });
  for (const box of list.querySelectorAll(".stands[title]")) {
    box.removeAttribute("title");
    show(box);
  }
  for (const [line, tasks] of lines) {
    const box = list.children[line - 1]?.querySelector(".stands");
    if (!box) continue;
    const some = tasks.length > ROOM ? tasks.slice(0, ROOM - 1) : tasks;
    box.title = `Here: ${tasks.map((task) => story.tasks[task].name).join(", ")}`;
    show(box, some.map((task) => el("i", { class: `stand ${colorOf(task)}${task === who ? " runs" : ""}` })),
      tasks.length > some.length ? `+${tasks.length - some.length}` : null);
  }
}

// follow scrolls a source to the marked line, if it is not in sight.
function follow(list, row, behavior) {
  const top = row.offsetTop;
  if (top < list.scrollTop + 20 || top > list.scrollTop + list.clientHeight - 60) {
    list.scrollTo({ top: top - list.clientHeight * 0.4, behavior });
  }
}
