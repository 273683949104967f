/**
 * Reads the configuration of a replay, which is an unbound.conf: clauses (`server:`) with options (`name: value`), `#` before
 * comments, quotes around values with spaces. A replay may also begin a line with `;` to comment it out.
 */
import type { Clause, Option } from "./replay.ts";

const clauseNames = new Set(
  "server stub-zone forward-zone auth-zone view rpz python dynlib dnscrypt cachedb redis ipset dnstap remote-control ".split(
    " ",
  ),
);

export function readConfig(lines: readonly string[]): readonly Clause[] {
  const clauses: { name: string; options: Option[] }[] = [{ name: "server", options: [] }];
  let inFile = false;
  for (const line of lines) {
    // The contents of a file that the configuration names.
    if (/^\s*TEMPFILE_CONTENTS\b/.test(line)) inFile = true;
    if (/^\s*TEMPFILE_END\b/.test(line)) inFile = false;
    if (inFile || /^\s*;/.test(line)) continue;
    let option: { name: string; values: string[] } | undefined;
    for (const [, quoted, other, plain] of line.matchAll(/"([^"]*)"|'([^']*)'|#.*$|([^\s#"']+)/g)) {
      const value = quoted ?? other;
      if (value !== undefined) option?.values.push(value);
      else if (plain === undefined) continue;
      else if (!/^[a-z][a-z0-9-]*:$/i.test(plain)) option?.values.push(plain);
      else if (clauseNames.has(plain.slice(0, -1))) {
        clauses.push({ name: plain.slice(0, -1), options: [] });
        option = undefined;
      } else {
        option = { name: plain.slice(0, -1), values: [] };
        clauses.at(-1)?.options.push(option);
      }
    }
  }
  return clauses.filter(({ options }, index) => index > 0 || options.length > 0);
}

/** Every value of an option of the `server:` clauses, in order; the words of one line joined by spaces. */
export function serverOptions(config: readonly Clause[], name: string): readonly string[] {
  return config.filter((clause) => clause.name === "server").flatMap((clause) => optionsOf(clause, name));
}

export function optionsOf(clause: Clause, name: string): readonly string[] {
  return clause.options.filter((option) => option.name === name).map(({ values }) => values.join(" "));
}
