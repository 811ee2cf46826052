// The one state: a story, a step of it, and options. Each panel is a function of it.

export const state = {
  index: { groups: [] }, // what there is
  story: null, // none before the first is loaded
  step: 0, // an index in story.steps
  options: {
    by: "event", // what a step is: event, line, iteration
    predict: false,
    language: "python", // where there is room for one source
    version: "", // of an exhibit whose output depends on Python's
    unfolded: false, // whether the imports are shown
    notes: true, // whether an exhibit's text is, on a phone
    playing: false,
  },
  answers: new Map(), // to "what is printed next?", by the step that prints
};

let draw = () => {};

// onChange has the state drawn whenever it changes.
export function onChange(render) {
  draw = render;
}

// change sets some of the state, and has it drawn.
export function change({ options, ...rest }) {
  Object.assign(state, rest);
  Object.assign(state.options, options);
  draw(state);
}
