// The museum: what one expects of a trap, what happens, why, the cure, and how it is here.
import { byId, el, show } from "./dom.js";
import { marked } from "./parts.js";
import { change } from "./state.js";
import { drawTabs } from "./tabs.js";

const TEXTS = [["expect", "What you expect"], ["happens", "What happens"], ["why", "Why"], ["cure", "The cure"], ["here", "Here"]];

let drawn = null;

export function drawExhibit(state) {
  const { story, options } = state;
  const exhibit = story.exhibit;
  document.body.classList.toggle("museum", exhibit !== null);
  byId("exhibit").hidden = exhibit === null;
  if (exhibit === null) return;
  if (drawn !== story) {
    drawn = story;
    show(byId("exhibit"), ...panel(exhibit));
  }
  byId("exhibit").classList.toggle("folded", !options.notes);
  const fold = byId("exhibit").querySelector(".fold-notes");
  fold.textContent = options.notes ? "Hide" : "Read";
  fold.setAttribute("aria-expanded", options.notes);
  if (exhibit.versions?.length) drawVersion(exhibit.versions, options.version);
}

function panel(exhibit) {
  const fold = el("button", { class: "fold-notes" });
  fold.onclick = () => change({ options: { notes: fold.getAttribute("aria-expanded") !== "true" } });
  const notes = el("div", { class: "notes", tabindex: 0, role: "group", "aria-label": "About the exhibit" },
    TEXTS.filter(([key]) => exhibit[key]).map(([key, title]) => [el("h3", {}, title), el("p", {}, marked(exhibit[key]))]).flat(),
    exhibit.versions?.length ? versions(exhibit.versions) : [],
    exhibit.refs?.length ? [el("h3", {}, "References"), ...exhibit.refs.map(reference)] : []);
  return [el("h2", {}, el("span", {}, exhibit.title ?? ""), fold), notes];
}

// reference is a link, if its address is one of the web.
function reference({ text, url }) {
  if (!/^https:\/\//.test(url ?? "")) return el("p", {}, text);
  return el("p", {}, el("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, text));
}

// ---- what other versions of Python print

// versions has a switch only if there is something to switch: if they print the same, it is one.
function versions(list) {
  const output = (role) => el("pre", { id: "version-output", role, tabindex: 0, "aria-label": "What it prints" });
  if (list.length === 1) return [el("h3", {}, `Python ${list[0].version} prints`), output("group")];
  return [
    el("h3", {}, "What Python prints"),
    el("div", { id: "versions", class: "tabs", role: "tablist", "aria-label": "Version of Python" }),
    output("tabpanel"),
  ];
}

function drawVersion(list, wanted) {
  const version = list.find((each) => each.version === wanted) ?? list[list.length - 1];
  const tabs = list.map((each) => ({ id: each.version, label: each.version, controls: "version-output" }));
  if (list.length > 1) drawTabs(byId("versions"), tabs, version.version, (id) => change({ options: { version: id } }));
  byId("version-output").textContent = version.output || "(nothing)";
}
