/** What somebody may have meant. */

/** The known name that takes the fewest edits, if that is few. */
export function nearest(key: string, known: readonly string[]): string | undefined {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_ ]/g, "");
  const ranked = known
    .map((name) => ({ name, edits: editDistance(plain(key.slice(0, 64)), plain(name)) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best !== undefined && best.edits <= Math.max(1, Math.floor(key.length / 4)) ? best.name : undefined;
}

/** Levenshtein's, with two neighbours swapped counted as one. */
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
