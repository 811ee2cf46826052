// What tasks share: queues, locks, semaphores, events, and who waits for which side of them.
import { byId, el, show } from "./dom.js";
import { chip, count } from "./parts.js";
import { current } from "./steps.js";

const SIDES = { room: "waits for room:", item: "waits for an item:", join: "waits for the end:", "": "in line:" };

export function drawShared(state) {
  const { shared, running } = current(state).picture;
  byId("shared-card").hidden = !state.story.steps.some((step) => step.picture.shared.length > 0);
  const list = shared.map((thing) => el("li", { class: "thing" },
    el("b", {}, thing.name), inside(state.story, thing), held(state.story, thing), lines(state.story, thing, running.task)));
  show(byId("shared"), list.length ? list : el("li", { class: "none" }, "nothing yet"));
}

function inside(story, thing) {
  switch (thing.kind) {
    case "queue":
      return [slots(thing), el("span", { class: "side" }, `${thing.unfinished} unfinished`), thing.down ? el("span", { class: "flag" }, "shut down") : null];
    case "semaphore":
      return [el("span", { class: "flag" }, thing.size ? `${thing.value} of ${thing.size} free` : `${thing.value} free`)];
    case "event":
      return [el("span", { class: thing.set ? "flag up" : "flag" }, thing.set ? "set" : "not set")];
    case "lock":
      return [];
    default: // any other, with what it has of these
      return thing.size ? [el("span", { class: "flag" }, `${thing.value} of ${thing.size}`)] : [];
  }
}

function slots({ items, size }) {
  const holes = size ? Math.max(0, size - items.length) : 1; // a queue without a bound has room for one more
  return el("span", { class: "slots", role: "img", "aria-label": size ? `${items.length} of ${size} items` : count(items.length, "item") },
    items.map((item) => el("span", { class: "slot full" }, item)),
    Array.from({ length: Math.min(holes, 12) }, () => el("span", { class: "slot" })));
}

function held(story, { kind, holders }) {
  if (holders.length) return el("span", { class: "side" }, "held by ", holders.map((task) => chip(story, task, "small")));
  return kind === "lock" ? el("span", { class: "side" }, "free") : null;
}

// lines are those who wait, by what they wait for. Who has been woken stays in line until it runs, but is
// then drawn where it runs.
function lines(story, { waiters }, runs) {
  const sides = [...new Set(waiters.map(({ side }) => side))];
  return sides.map((side) => {
    const tasks = waiters.filter((waiter) => waiter.side === side && waiter.task !== runs);
    if (tasks.length === 0) return null;
    return el("span", { class: "side" }, SIDES[side] ?? `${side}:`, tasks.map(({ task }) => chip(story, task, "small")));
  });
}
