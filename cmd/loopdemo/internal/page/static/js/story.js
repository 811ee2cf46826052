// A document as the server gives it, checked, and with everything that it leaves out. After this no panel
// has to ask whether a field is there.

const PHASES = 5;

// readStory makes a story of a parsed document. It throws an Error that says what is wrong with it.
export function readStory(document) {
  const story = document?.story;
  if (!story || !Array.isArray(story.steps) || story.steps.length === 0) throw new Error("it has no steps");
  const tasks = (story.tasks ?? []).map((task) => ({ name: String(task.name ?? ""), func: String(task.func ?? "") }));
  const limits = { tasks: tasks.length, steps: story.steps.length };
  const steps = story.steps.map((step, i) => within(`step ${i + 1}`, () => readStep(step, i, limits)));
  const output = within("output", () => (story.output ?? []).map((line) => ({
    step: index(line.step, limits.steps, "step"),
    task: index(line.task, limits.tasks, "task"),
    text: String(line.text ?? ""),
  })));
  return {
    name: String(document.name ?? ""),
    about: String(document.about ?? ""),
    random: document.random === true,
    exhibit: document.exhibit ?? null,
    go: readSource(document.go),
    python: readSource(document.python),
    tasks,
    steps,
    output,
    error: String(story.error ?? ""),
    live: null, // of a live run: what it was run with
  };
}

function within(where, read) {
  try {
    return read();
  } catch (error) {
    throw new Error(`${where}: ${error.message}`, { cause: error });
  }
}

// index is a number from 0 to below limit, or -1 for none. What is left out is 0.
function index(value, limit, what) {
  const n = value ?? 0;
  if (!Number.isInteger(n) || n < -1 || n >= limit) throw new Error(`there is no ${what} ${value}`);
  return n;
}

function readSource(source) {
  return { file: String(source?.file ?? ""), text: String(source?.text ?? "") };
}

function readStep(step, i, limits) {
  const cause = index(step.cause, limits.steps, "step");
  return {
    kind: String(step.kind ?? ""),
    byLine: step.byLine === true,
    iteration: step.iteration ?? 0,
    time: step.time ?? 0,
    phase: phase(step.phase ?? 0),
    task: index(step.task, limits.tasks, "task"),
    says: readParts(step.says, limits),
    brief: String(step.brief ?? ""),
    cause: cause < i ? cause : -1,
    at: readPlace(step.at, limits),
    picture: readPicture(step.picture ?? {}, limits),
  };
}

function phase(n) {
  if (!Number.isInteger(n) || n < 0 || n > PHASES) throw new Error(`there is no part ${n} of an iteration`);
  return n;
}

function readPlace(at, limits) {
  return { task: at ? index(at.task, limits.tasks, "task") : -1, go: at?.go ?? 0, python: at?.python ?? 0 };
}

// readParts are the parts of a sentence: a task, code, or else text.
function readParts(parts, limits) {
  return (parts ?? []).map((part) => {
    const then = part.then === true;
    if (part.task !== undefined) return { task: index(part.task, limits.tasks, "task"), outline: part.outline === true, then };
    if (part.code !== undefined) return { code: String(part.code), then };
    return { text: String(part.text ?? ""), then };
  });
}

function readPicture(picture, limits) {
  const task = (value) => index(value, limits.tasks, "task");
  return {
    running: readRunning(picture.running, limits),
    ready: (picture.ready ?? []).map((entry) => ({
      entry: entry.entry ?? 0, task: task(entry.task), text: String(entry.text ?? ""), later: entry.later === true,
    })),
    waiting: (picture.waiting ?? []).map((waiter) => ({
      task: task(waiter.task),
      kind: String(waiter.kind ?? ""),
      says: readParts(waiter.says, limits),
      children: (waiter.children ?? []).map((child) => ({ task: task(child.task), state: String(child.state ?? "") })),
    })),
    timers: (picture.timers ?? []).map((timer) => ({
      id: timer.id ?? 0, when: timer.when ?? 0, set: timer.set ?? 0, task: task(timer.task), text: String(timer.text ?? ""),
    })),
    shared: (picture.shared ?? []).map((thing) => readShared(thing, task)),
    output: picture.output ?? 0,
    tasks: (picture.tasks ?? []).map((each) => ({
      state: String(each.state ?? ""), go: each.go ?? 0, python: each.python ?? 0, canceling: each.canceling ?? 0,
    })),
  };
}

function readRunning(running, limits) {
  if (running?.task === undefined) return { nobody: readParts(running?.nobody ?? [{ text: "Nobody" }], limits) };
  return {
    task: index(running.task, limits.tasks, "task"),
    text: String(running.text ?? ""),
    python: running.python ?? 0,
    go: running.go ?? 0,
  };
}

function readShared(thing, task) {
  return {
    name: String(thing.name ?? ""),
    kind: String(thing.kind ?? ""),
    size: thing.size ?? 0,
    value: thing.value ?? 0,
    set: thing.set === true,
    down: thing.down === true,
    items: (thing.items ?? []).map(String),
    unfinished: thing.unfinished ?? 0,
    holders: (thing.holders ?? []).map(task),
    waiters: (thing.waiters ?? []).map((waiter) => ({ task: task(waiter.task), side: String(waiter.side ?? "") })),
  };
}
