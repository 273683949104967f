/** A comparison as lines for people. */
import type { Attempts } from "./outcome.ts";
import type { Compared } from "./run.ts";

export function told(all: readonly Compared[]): readonly string[] {
  const lines: string[] = [];
  for (const one of all) lines.push(row(one));
  const different = all.filter(({ difference }) => difference !== undefined);
  const explained = new Map<string, string[]>();
  for (const { difference, site, level } of different) {
    const { rfc, why } = difference?.explanation ?? {
      rfc: "NOT EXPLAINED",
      why: "this is a fault of ours, or wants a rule",
    };
    const key = `${rfc}: ${why}`;
    explained.set(key, [...(explained.get(key) ?? []), `${site.name} (${level})`]);
  }
  lines.push("", `${all.length} comparisons, ${all.length - different.length} alike, ${different.length} different:`);
  for (const [why, where] of explained) lines.push(`  ${why}`, `    ${where.join(", ")}`);
  return lines;
}

function row({ site, level, postfix, surehop, difference }: Compared): string {
  const mark = difference === undefined ? " " : difference.explanation === undefined ? "!" : "*";
  const columns = [level.padEnd(7), site.name.padEnd(20), text(postfix).padEnd(24), text(surehop).padEnd(24)];
  return `${mark} ${columns.join("")}${site.what}`;
}

function text(attempts: Attempts): string {
  return attempts.join(", then ");
}
