// The colors of source text.

const WORDS = {
  python: new Set("import from as async await def class return for in if elif else while with try except finally raise and or not is None True False break continue global nonlocal lambda pass yield match case del assert".split(" ")),
  go: new Set("package import func return for range if else switch case default var const type struct interface go defer select chan map nil true false break continue goto fallthrough error string int bool any".split(" ")),
};

const TOKENS = {
  python: /(#.*)|([fFrRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|\b(\d[\d._]*)\b|([A-Za-z_]\w*)/g,
  go: /(\/\/.*|\/\*[^]*?\*\/)|("(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*')|\b(\d[\d._]*)\b|([A-Za-z_]\w*)/g,
};

// paintLines are the lines of a source, each as spans of text with the class of what they are, or "".
export function paintLines(text, language) {
  const lines = [[]];
  const add = (piece, kind) => piece.split("\n").forEach((part, i) => {
    if (i > 0) lines.push([]);
    if (part) lines[lines.length - 1].push({ text: part, kind });
  });
  let end = 0;
  for (const token of text.replace(/\n+$/, "").matchAll(TOKENS[language])) {
    add(text.slice(end, token.index), "");
    add(token[0], kindOf(token, language));
    end = token.index + token[0].length;
  }
  add(text.slice(end).replace(/\n+$/, ""), "");
  return lines;
}

function kindOf([, comment, string, number, word], language) {
  if (comment) return "comment";
  if (string) return "string";
  if (number) return "number";
  return WORDS[language].has(word) ? "keyword" : "";
}
