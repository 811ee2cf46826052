// Sentences as elements, and the sign of a task.
import { el } from "./dom.js";

// colorOf is the class that sets a task's color, the same everywhere.
export const colorOf = (task) => (task < 0 ? "nobodys" : `task-${task % 8}`);

// chip is the sign of a task: its name, in its color.
export function chip(story, task, look = "") {
  if (task < 0) return el("span", { class: `chip ${look} ${colorOf(task)}` }, "somebody outside");
  return el("span", { class: `chip ${look} ${colorOf(task)}` }, story.tasks[task].name);
}

// phrase is a sentence's parts as elements.
export function phrase(story, parts, look = "") {
  return parts.map((part) => {
    const dim = part.then ? " then" : "";
    if (part.text !== undefined) return dim ? el("span", { class: "then" }, part.text) : part.text;
    if (part.code !== undefined) return el("code", { class: dim.trim() || null }, part.code);
    return chip(story, part.task, `${look} ${part.outline ? "outline" : ""}`.trim());
  });
}

// marked is a text with code between backticks, as elements.
export function marked(text) {
  return text.split("`").map((piece, i) => (i % 2 === 1 ? el("code", {}, piece) : piece));
}

// plain is a sentence as text.
export function plain(story, parts) {
  return parts.map((part) => part.text ?? part.code ?? story.tasks[part.task]?.name ?? "somebody outside").join("");
}

// seconds is a time of the loop, as people write it.
export function seconds(nanoseconds) {
  return `${Math.round(nanoseconds / 1e6) / 1e3} s`;
}

// count is a number with its word.
export function count(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}
