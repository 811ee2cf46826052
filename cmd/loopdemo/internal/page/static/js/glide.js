// Cards glide from where they were to where they are.

const DURATION = 280;
const still = matchMedia("(prefers-reduced-motion: reduce)");

// gliding draws, and lets every card that is at another place glide there.
export function gliding(draw) {
  if (still.matches) return draw();
  const before = places();
  draw();
  for (const [name, { card, box }] of places()) {
    const from = before.get(name)?.box;
    if (!from || !from.width || !box.width) continue;
    const dx = from.left - box.left, dy = from.top - box.top;
    if (Math.abs(dx) + Math.abs(dy) < 4) continue;
    card.animate([{ transform: `translate(${dx}px, ${dy}px)` }, { transform: "none" }], { duration: DURATION, easing: "cubic-bezier(.3, .7, .2, 1)" });
  }
}

function places() {
  const found = new Map();
  for (const card of document.querySelectorAll("[data-glide]")) {
    if (!found.has(card.dataset.glide)) found.set(card.dataset.glide, { card, box: card.getBoundingClientRect() });
  }
  return found;
}
