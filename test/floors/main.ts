/**
 * `npm run floors`: is the house in order? Reads src/, checks it against test/floors/house.ts, exits 1 with a line for each
 * violation. First it looks at a made-up tree full of violations; if it misses one of those it says so and fails, since
 * then its silence about the real tree would mean nothing.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { canaries, canaryTree } from "./canaries.ts";
import { check, isTest, type Sources, type Violation } from "./check.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const missed = missedCanaries(await check(canaryTree));
for (const line of missed) console.error(`floors: the guard is blind: ${line}`);

const sources = readSources(["src", "test/support"]);
const violations = await check(sources);
for (const { file, line, what, remedy } of violations) console.error(`${file}:${line} ${what}: ${remedy}`);

if (missed.length > 0 || violations.length > 0) {
  console.error(`floors: ${violations.length} violations, ${missed.length} canaries missed`);
  process.exit(1);
}
const files = [...sources.keys()].filter((file) => !isTest(file)).length;
console.log(`floors: ${files} files keep to their floors; ${canaries.length} canaries fared as they should`);

function missedCanaries(found: readonly Violation[]): readonly string[] {
  return canaries.flatMap(({ file, caught }) => {
    const rules = [...new Set(found.filter((violation) => violation.file === file).map(({ rule }) => rule))];
    if (caught === undefined)
      return rules.length === 0 ? [] : [`${file} is in order, and was caught for ${rules.join(", ")}`];
    return rules.includes(caught) ? [] : [`${file} was not caught for ${caught}`];
  });
}

function readSources(folders: readonly string[]): Sources {
  const names = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const paths = names.filter((name) => name.endsWith(".ts"));
  return new Map(
    paths.map((path) => [relative("", path).split(sep).join("/"), readFileSync(join(root, path), "utf8")]),
  );
}
