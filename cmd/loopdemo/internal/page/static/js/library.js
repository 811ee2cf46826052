// Where documents come from: the server, or, on an exported page, scripts beside it, because a page that
// was opened as a file may not fetch.

const documents = new Map();

// What an exported script calls with its document.
globalThis.ouroDocument = (name, content) => documents.set(name, content);

// loadIndex is the list of all programs.
export const loadIndex = () => load("index");

// loadProgram is the document of one program. It rejects with an Error that says why not.
export const loadProgram = (name) => load(`programs/${name}`);

function load(name) {
  return document.documentElement.dataset.library === "scripts" ? loadScript(name) : loadJSON(name);
}

const address = (name) => name.split("/").map(encodeURIComponent).join("/");

async function loadJSON(name) {
  let answer;
  try {
    answer = await fetch(`${address(name)}.json`);
  } catch (error) {
    throw new Error("the server does not answer", { cause: error });
  }
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  try {
    return await answer.json();
  } catch (error) {
    throw new Error("it is no JSON", { cause: error });
  }
}

function loadScript(name) {
  if (documents.has(name)) return Promise.resolve(documents.get(name));
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${address(name)}.js`;
    script.onload = () => {
      if (documents.has(name)) resolve(documents.get(name));
      else reject(new Error(`${name}.js is damaged`));
      script.remove();
    };
    script.onerror = () => {
      reject(new Error(`${name}.js is missing`));
      script.remove();
    };
    document.head.append(script);
  });
}
