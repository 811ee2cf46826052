// What the program has printed so far. The lines of this step are marked.
import { byId, el, show } from "./dom.js";
import { colorOf, count } from "./parts.js";
import { current } from "./steps.js";

export function drawOutput(state) {
  const printed = state.story.output.slice(0, current(state).picture.output);
  byId("lines").textContent = printed.length ? `· ${count(printed.length, "line")}` : "";
  const list = byId("output");
  show(list, printed.length ? printed.map((line) => row(state, line)) : el("li", { class: "none" }, "nothing yet"));
  list.scrollTop = list.scrollHeight;
}

function row(state, { step, task, text }) {
  return el("li", { class: `${colorOf(task)}${step === state.step ? " new" : ""}` }, text || "\u00a0");
}
