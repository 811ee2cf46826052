// The machine that the loop is: the ring of an iteration's parts, who runs, who is ready, who waits, the timers.
import { byId, cross, el, show, svg, tick } from "./dom.js";
import { chip, colorOf, phrase, seconds } from "./parts.js";
import { current } from "./steps.js";

export function drawMachine(state) {
  const step = current(state);
  drawRing(step);
  drawRunning(state.story, step.picture);
  drawReady(state.story, step);
  drawWaiting(state.story, step.picture);
  drawTimers(state.story, step);
}

// ---- the ring

const PARTS = ["take in", "how long?", "wait", "due timers", "run"];
const CENTER = 48, RADIUS = 38, GAP = 7;

function drawRing(step) {
  const part = step.phase ? PARTS[step.phase - 1] : "";
  const says = step.phase ? `Iteration ${step.iteration}, part ${step.phase}. ${part}` : "The loop does not run";
  show(byId("ring"), svg("svg", { viewBox: "0 0 96 96", role: "img", "aria-label": says },
    PARTS.map((name, i) => svg("path", { d: arc(i), class: step.phase === i + 1 ? "on" : null }, svg("title", {}, `${i + 1}. ${name}`))),
    svg("text", { x: CENTER, y: part ? 47 : 54, "text-anchor": "middle", "font-size": 19, "font-weight": 650 }, step.iteration ? String(step.iteration) : "–"),
    svg("text", { x: CENTER, y: 61, "text-anchor": "middle", "font-size": 10.5, class: "part-name" }, part)));
}

function arc(i) {
  const at = (degrees) => {
    const angle = ((degrees - 90) * Math.PI) / 180;
    return `${(CENTER + RADIUS * Math.cos(angle)).toFixed(2)} ${(CENTER + RADIUS * Math.sin(angle)).toFixed(2)}`;
  };
  const size = 360 / PARTS.length;
  return `M${at(i * size + GAP / 2)}A${RADIUS} ${RADIUS} 0 0 1 ${at((i + 1) * size - GAP / 2)}`;
}

// ---- who runs

function drawRunning(story, picture) {
  show(byId("running"), runningCard(story, picture));
}

function runningCard(story, { running, tasks }) {
  if (running.nobody) return el("div", { class: "nobody" }, el("span", {}, phrase(story, running.nobody, "small")));
  if (running.task < 0) {
    return el("div", { class: "runs-now" },
      el("div", { class: "who" }, capital(running.text)), el("p", {}, "a callback of the library, not a task"));
  }
  const line = story.python.text.split("\n")[running.python - 1] ?? "";
  return el("div", { class: `runs-now ${colorOf(running.task)}`, "data-glide": `task ${running.task}` },
    el("div", { class: "who" }, chip(story, running.task), el("small", {}, called(story.tasks[running.task].func)), cancels(tasks[running.task])),
    el("code", {}, line.trim() || "\u00a0"));
}

// called is a function as a call, if it is not given as one, with its arguments.
const called = (func) => (func === "" || func.includes("(") ? func : `${func}()`);

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// cancels tells how many requests to cancel a task has that it has not taken back.
function cancels(task) {
  if (!task?.canceling) return null;
  const text = task.canceling === 1 ? "cancel asked" : `cancel asked ${task.canceling} times`;
  return el("span", { class: "cancels" }, text);
}

// ---- who is ready

function drawReady(story, step) {
  const { ready } = step.picture;
  const now = ready.filter((entry) => !entry.later), later = ready.filter((entry) => entry.later);
  if (ready.length === 0) return show(byId("ready"), el("li", { class: "none" }, "empty"));
  const gate = step.iteration ? `iteration ${step.iteration + 1}` : "first iteration";
  show(byId("ready"),
    now.length ? el("li", { class: "front" }, "next") : null,
    now.map((entry) => readyEntry(story, entry)),
    later.length ? el("li", { class: "gate" }, gate) : null,
    later.map((entry) => readyEntry(story, entry)));
}

function readyEntry(story, { entry, task, text, later }) {
  const look = later ? " later" : "";
  if (task < 0) return el("li", { class: `entry callback${look}`, "data-glide": `entry ${entry}` }, text);
  return el("li", { class: `entry ${colorOf(task)}${look}`, "data-glide": `task ${task}` }, chip(story, task, "small"), el("span", {}, text));
}

// ---- who waits

// drawWaiting has a row for each thing that is waited for: those who wait for the same share one.
function drawWaiting(story, picture) {
  const rows = new Map();
  for (const waiter of picture.waiting) {
    const key = JSON.stringify([waiter.kind, waiter.says, waiter.children]);
    rows.set(key, [...(rows.get(key) ?? []), waiter]);
  }
  const list = [...rows.values()].map((waiters) => waitingRow(story, picture, waiters));
  show(byId("waiting"), list.length ? list : el("li", { class: "none" }, "nobody"));
}

function waitingRow(story, picture, waiters) {
  const [{ kind, says, children }] = waiters;
  return el("li", {},
    waiters.map(({ task }) => [el("span", { "data-glide": `task ${task}` }, chip(story, task, "small")), cancels(picture.tasks[task])]).flat(),
    el("span", { class: "what" }, kind === "sleep" ? null : "for ", phrase(story, says, "small"), children.length ? ":" : null),
    children.map((child) => childChip(story, child)));
}

const ENDS = { done: tick, failed: cross, canceled: cross };

function childChip(story, { task, state }) {
  const sign = ENDS[state];
  return el("span", { class: "child" },
    chip(story, task, "small outline"),
    sign ? [sign(), el("span", { class: "vh" }, state)] : null);
}

// ---- timers

// drawTimers has a bar for what is left, all to the same scale.
function drawTimers(story, step) {
  const { timers } = step.picture;
  const longest = Math.max(1, ...timers.map((timer) => timer.when - Math.min(timer.set, step.time)));
  const list = timers.map((timer) => el("li", { class: colorOf(timer.task) },
    el("span", { class: "at" }, seconds(timer.when)),
    timer.task < 0 ? el("span", { class: "text", title: timer.text }, timer.text) : el("span", { title: timer.text }, chip(story, timer.task, "small outline")),
    bar((timer.when - step.time) / longest, `${seconds(Math.max(0, timer.when - step.time))} left`)));
  show(byId("timers"), list.length ? list : el("li", { class: "none" }, "none set"));
}

function bar(share, title) {
  const rest = el("i", {});
  rest.style.width = `${Math.max(2, Math.min(100, 100 * share))}%`;
  return el("span", { class: "left", title }, rest);
}
