// From an address to a story that is shown.
import { byId } from "./dom.js";
import { loadIndex, loadProgram } from "./library.js";
import { liveImpossible, runLive } from "./live.js";
import { pause } from "./moves.js";
import { firstProgram, programOf } from "./names.js";
import { hideProblem, showFailure, showProblem, toast } from "./notes.js";
import { readAddress } from "./route.js";
import { change, state } from "./state.js";
import { shown, stepAt } from "./steps.js";
import { readStory } from "./story.js";

const UNNOTICED = 150; // milliseconds that need no word

// begin loads the index, and shows what the address asks for.
export async function begin() {
  let index;
  try {
    index = await waiting("Loading…", loadIndex());
  } catch (error) {
    return showFailure(`The list of programs could not be loaded (${error.message}).`, begin);
  }
  change({ index });
  await follow();
}

// follow shows what the address asks for.
export async function follow() {
  const wanted = readAddress(location.hash);
  pause();
  if (wanted.demo === null && !firstProgram(state.index)) return showFailure("There are no programs here.", begin);
  const name = wanted.demo === null ? firstProgram(state.index) : programOf(state.index, wanted.demo);
  if (name === undefined) return leave(wanted.demo);
  hideProblem();
  if (state.story?.name === name && sameRun(state.story.live, wanted.live)) return arrive(state.story, wanted);
  await load(name, wanted);
}

// leave shows that there is no such demo. What is still being loaded is not shown later.
function leave(name) {
  loads++;
  change({ story: null });
  showProblem(state.index, name);
}

const sameRun = (a, b) => a?.seed === b?.seed && a?.scale === b?.scale;

let loads = 0; // of several, the last counts

async function load(name, wanted) {
  const mine = ++loads;
  try {
    const story = await waiting(`Loading ${name}…`, fetchStory(name, wanted.live));
    if (mine === loads) arrive(story, wanted);
  } catch (error) {
    if (mine !== loads) return;
    change({ story: null });
    showFailure(`The story of ${name} could not be loaded (${error.message}).`, follow);
  }
}

async function fetchStory(name, live) {
  const recorded = await loadProgram(name);
  if (live === null) return readStory(recorded);
  const impossible = liveImpossible(state.index);
  if (impossible) {
    toast(`The link is to a live run. ${impossible}`);
    return readStory(recorded);
  }
  return liveStory(name, live, recorded);
}

// liveStory is that of a live run. What it does not tell is as recorded.
export async function liveStory(name, live, recorded) {
  const story = readStory({ ...(recorded ?? (await loadProgram(name))), ...(await runLive(name, live)) });
  story.live = live;
  return story;
}

// arrive shows a step of a story. What is no step of it is told.
export function arrive(story, { step = null, stepText = "", by = state.options.by, predict = state.options.predict } = {}) {
  const answers = story === state.story ? state.answers : new Map();
  const next = { ...state, story, options: { ...state.options, by } };
  const steps = shown(next).length;
  change({ story, step: stepAt(next, step > 0 ? step - 1 : 0), answers, options: { by, predict } });
  if (Number.isNaN(step)) toast(`“${stepText.slice(0, 30)}” is no step: this is the first of ${steps}.`);
  else if (step > steps) toast(`${story.name} has ${steps} steps, and no step ${step}: this is the last.`);
}

// waiting says in the place of the sentence what is waited for, if that takes long enough to be noticed.
async function waiting(text, promise) {
  const timer = setTimeout(() => {
    byId("main").classList.add("loading");
    byId("sentence").textContent = text;
  }, UNNOTICED);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    byId("main").classList.remove("loading");
  }
}
