/** Letters to change, add or leave out to make one word of the other. Source: Levenshtein, 1966. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, opposite] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === opposite ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The name that somebody has most likely meant, whatever its capitals; undefined if none is near. */
export function nearestName(word: string, names: string[]): string | undefined {
  const near = names
    .map((name) => ({ name, changes: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, changes }) => changes <= Math.max(2, Math.floor(name.length / 3)));
  return near.sort((one, other) => one.changes - other.changes)[0]?.name;
}
