// The keys.
import { byId } from "./dom.js";
import { answerWith, goFirst, goLast, move, moveIteration, togglePlay } from "./moves.js";
import { change, state } from "./state.js";

const SLIDERS = new Set(["ArrowRight", "ArrowLeft", "Home", "End"]);

export function listenToKeys() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !state.story || byId("main").hidden) return;
    if (document.querySelector("dialog[open]")) return;
    const focus = document.activeElement;
    if (focus instanceof HTMLSelectElement) return;
    if (focus === byId("slider") && SLIDERS.has(event.key)) return; // its own
    if (focus instanceof HTMLButtonElement && event.key === " ") return; // presses it
    if (press(event.key, event.shiftKey)) event.preventDefault();
  });
}

// press does what a key is for, and reports whether there is something.
function press(key, shift) {
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case "ArrowRight": shift ? moveIteration(1) : move(1); break;
    case "ArrowLeft": shift ? moveIteration(-1) : move(-1); break;
    case "Home": goFirst(); break;
    case "End": goLast(); break;
    case " ": togglePlay(); break;
    case "p": byId("predict").click(); break;
    case "t": byId("theme").click(); break;
    case "l": byId("live").click(); break;
    case "g": change({ options: { language: state.options.language === "python" ? "go" : "python" } }); break;
    case "?": byId("help").click(); break;
    case "1": case "2": case "3": case "4": answerWith(Number(key) - 1); break;
    default: return false;
  }
  return true;
}
