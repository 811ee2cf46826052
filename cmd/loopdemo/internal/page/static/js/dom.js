// Elements are made here, and only here. Text is set as text: nothing on this page parses HTML.

export const byId = (id) => document.getElementById(id);

// el makes an element. Children are elements and strings; null is nothing.
export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// svg is el for the elements of a drawing.
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// show puts these children in place of those that an element has.
export function show(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
}

// icon is a small drawing of one line, in the color of the text around it.
function icon(path, className) {
  return svg("svg", { viewBox: "0 0 12 12", width: 12, height: 12, class: `stroke ${className}`, "aria-hidden": "true" },
    svg("path", { d: path }));
}
export const tick = () => icon("M2 6.5l2.8 2.8L10 3", "tick");
export const cross = () => icon("M2.5 2.5l7 7M9.5 2.5l-7 7", "cross");
export const arrow = () => icon("M1 6h9M7 3l3 3-3 3", "arrow");
