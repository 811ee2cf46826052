// What moves the state: the buttons, the keys, the lanes, and time while it plays.
import { byId } from "./dom.js";
import { held, question } from "./predict.js";
import { change, state } from "./state.js";
import { beside, iterationBeside, place, shown, stepAt } from "./steps.js";

// goTo shows a position of the view.
export const goTo = (position) => change({ step: stepAt(state, position) });
export const goFirst = () => goTo(0);
export const goLast = () => goTo(shown(state).length - 1);

// move goes a step forward (1) or back (-1). Forward, a question holds it, and gets the focus.
export const move = (direction) => moveTo(beside(state, direction), direction);

// moveIteration goes to where the next iteration begins, or the one before.
export const moveIteration = (direction) => moveTo(iterationBeside(state, direction), direction);

function moveTo(step, direction) {
  const to = direction > 0 ? held(state, step) : step;
  if (to !== state.step) change({ step: to });
  if (to !== step) askForAnswer();
}

function askForAnswer() {
  pause();
  const button = byId("question").querySelector("button:enabled");
  button?.scrollIntoView({ block: "nearest" });
  button?.focus();
}

// answerWith gives the answer with this number, from 0, to the open question.
export function answerWith(number) {
  const open = question(state);
  if (!open || open.answer !== null || open.choices[number] === undefined) return;
  const focused = byId("question").contains(document.activeElement);
  change({ answers: new Map(state.answers).set(open.asks, open.choices[number]) });
  if (focused) byId("next").focus();
}

// setBy changes what a step is, and keeps the moment as far as there is a step for it.
export function setBy(by) {
  pause();
  change({ options: { by } });
  change({ step: stepAt(state, place(state)) });
}

// ---- time

const FIRST = 350; // milliseconds until the first step

let timer = null;

export function togglePlay() {
  if (state.options.playing) return pause();
  if (place(state) === shown(state).length - 1) goFirst();
  change({ options: { playing: true } });
  timer = setTimeout(tickOn, FIRST);
}

export function pause() {
  clearTimeout(timer);
  if (state.options.playing) change({ options: { playing: false } });
}

function tickOn() {
  move(1);
  if (!state.options.playing) return; // a question came
  if (place(state) === shown(state).length - 1) return pause();
  timer = setTimeout(tickOn, Number(byId("speed").value));
}
