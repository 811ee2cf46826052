// The buttons and the slider, as the state has them.
import { byId } from "./dom.js";
import { plain } from "./parts.js";
import { current, place, shown } from "./steps.js";

export function drawTransport(state) {
  const position = place(state);
  const last = shown(state).length - 1;
  const slider = byId("slider");
  slider.max = last;
  slider.value = position;
  slider.setAttribute("aria-valuetext", `Step ${position + 1} of ${last + 1}: ${plain(state.story, current(state).says)}`);
  byId("first").disabled = byId("back").disabled = position === 0;
  byId("last").disabled = position === last;
  byId("next").setAttribute("aria-disabled", position === last);
  byId("by").value = state.options.by;
  const playing = state.options.playing;
  byId("play").classList.toggle("on", playing);
  byId("play").setAttribute("aria-label", playing ? "Pause" : "Play");
}
