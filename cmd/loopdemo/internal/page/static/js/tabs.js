// A row of tabs. The arrow keys go from one to the next while one has the focus.
import { el, show } from "./dom.js";

const shown = new WeakMap(); // what a row shows, so that it keeps the focus while nothing changes

// drawTabs shows a row of {id, label, controls}; choose is called with the id of the one that is chosen.
export function drawTabs(box, tabs, selected, choose) {
  const key = JSON.stringify(tabs);
  if (shown.get(box) !== key) {
    shown.set(box, key);
    show(box, tabs.map(({ id, label, controls }) =>
      el("button", { role: "tab", id: `tab-${box.id}-${id.replace(/\W/g, "-")}`, "aria-controls": controls, "data-id": id }, label)));
  }
  for (const button of box.children) {
    const on = button.dataset.id === selected;
    button.setAttribute("aria-selected", on);
    button.tabIndex = on ? 0 : -1;
    button.onclick = () => choose(button.dataset.id);
  }
  box.onkeydown = (event) => {
    const to = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
    if (!to) return;
    event.stopPropagation(); // it is no step
    event.preventDefault();
    document.activeElement[to]?.focus();
    document.activeElement.click();
  };
}
