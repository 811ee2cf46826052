// Which program it is: the picker, trap and cure, the line about it.
import { byId, el, show } from "./dom.js";
import { itemOf } from "./names.js";
import { drawTabs } from "./tabs.js";

let listed = null;

export function drawHeader(state, choose) {
  const { index, story } = state;
  const picker = byId("demo");
  if (listed !== index) {
    listed = index;
    show(picker, index.groups.map((group) => el("optgroup", { label: group.title }, group.items.map((item) => el("option", { value: item.name }, item.name)))));
  }
  byId("live").disabled = byId("predict").disabled = story === null;
  if (!story) return;
  const item = itemOf(index, story.name);
  if (item) picker.value = item.name;
  byId("about").textContent = byId("about").title = story.about;
  document.title = `${story.name} · ouro`;
  const sides = item?.programs ?? [];
  byId("sides").hidden = sides.length < 2;
  drawTabs(byId("sides"), sides.map((name) => ({ id: name, label: sideName(name), controls: "main" })), story.name, choose);
}

function sideName(program) {
  const side = program.slice(program.lastIndexOf("/") + 1);
  return { trap: "The trap", cure: "The cure" }[side] ?? side;
}
