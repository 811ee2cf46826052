// Which steps there are in a view, and where a move leads.

const views = new WeakMap();

// shown are the indices of the steps of a view.
export function shown({ story, options }) {
  let view = views.get(story);
  if (!view) {
    const all = story.steps.map((_, i) => i);
    const events = all.filter((i) => !story.steps[i].byLine);
    view = { all, events: events.length ? events : all };
    views.set(story, view);
  }
  return options.by === "line" ? view.all : view.events;
}

// place is the state's position among the steps of its view: that of its step, or of the last one before it.
export function place(state) {
  return placeOf(state, state.step);
}

export function placeOf(state, step) {
  const steps = shown(state);
  let low = 0, high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

// current is what the state shows.
export const current = (state) => state.story.steps[state.step];

// stepAt is the step at a position, or the nearest there is.
export function stepAt(state, position) {
  const steps = shown(state);
  return steps[Math.max(0, Math.min(steps.length - 1, position))];
}

// beside is the step after (1) or before (-1) this one, in its view.
export function beside(state, direction) {
  if (state.options.by === "iteration") return iterationBeside(state, direction);
  return stepAt(state, place(state) + direction);
}

// iterationBeside is where the next iteration begins, or the one before; else the last step, or the first.
export function iterationBeside(state, direction) {
  const steps = shown(state);
  for (let i = place(state) + direction; i > 0 && i < steps.length - 1; i += direction) {
    if (state.story.steps[steps[i]].kind === "iterate") return steps[i];
  }
  return direction > 0 ? steps[steps.length - 1] : steps[0];
}
