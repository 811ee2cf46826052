// The box in which a live run is asked for.
import { byId } from "./dom.js";
import { liveImpossible } from "./live.js";
import { arrive, liveStory } from "./load.js";
import { pause } from "./moves.js";
import { readScale, readSeed } from "./route.js";
import { state } from "./state.js";

export function openLiveBox() {
  if (!state.story) return;
  pause();
  const { story, index } = state;
  const impossible = liveImpossible(index);
  byId("live-text").textContent = impossible || (story.random
    ? "The program runs here, in your browser, with random numbers and delays of your choice."
    : "The program runs here, in your browser, with delays of your choice. It has no random numbers: the seed changes nothing.");
  byId("live-form").hidden = byId("live-run").hidden = impossible !== "";
  byId("live-recorded").hidden = story.live === null;
  if (story.live) byId("seed").value = story.live.seed;
  say("");
  byId("live-box").showModal();
}

function say(text, bad = false) {
  byId("live-word").textContent = text;
  byId("live-word").classList.toggle("bad", bad);
}

async function run() {
  const seed = readSeed(byId("seed").value), scale = readScale(byId("scale").value) ?? 1;
  if (seed === null) {
    byId("seed").focus();
    return say("A seed is a whole number of at most 15 digits.", true);
  }
  const button = byId("live-run");
  button.disabled = true;
  say("Loading and running…");
  try {
    arrive(await liveStory(state.story.name, { seed, scale }));
    byId("live-box").close();
  } catch (error) {
    say(`That did not work: ${error.message}. The recorded run stays.`, true);
  } finally {
    button.disabled = false;
  }
}

export function listenToLiveBox() {
  byId("live").onclick = openLiveBox;
  byId("live-run").onclick = run;
  byId("seed").onkeydown = (event) => { if (event.key === "Enter") run(); };
  byId("live-recorded").onclick = () => {
    byId("live-box").close();
    location.hash = `#demo=${state.story.name}`;
  };
}
