// What happens in this step, where that is, and how it came to it.
import { arrow, byId, el, show } from "./dom.js";
import { phrase, plain } from "./parts.js";
import { current, place, placeOf, shown, stepAt } from "./steps.js";

const TRAIL = 5;

export function drawSentence(state) {
  const { story } = state;
  const step = current(state);
  byId("stepno").textContent = `Step ${place(state) + 1} of ${shown(state).length}`;
  byId("iterno").textContent = step.iteration ? `Iteration ${step.iteration}` : "Before the loop";
  byId("clock").textContent = `Loop time ${(step.time / 1e9).toFixed(3)} s`;
  byId("origin").textContent = story.live ? liveWords(story) : "Recorded run";
  byId("origin").classList.toggle("live", story.live !== null);
  show(byId("sentence"), phrase(story, step.says));
  fit(byId("sentence"));
  drawTrail(state);
  byId("announce").textContent = `Step ${place(state) + 1}. ${plain(story, step.says)}`;
}

function liveWords({ live, random }) {
  const words = ["Live run"];
  if (random) words.push(`seed ${live.seed}`);
  if (live.scale !== 1) words.push(`delays × ${live.scale}`);
  return words.join(", ");
}

// fit makes the letters of a long sentence smaller, so that it takes no more room than any other.
export function fit(sentence) {
  for (const size of ["", " fit-1", " fit-2", " fit-3"]) {
    sentence.className = `sentence${size}`;
    if (sentence.scrollHeight <= sentence.clientHeight + 1) return;
  }
}

function drawTrail(state) {
  const trail = byId("trail");
  const chain = causes(state);
  if (chain.length > 1) {
    show(trail, chain.map((step, i) => link(state, step, i)));
    trail.scrollLeft = trail.scrollWidth;
  } else if (place(state) === 0) {
    show(trail, el("li", {}, "Press ", el("kbd", {}, "→"), " or the green button: one event of the loop at a time."));
  } else {
    show(trail);
  }
}

// causes are this step and those that led to it, the first of them first. In the view by event the cause of
// a step is never a line, but the event that the line was part of.
function causes(state) {
  const chain = [];
  for (let step = state.step; step >= 0 && chain.length < TRAIL; step = state.story.steps[step].cause) {
    const visible = stepAt(state, placeOf(state, step));
    if (chain[0] !== visible) chain.unshift(visible);
  }
  return chain;
}

function link(state, step, i) {
  const here = step === state.step;
  const button = el("button", { "data-step": step, "aria-current": here ? "step" : null }, state.story.steps[step].brief);
  return el("li", {}, i > 0 ? arrow() : null, button);
}
