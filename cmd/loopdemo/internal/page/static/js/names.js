// The names of programs, and which was meant by a wrong one.

const items = (index) => index.groups.flatMap((group) => group.items);

// itemOf is the entry of the index that a program belongs to.
export function itemOf(index, program) {
  return items(index).find((item) => item.programs.includes(program));
}

// programOf is the program that a name stands for: itself, or the first of an entry with that name.
export function programOf(index, name) {
  if (itemOf(index, name)) return name;
  return items(index).find((item) => item.name === name)?.programs[0];
}

export const firstProgram = (index) => items(index)[0]?.programs[0];

const SHORTEST_PART = 3;

// nearest is the name that was most likely meant: of those that have it as a part, or else of those that it
// could be a slip of, the one that differs least. It is the rule of the command line. Without any it is undefined.
export function nearest(index, name) {
  const wanted = name.toLowerCase().replaceAll("_", "-");
  const names = items(index).map((item) => item.name);
  let candidates = wanted.length >= SHORTEST_PART ? names.filter((each) => each.includes(wanted)) : [];
  if (candidates.length === 0) candidates = names.filter((each) => wanted.length <= 2 * each.length && 3 * edits(wanted, each) <= each.length);
  return candidates.sort((a, b) => edits(wanted, a) - edits(wanted, b))[0];
}

// edits is how many characters have to be inserted, deleted, replaced, or exchanged with their neighbor.
function edits(a, b) {
  let older = [], last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      row[j + 1] = Math.min(last[j] + (a[i] === b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1);
      if (i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j]) row[j + 1] = Math.min(row[j + 1], older[j - 1] + 1);
    }
    older = last;
    last = row;
  }
  return last[b.length];
}
