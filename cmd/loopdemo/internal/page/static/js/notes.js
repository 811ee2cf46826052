// What the page says about itself: a note that goes away, and the page for a name that there is not.
import { byId, el, show } from "./dom.js";
import { nearest } from "./names.js";

const WHILE = 6000; // milliseconds

let timer = null;

// toast shows a note for a while.
export function toast(text) {
  const note = byId("toast");
  note.textContent = text;
  note.classList.add("on");
  clearTimeout(timer);
  timer = setTimeout(() => note.classList.remove("on"), WHILE);
}

// showProblem is the page that says that there is no such demo, and what there is.
export function showProblem(index, name) {
  const meant = nearest(index, name);
  const link = (item) => el("a", { href: `#demo=${item}` }, item);
  byId("main").hidden = true;
  byId("problem").hidden = false;
  document.body.classList.remove("museum");
  byId("sides").hidden = true;
  byId("about").textContent = "";
  document.title = "no such demo · ouro";
  show(byId("problem"),
    el("h1", {}, `There is no demo “${name.slice(0, 60)}”.`),
    meant ? el("p", {}, "Did you mean ", link(meant), "?") : null,
    index.groups.map((group) => [
      el("h2", {}, group.title),
      el("ul", {}, group.items.map((item) => el("li", {}, link(item.name), `: ${item.about}`))),
    ]).flat());
}

export function hideProblem() {
  byId("main").hidden = false;
  byId("main").classList.remove("failed");
  byId("problem").hidden = true;
}

// showFailure says that something could not be loaded, where the sentence would be. The rest of the page stays, as a
// shadow.
export function showFailure(text, again) {
  byId("main").classList.add("failed");
  const button = el("button", { class: "tool again" }, "Try again");
  button.onclick = again;
  show(byId("sentence"), `${text} `, button);
  byId("announce").textContent = text;
}
