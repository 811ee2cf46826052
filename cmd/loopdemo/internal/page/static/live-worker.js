// The worker of live runs. It loads ouro.wasm with Go's wasm_exec.js, which offer
// ouroRun(name, {seed, scale}), and answers each message with a document or an error.
"use strict";

let running = null; // a promise of {ended}, which is a promise in turn

async function start() {
  importScripts("wasm_exec.js");
  const go = new Go();
  const answer = await fetch("ouro.wasm");
  if (!answer.ok) throw new Error(`ouro.wasm could not be loaded (HTTP ${answer.status})`);
  const { instance } = await WebAssembly.instantiateStreaming(answer, go.importObject);
  const ended = go.run(instance).then(() => { throw new Error("the program in ouro.wasm has ended"); });
  ended.catch(() => {}); // told by whoever waits for a run
  if (typeof ouroRun !== "function") throw new Error("ouro.wasm does not offer ouroRun");
  return { ended };
}

onmessage = async ({ data: { name, settings } }) => {
  try {
    running ??= start();
    const { ended } = await running;
    postMessage({ document: await Promise.race([ouroRun(name, settings), ended]) });
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) }); // the page makes a new worker
  }
};
