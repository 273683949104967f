/** Text laid out for a terminal: wrapped by what characters take up, which in Chinese is two columns each. */

export interface Layout {
  /** Columns. */
  readonly width: number;
  /** Stands before the first line, and before each other one. */
  readonly first?: string;
  readonly rest?: string;
}

/** Breaks at spaces and between wide characters. A word that is longer than a line stays whole. */
export function wrap(text: string, { width, first = "", rest = first }: Layout): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  const room = (): number => width - columnsOf(lines.length === 0 ? first : rest);
  for (const piece of piecesOf(text)) {
    const columns = columnsOf(piece);
    if (used > 0 && used + columnsOf(piece.trimEnd()) > room()) {
      lines.push(line.trimEnd());
      line = "";
      used = 0;
    }
    line += piece;
    used += columns;
  }
  lines.push(line.trimEnd());
  return lines.map((one, at) => `${at === 0 ? first : rest}${one}`.trimEnd());
}

/** How many columns a terminal gives it. Colour codes take none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text.replace(/\x1b\[[0-9;]*m/g, "")) {
    if (wide.test(character)) columns += 2;
    else if (!/\p{Mn}|\p{Cf}/u.test(character)) columns += 1;
  }
  return columns;
}

/** What is not broken apart: a word with the spaces behind it, or a wide character with the marks that cling to it. */
function piecesOf(text: string): readonly string[] {
  return text.match(pieces) ?? [];
}

const wideRanges =
  "\\u1100-\\u115f\\u2e80-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{1f300}-\\u{1faff}\\u{20000}-\\u{3fffd}";
const closing = "、。，．：；！？）」』】》〉”’…";
const opening = "（「『【《〈“‘";
const wide = new RegExp(`[${wideRanges}]`, "u");
/** Closing marks never begin a line, opening ones never end one. */
const pieces = new RegExp(
  `[${opening}]*(?:[${wideRanges}]|[^\\s${wideRanges}${closing}${opening}]+)[${closing}]*\\s*|[${closing}${opening}]+\\s*|\\s+`,
  "gu",
);
