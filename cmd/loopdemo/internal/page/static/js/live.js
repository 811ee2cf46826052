// Live runs: the library itself, as WebAssembly, in a worker of its own, so that a run that does not end
// holds up nothing. It is loaded when the first run is asked for.

const PATIENCE = 60_000; // milliseconds, with the loading

// liveImpossible says why a live run cannot be had here, or is "".
export function liveImpossible(index) {
  if (!index.live) return "This page has recorded runs only.";
  if (location.protocol === "file:") return "A page that was opened as a file has recorded runs only: a web server is needed for live ones.";
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") return "This browser has no WebAssembly, so it shows the recorded run.";
  return "";
}

let worker = null;

// runLive runs a program, and resolves to its document. It rejects with an Error that says why not.
export function runLive(name, settings) {
  worker ??= new Worker("live-worker.js");
  return new Promise((resolve, reject) => {
    const fail = (why) => {
      worker?.terminate();
      worker = null; // the next run begins anew
      clearTimeout(timer);
      reject(new Error(why));
    };
    const timer = setTimeout(() => fail("the run did not end in a minute"), PATIENCE);
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "the worker could not be loaded");
    };
    worker.onmessage = ({ data }) => {
      if (data.error !== undefined) return fail(data.error);
      clearTimeout(timer);
      try {
        resolve(JSON.parse(data.document));
      } catch {
        reject(new Error("what it gave is no JSON"));
      }
    };
    worker.postMessage({ name, settings });
  });
}
