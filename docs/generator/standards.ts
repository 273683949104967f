/**
 * `docs/standards.md` in step with the program: each row names a section that its source file really cites, and a test that is
 * really there.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const file = "docs/standards.md";

export interface StandardsRow {
  /** 1-based. */
  readonly line: number;
  /** `RFC 5321 §4.5.2`, or `RFC 2920` for a document as a whole. */
  readonly section: string;
  readonly sources: readonly string[];
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** One sentence for each row that is not true any more. */
export function checkStandards(root: string): readonly string[] {
  const path = join(root, file);
  if (!existsSync(path)) return [`${file}: missing`];
  const { rows, faults } = readRows(readFileSync(path, "utf8"));
  if (rows.length === 0) return [`${file}: has no rows that can be read`];
  return [...faults, ...rows.flatMap((row) => faultsOf(root, row).map((fault) => `${file}:${row.line}: ${fault}`))];
}

/**
 * Rows look like `| RFC 5321 §4.5.2 | what | \`src/a.ts\` | \`src/a.test.ts\` "title" |`; every row that begins with `RFC` has to. The
 * same cell may name several, separated by `<br>`.
 */
export function readRows(text: string): { readonly rows: readonly StandardsRow[]; readonly faults: readonly string[] } {
  const rows: StandardsRow[] = [];
  const faults: string[] = [];
  text.split("\n").forEach((content, index) => {
    if (!/^\| *RFC/.test(content)) return;
    const line = index + 1;
    const cells = content
      .slice(1, content.trimEnd().lastIndexOf("|"))
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    const [section = "", what = "", source = "", test = ""] = cells;
    const sources = [...source.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
    const tests = [...test.matchAll(/`([^`]+)` "((?:[^"\\]|\\.)+)"/g)].map(([, name = "", title = ""]) => ({
      file: name,
      title: title.replace(/\\(.)/g, "$1"),
    }));
    const isWhole = cells.length === 4 && /^RFC \d{3,5}(?: §[\d.]*\d)?$/.test(section) && what !== "";
    if (isWhole && sources.length > 0 && tests.length > 0) rows.push({ line, section, sources, tests });
    else faults.push(`${file}:${line}: not a row of section, what, source and test`);
  });
  return { rows, faults };
}

function faultsOf(root: string, { section, sources, tests }: StandardsRow): readonly string[] {
  const faults: string[] = [];
  const texts = sources.map((source) => readOrUndefined(join(root, source)));
  sources.forEach((source, index) => {
    if (texts[index] === undefined) faults.push(`there is no ${source}`);
  });
  if (texts.every((text) => text !== undefined) && !texts.some((text) => cites(text, section)))
    faults.push(`${sources.join(", ")} does not cite ${section}`);
  for (const { file: name, title } of tests) {
    const text = readOrUndefined(join(root, name));
    if (text === undefined) faults.push(`there is no ${name}`);
    else if (!text.includes(title)) faults.push(`${name} has no test "${title}"`);
  }
  return faults;
}

/** `RFC 3461 §4.2`, and also the second of `RFC 3461 §4.1 and §4.2` or of `RFC 3461, 3464`. */
function cites(text: string, section: string): boolean {
  const [, number = "", paragraph] = /^RFC (\d+)(?: §(.+))?$/.exec(section) ?? [];
  const sections = new RegExp(`\\bRFC ${number}\\b((?:,? (?:and )?§[\\d.]*\\d)*)`, "g");
  if (paragraph === undefined) return new RegExp(`\\bRFC (?:\\d+(?: §[\\d.]*\\d)?(?:,| and) )*${number}\\b`).test(text);
  return [...text.matchAll(sections)].some(([, list = ""]) => list.split(/[^\d.]+/).includes(paragraph));
}

function readOrUndefined(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
