// "What is printed next?": the future is hidden, and the step that prints waits for an answer.
import { byId, el, show } from "./dom.js";
import { place, shown } from "./steps.js";

const CHOICES = 4;

// questionAt is the question at a position of the view: that before a step that prints. Else it is null.
function questionAt(state, position) {
  const asks = shown(state)[position + 1];
  if (asks === undefined) return null;
  const right = printedBy(state.story, asks);
  if (right === null) return null;
  return { asks, right, choices: choices(state.story, asks, right), answer: state.answers.get(asks) ?? null };
}

function printedBy(story, step) {
  const lines = story.output.filter((line) => line.step === step);
  return lines.length ? lines.map((line) => line.text).join("\n") : null;
}

// choices are lines of this run, first those to come, in an order that does not depend on which is right.
function choices(story, asks, right) {
  const steps = [...new Set(story.output.map((line) => line.step))];
  const later = steps.filter((step) => step > asks), before = steps.filter((step) => step < asks).reverse();
  const texts = new Set([right, ...[...later, ...before].map((step) => printedBy(story, step))]);
  return [...texts].slice(0, CHOICES).sort((a, b) => scramble(a, asks) - scramble(b, asks));
}

function scramble(text, seed) {
  let hash = 7 + seed;
  for (const character of text) hash = (Math.imul(hash, 31) + character.codePointAt(0)) >>> 0;
  return hash % 9973;
}

// question is the one that is open, or just answered; null without predicting.
export function question(state) {
  return state.options.predict ? questionAt(state, place(state)) : null;
}

// held is how far a move forward to a step gets: up to the first question without an answer.
export function held(state, step) {
  if (!state.options.predict) return step;
  const steps = shown(state);
  for (let i = place(state); i < steps.length - 1 && steps[i] < step; i++) {
    const open = questionAt(state, i);
    if (open && open.answer === null) return steps[i];
  }
  return step;
}

// score is how many of the answers are right.
function score({ story, answers }) {
  const right = [...answers].filter(([step, answer]) => printedBy(story, step) === answer).length;
  return `${right} of ${answers.size} right`;
}

export function drawQuestion(state) {
  byId("predict").setAttribute("aria-pressed", state.options.predict);
  const open = question(state);
  if (!open) return show(byId("question"));
  const { answer, right } = open;
  const title = answer === null ? "What is printed next?" : `${answer === right ? "Yes." : "No."} ${score(state)}.`;
  show(byId("question"), el("p", {}, title), el("div", {}, open.choices.map((text, i) => {
    const verdict = answer === null ? null : text === right ? "right" : text === answer ? "wrong" : null;
    return el("button", { "data-answer": i, class: verdict, disabled: answer === null ? null : "" }, el("kbd", {}, String(i + 1)), text || "(an empty line)");
  })));
  if (answer !== null) byId("announce").textContent = answer === right ? "Right." : `Not right: ${right} is next.`;
}
