// The benchmarks of package bench in Node: promises, timers and worker threads.
//
// Prints a JSON object in each line; see bench/compare/rivals.go for the form.

import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

async function main() {
  const { values: args } = parseArgs({
    options: {
      time: { type: 'string', default: '0.3' },
      only: { type: 'string', default: '' },
      short: { type: 'boolean', default: false },
    },
  });
  const only = new Set(args.only.split(',').filter(Boolean));
  const wanted = (name) =>
    !(args.short && name.endsWith('=1000000')) && (only.size === 0 || only.has(name.split('/')[0]));
  show({ peer: `Node ${process.versions.node}` });
  for (const size of [10_000, 1_000_000]) { // first, while the process is small
    if (wanted(`Parked/n=${size}`)) await parked(size);
  }
  for (const row of rows()) {
    if (!wanted(row.name)) continue;
    const [n, elapsed] = await measure(row.run, Number(args.time) * 1e9);
    const each = row.each ?? 1;
    show({ name: row.name, variant: row.variant, ns_per_op: elapsed / n / each, ops: n * each, note: row.note });
  }
}

function show(line) {
  console.log(JSON.stringify(line));
}

const now = () => Number(process.hrtime.bigint());

// measure does more and more operations until they take long enough.
async function measure(run, time) {
  for (let n = 1; ;) {
    globalThis.gc?.();
    const elapsed = await run(n);
    if (elapsed >= time || n >= 1e9) return [n, elapsed];
    n = Math.min(Math.max(n + 1, Math.floor((1.2 * time * n) / Math.max(elapsed, 1))), 100 * n);
  }
}

// timed makes a function that does n operations one that tells how long they took.
const timed = (f) => async (n) => {
  const start = now();
  await f(n);
  return now() - start;
};

const one = async () => 1;
const nothing = () => {};
const immediate = () => new Promise(setImmediate);

const promise = 'a promise: no task that could be canceled';
const microtask = 'a microtask: no turn of the event loop';
const list = 'whole milliseconds; a list for each delay, and a heap of the lists';

function rows() {
  const rows = [];
  const row = (name, run, more) => rows.push({ name, run, ...more });

  row('Yield/tasks=1', timed(async (n) => { for (let i = 0; i < n; i++) await null; }), { note: microtask });
  row('Yield/tasks=1', timed(async (n) => { for (let i = 0; i < n; i++) await immediate(); }), { variant: 'setImmediate' });
  row('Yield/tasks=2000', yieldAmong(() => null), { each: 2000, note: microtask });
  row('Yield/tasks=2000', yieldAmong(immediate), { each: 2000, variant: 'setImmediate' });
  row('CreateTaskAwait', timed(async (n) => { for (let i = 0; i < n; i++) await one(); }), { note: promise });
  row('Gather/n=100000', gather(100_000), { each: 100_000, note: promise });

  row('CallSoon/chain', chain(setImmediate), { variant: 'setImmediate' });
  row('CallSoon/chain', chain(queueMicrotask), { variant: 'queueMicrotask', note: microtask });
  row('CallSoon/batch=1000', batch(setImmediate), { each: 1000, variant: 'setImmediate' });
  row('CallSoon/batch=1000', batch(queueMicrotask), { each: 1000, variant: 'queueMicrotask', note: microtask });
  row('Future', timed(async (n) => {
    for (let i = 0; i < n; i++) await new Promise((resolve) => queueMicrotask(() => resolve(1)));
  }), { note: microtask });

  row('Timers/cancel/pending=1000', timersCancel(later), { note: list });
  row('Timers/cancel/pending=1000', timersCancel(() => anHour), { variant: 'one delay', note: list });
  for (const size of [100_000, 1_000_000]) row(`Timers/replace/pending=${size}`, timersReplace(size), { note: list });
  row('Timers/equal/n=1000000', timersEqual(1_000_000), { each: 1_000_000, note: 'setTimeout of 1 ms, one list' });

  row('ToThread/calls=1', toThread(1), { note: 'a message to a worker thread that lives, and back' });
  row('ToThread/calls=16', toThread(16), { each: 16, note: 'messages to 6 worker threads that live, and back' });

  row('AsyncTree/none', tree(async () => {}), { note: promise });
  row('AsyncTree/io', tree(io), { note: promise });
  row('AsyncTree/memoization', tree(async (t) => {
    const number = 1 + Math.floor(Math.random() * 100);
    if (number <= 90) {
      if (t.cache.has(number)) return;
      t.cache.add(number);
    }
    await io();
  }), { note: promise });
  row('AsyncTree/cpu_io_mixed', tree(async () => {
    if (Math.random() < 0.5) factorial(500n);
    else await io();
  }), { note: promise });

  row('TaskGroup/n=10', all(10), { note: 'Promise.all: nobody is canceled' });
  row('Wait/n=100', all(100), { note: 'Promise.all' });
  for (const n of [100, 10_000, 1_000_000]) {
    row(`Growth/tasks/n=${n}`, gather(n), { each: n, note: promise });
    row(`Growth/futures/n=${n}`, futures(n), { each: n, note: promise });
  }
  return rows;
}

function yieldAmong(turn) {
  return async (n) => {
    const others = 2000 - 1;
    let stop = false;
    const running = Array.from({ length: others }, async () => { while (!stop) await turn(); });
    await turn();
    const start = now();
    for (let i = 0; i < n; i++) await turn();
    const elapsed = now() - start;
    stop = true;
    await Promise.all(running);
    return elapsed;
  };
}

function gather(size) {
  return timed(async (n) => {
    for (let i = 0; i < n; i++) await Promise.all(Array.from({ length: size }, one));
  });
}

function all(size) {
  return gather(size);
}

function chain(schedule) {
  return timed((n) => new Promise((resolve) => {
    const call = () => (--n > 0 ? schedule(call) : resolve());
    schedule(call);
  }));
}

function batch(schedule) {
  return timed(async (n) => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < 1000; j++) schedule(nothing);
      await new Promise(schedule);
    }
  });
}

const anHour = 3_600_000;
const later = () => anHour + Math.random() * 1000;

function timersCancel(delay) {
  return async (n) => {
    const pending = Array.from({ length: 1000 }, () => setTimeout(nothing, delay()));
    const start = now();
    for (let i = 0; i < n; i++) clearTimeout(setTimeout(nothing, delay()));
    const elapsed = now() - start;
    pending.forEach(clearTimeout);
    return elapsed;
  };
}

function timersReplace(size) {
  return async (n) => {
    const pending = Array.from({ length: size }, () => setTimeout(nothing, later()));
    const start = now();
    for (let i = 0; i < n; i++) {
      const at = Math.floor(Math.random() * size);
      clearTimeout(pending[at]);
      pending[at] = setTimeout(nothing, later());
    }
    const elapsed = now() - start;
    pending.forEach(clearTimeout);
    return elapsed;
  };
}

function timersEqual(size) {
  return timed(async (n) => {
    for (let i = 0; i < n; i++) {
      await new Promise((resolve) => {
        let left = size;
        const call = () => { if (--left === 0) resolve(); };
        for (let j = 0; j < size; j++) setTimeout(call, 1);
      });
    }
  });
}

function toThread(calls) {
  return async (n) => {
    const workers = Array.from({ length: Math.min(calls, 6) }, () => new Worker(new URL(import.meta.url)));
    let answered;
    let left = 0;
    for (const w of workers) {
      w.on('message', () => { if (--left === 0) answered(); });
    }
    const call = () => new Promise((resolve) => {
      answered = resolve;
      left = calls;
      for (let i = 0; i < calls; i++) workers[i % workers.length].postMessage(1);
    });
    await call(); // the workers have started
    const start = now();
    for (let i = 0; i < n; i++) await call();
    const elapsed = now() - start;
    await Promise.all(workers.map((w) => w.terminate()));
    return elapsed;
  };
}

const io = () => new Promise((resolve) => setTimeout(resolve, 50));

function factorial(n) {
  let f = 1n;
  for (let i = 2n; i <= n; i++) f *= i;
  return f;
}

// tree is pyperformance's async_tree: 6 levels of 6.
function tree(leaf) {
  const node = async (t, level) => {
    if (level === 0) return leaf(t);
    await Promise.all(Array.from({ length: 6 }, () => node(t, level - 1)));
  };
  return timed(async (n) => {
    for (let i = 0; i < n; i++) await node({ cache: new Set() }, 6);
  });
}

function futures(size) {
  return timed(async (n) => {
    for (let i = 0; i < n; i++) {
      const resolvers = [];
      const promises = Array.from({ length: size }, () => new Promise((resolve) => resolvers.push(resolve)));
      queueMicrotask(() => resolvers.forEach((resolve, i) => resolve(i)));
      await Promise.all(promises);
    }
  });
}

function resident() {
  globalThis.gc?.();
  const pages = Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1]);
  return pages * 4096;
}

async function parked(size) {
  const before = resident();
  const start = now();
  const resolvers = [];
  const park = async () => { await new Promise((resolve) => resolvers.push(resolve)); };
  const tasks = Array.from({ length: size }, park);
  await null;
  const create = now() - start;
  const bytes = resident() - before;
  const name = `Parked/n=${size}`;
  show({ name: `${name}/create`, ns_per_op: create / size, ops: size, note: promise });
  if (bytes > 0) show({ name: `${name}/bytes`, bytes_per_op: bytes / size, ops: size, note: 'resident memory' });
  resolvers.forEach((resolve) => resolve());
  await Promise.all(tasks);
}

if (!isMainThread) {
  parentPort.on('message', (work) => parentPort.postMessage(work));
} else {
  await main();
}
