// Runs oracle.py on the CPython that the npm package pyodide carries: 3.15 in pyodide@315.0.0-alpha.2, 3.14 in
// pyodide@314.
//
//   npm install pyodide@315.0.0-alpha.2
//   ulimit -s unlimited
//   node --stack-size=30000 oracle.mjs < programs.jsonl > traces.jsonl
//
// The package is looked for from the working directory on, and in NODE_PATH. Programs come and traces go line by line, as with
// oracle.py itself. A program whose tasks await each other in a circle exhausts the engine's stack, which ends the
// interpreter in it: such a program is undefined, and a fresh interpreter takes over.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const pyodide = createRequire(process.cwd() + path.sep).resolve("pyodide/pyodide.mjs");
const { loadPyodide } = await import(pathToFileURL(pyodide));

console.log = console.error = () => {}; // the engine tells a fatal error at length

// The limit on recursion keeps most circles below the engine's stack, so that few interpreters end.
const prepare = `
import asyncio, gc, sys
asyncio._set_running_loop(None)
gc.disable()
sys.path.insert(0, "/oracle")
sys.setrecursionlimit(600)
import oracle
oracle.prepare(follow_315=True)
judged = 0
def judge(line):
    global judged
    judged += 1
    if judged % 50 == 0:
        gc.collect()
    return oracle.judge(line)
judge
`;

async function interpreter() {
  const python = await loadPyodide({ stdout: () => {}, stderr: () => {} });
  python.FS.mkdir("/oracle");
  for (const name of fs.readdirSync(here).filter((name) => name.endsWith(".py"))) {
    python.FS.writeFile("/oracle/" + name, fs.readFileSync(path.join(here, name)));
  }
  return python.runPython(prepare);
}

let judge = await interpreter();
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (!line.trim()) continue;
  let trace;
  try {
    trace = judge(line);
  } catch {
    trace = '[[0,"-",-2,"undefined"]]';
    judge = await interpreter();
  }
  if (!process.stdout.write(trace + "\n")) {
    await new Promise((drained) => process.stdout.once("drain", drained));
  }
}
