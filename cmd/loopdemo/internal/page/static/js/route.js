// The address: #demo=NAME&step=N, with by, predict, seed and scale where they are not as usual. Whoever
// has the address has the moment.
import { place } from "./steps.js";

// readAddress is what an address asks for. A wrong step is NaN, and none is null.
export function readAddress(hash) {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const step = query.get("step");
  return {
    demo: query.get("demo"),
    step: step === null ? null : /^[1-9]\d{0,8}$/.test(step) ? Number(step) : NaN,
    stepText: step ?? "",
    by: ["line", "iteration"].find((by) => by === query.get("by")) ?? "event",
    predict: query.get("predict") === "1",
    live: query.has("seed") || query.has("scale") ? { seed: readSeed(query.get("seed") ?? "1") ?? 1, scale: readScale(query.get("scale") ?? "1") ?? 1 } : null,
  };
}

// readSeed and readScale are null for what is none.
export function readSeed(text) {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : null;
}
export function readScale(text) {
  const scale = Number(text);
  return scale >= 0.01 && scale <= 100 ? scale : null;
}

// address is that of a state.
export function address(state) {
  const parts = [`demo=${encodeURIComponent(state.story.name).replaceAll("%2F", "/")}`, `step=${place(state) + 1}`];
  if (state.options.by !== "event") parts.push(`by=${state.options.by}`);
  if (state.story.live) parts.push(`seed=${state.story.live.seed}`, `scale=${state.story.live.scale}`);
  if (state.options.predict) parts.push("predict=1");
  return `#${parts.join("&")}`;
}

let late = null;

// keepAddress writes it without a new entry in the history. A browser refuses that if it happens too often;
// then a little later.
export function keepAddress(state) {
  clearTimeout(late);
  const wanted = address(state);
  if (location.hash === wanted) return;
  try {
    history.replaceState(null, "", wanted);
  } catch {
    late = setTimeout(() => keepAddress(state), 1000);
  }
}
