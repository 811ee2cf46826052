// Runs programs of ouro.wasm: node run.js WASM_EXEC OURO_WASM NAME... It writes a line for each, the document as JSON.
"use strict";
const fs = require("fs");
const [wasmExec, wasm, ...names] = process.argv.slice(2);
require(wasmExec);

(async () => {
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(wasm), go.importObject);
  go.run(instance);
  for (const name of names) fs.writeSync(1, (await ouroRun(name, {})) + "\n");
  process.exit(0);
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
