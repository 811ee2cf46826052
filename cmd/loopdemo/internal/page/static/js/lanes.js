// Every task's lane. The x-axis counts steps, because in virtual time most things happen at once.
import { byId, el, show, svg } from "./dom.js";
import { colorOf, count, seconds } from "./parts.js";
import { place, shown } from "./steps.js";

const LEFT = 4, RIGHT = 14, TOP = 24, BOTTOM = 8;
const TALL = 28, LOW = 22, MANY = 4;

export function drawLanes(state) {
  const box = byId("lanes");
  if (drawn?.story !== state.story) drawNames(state.story); // first: they decide how much room there is
  const sheet = layout(state, box.clientWidth || 1000);
  if (!same(sheet, drawn)) {
    drawn = sheet;
    show(box, drawing(state, sheet));
  }
  drawPresent(state, sheet, box);
}

// positionAt is the position in the view at an x of the window.
export function positionAt(clientX) {
  const left = byId("lanes").firstElementChild.getBoundingClientRect().left;
  return Math.floor((clientX - left - LEFT) / drawn.step);
}

let drawn = null; // the layout of what the lanes show

// lanesOf are the tasks that have a lane: all but those that only clean up after the program, in one step.
function lanesOf(story) {
  const busy = new Set();
  for (const { kind, picture } of story.steps) {
    if (kind === "cleanup" || kind === "end") continue;
    picture.tasks.forEach(({ state }, task) => { if (!(state in ENDED)) busy.add(task); });
  }
  return [...busy].sort((a, b) => a - b);
}

const lanes = new WeakMap();

// rowsOf is the row of each task that has a lane.
function rowsOf(story) {
  if (!lanes.has(story)) lanes.set(story, new Map(lanesOf(story).map((task, row) => [task, row])));
  return lanes.get(story);
}

function layout(state, width) {
  const steps = shown(state).length, rows = rowsOf(state.story).size;
  const least = width < 500 ? 13 : 8; // wide enough for a finger, or for the mouse
  const whole = Math.max(width, LEFT + steps * least + RIGHT);
  const row = rowHeight(state.story);
  return { story: state.story, by: state.options.by, width: whole, step: (whole - LEFT - RIGHT) / steps, row, height: TOP + row * rows + BOTTOM };
}

const rowHeight = (story) => (rowsOf(story).size > MANY ? LOW : TALL);

const same = (a, b) => b !== null && Object.keys(a).every((key) => a[key] === b[key]);

function drawNames(story) {
  const names = byId("lane-names");
  byId("work").classList.toggle("many", rowHeight(story) === LOW); // there is more to show than fits in one window
  names.className = `lane-names ${rowHeight(story) === TALL ? "tall" : "low"}`;
  show(names, [...rowsOf(story).keys()].map((task) => {
    const { name, func } = story.tasks[task];
    return el("li", { class: colorOf(task) }, el("i", {}), name, func && func !== name ? el("small", {}, func) : null);
  }));
}

function drawing(state, sheet) {
  const steps = shown(state).map((i) => state.story.steps[i]);
  const label = `${count(rowsOf(state.story).size, "lane")} over ${count(steps.length, "step")}; the slider moves through them`;
  return svg("svg", { width: sheet.width, height: sheet.height, viewBox: `0 0 ${sheet.width} ${sheet.height}`, role: "img", "aria-label": label },
    svg("defs", {}, svg("marker", { id: "arrow", viewBox: "0 0 6 6", refX: 4.4, refY: 3, markerWidth: 6, markerHeight: 6, orient: "auto" }, svg("path", { d: "M0 0L6 3L0 6z" }))),
    iterations(steps, sheet),
    [...rowsOf(state.story).keys()].map((task) => lane(steps, task, sheet)),
    pushes(steps, sheet),
    prints(steps, sheet),
    svg("g", { id: "present" }));
}

const x = (sheet, position) => LEFT + position * sheet.step;
const middle = (sheet, task) => TOP + rowsOf(sheet.story).get(task) * sheet.row + sheet.row / 2;

// runs are the stretches of steps for which key gives the same.
function runs(steps, key) {
  const stretches = [];
  steps.forEach((step, i) => {
    const value = key(step, i), last = stretches[stretches.length - 1];
    if (last && last.value === value) last.end = i + 1;
    else stretches.push({ value, begin: i, end: i + 1 });
  });
  return stretches;
}

// iterations are their numbers over the lanes, and the moon where the loop sleeps.
function iterations(steps, sheet) {
  const sleeps = (step) => step.kind === "wait" || step.kind === "due";
  let free = 0; // where the next number has room
  return runs(steps, (step) => `${step.iteration} ${sleeps(step)}`).map(({ begin, end }) => {
    const left = x(sheet, begin), width = (end - begin) * sheet.step, step = steps[end - 1];
    if (sleeps(step)) {
      const text = width > 64 ? seconds(step.time) : "";
      return svg("g", {},
        svg("rect", { class: "sleep", x: left, y: 0, width, height: sheet.height }),
        width > 13 ? moon(left + width / 2 - (text ? 24 : 5)) : null,
        svg("text", { x: left + width / 2 + 5, y: 15, "text-anchor": "middle" }, text));
    }
    if (step.iteration === 0) return null;
    const number = String(step.iteration), needs = 8 * number.length + 6;
    const fits = left >= free && (width > needs || !steps[end] || !sleeps(steps[end]));
    if (fits) free = left + needs;
    return svg("g", {},
      svg("line", { class: "edge", x1: left, x2: left, y1: 4, y2: sheet.height }),
      fits ? svg("text", { x: left + 5, y: 15 }, number) : null);
  });
}

const moon = (left) => svg("path", { class: "moon", transform: `translate(${left} 5)`, d: "M7.5 0.5a5 5 0 1 0 3 8a4.4 4.4 0 0 1-3-8z" });

// ---- the lane of a task

const ENDED = { done: "M0 4.5l3 3l6-7", failed: "M1 1l7 7M8 1l-7 7", canceled: "M1 1l7 7M8 1l-7 7" };

function lane(steps, task, sheet) {
  const center = middle(sheet, task), thick = sheet.row === TALL ? 16 : 14;
  return svg("g", { class: colorOf(task) }, runs(steps, (_, i) => stateOf(steps, i, task)).map(({ value, begin, end }) => {
    const left = x(sheet, begin), width = (end - begin) * sheet.step;
    switch (value) {
      case "running":
        return svg("rect", { class: value, x: left + 0.5, y: center - thick / 2, width: Math.max(width - 1, 2), height: thick, rx: 3.5 });
      case "ready":
        return svg("rect", { class: value, x: left + 0.5, y: center - thick / 2 + 2, width: Math.max(width - 1, 2), height: thick - 4, rx: 3 });
      case "waiting":
        return svg("rect", { class: value, x: left, y: center - 1.5, width, height: 3 });
    }
    const sign = ENDED[value];
    return sign ? svg("path", { class: `over ${value}`, d: sign, transform: `translate(${left + 4} ${center - 4})` }) : null;
  }));
}

// stateOf is a task's state in a step. The step in which it suspends or ends is still its own.
function stateOf(steps, i, task) {
  const now = steps[i].picture.tasks[task]?.state ?? "";
  const before = i > 0 ? steps[i - 1].picture.tasks[task]?.state : "";
  return steps[i].task === task && before === "running" ? "running" : now;
}

// ---- what one task does to another

// pushes are arrows from the task whose doing a step is to those that became ready in it.
function pushes(steps, sheet) {
  return steps.flatMap((step, i) => {
    const from = step.task, rows = rowsOf(sheet.story);
    if (!rows.has(from) || i === 0) return [];
    return step.picture.tasks.flatMap((task, to) => {
      const before = steps[i - 1].picture.tasks[to]?.state;
      if (to === from || !rows.has(to) || task.state !== "ready" || before === "ready" || before === "running") return [];
      const down = to > from ? 1 : -1, at = x(sheet, i) + sheet.step / 2;
      return svg("path", { class: "push", d: `M${at} ${middle(sheet, from) + 8 * down}V${middle(sheet, to) - 7 * down}` });
    });
  });
}

function prints(steps, sheet) {
  return steps.flatMap((step, i) => (step.kind !== "print" || !rowsOf(sheet.story).has(step.task) ? [] : svg("circle",
    { class: "print", cx: x(sheet, i) + sheet.step / 2, cy: middle(sheet, step.task), r: Math.min(3.6, sheet.step * 0.36) })));
}

// ---- the present

// drawPresent frames the step that is shown, and veils what is to come; to who predicts it is hidden.
function drawPresent(state, sheet, box) {
  const left = x(sheet, place(state)), right = left + sheet.step;
  show(byId("present"),
    svg("rect", { class: state.options.predict ? "future unknown" : "future", x: right, y: 0, width: Math.max(0, sheet.width - right), height: sheet.height }),
    svg("rect", { class: "present", x: left, y: 1, width: sheet.step, height: sheet.height - 2, rx: Math.min(4, sheet.step / 2) }));
  if (left < box.scrollLeft + 20 || right > box.scrollLeft + box.clientWidth - 40) box.scrollLeft = left - box.clientWidth / 2;
}
