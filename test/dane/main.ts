/**
 * `npm run test:danetest -- FILE [NAME]`: judges every row of a file in the format of OpenSSL's `danetest.in` with our matcher. Prints each
 * as passed, failed, or differing by a rule, then `N passed, N failed, N skipped`. NAME is what the peer is called; default
 * `example.com`, as OpenSSL's own test has it. Exits 1 on a failure, 2 if there is nothing to judge.
 */
import { readFileSync } from "node:fs";
import { danetestName, judgeRow, summary, tellJudged } from "./judge.ts";
import { readRows, type Row } from "./rows.ts";

const [file, name = danetestName] = process.argv.slice(2);
if (file === undefined) quit("usage: npm run test:danetest -- FILE [NAME]");

const judged = rowsOf(file).map((row) => judgeRow(row, Date.now(), undefined, name));
if (judged.length === 0) quit(`no row in ${file}`);
for (const one of judged) console.log(tellJudged(one));
console.log(summary(judged));
process.exitCode = judged.some(({ outcome }) => outcome === "failed") ? 1 : 0;

function rowsOf(path: string): readonly Row[] {
  try {
    return readRows(readFileSync(path, "utf8"));
  } catch (error) {
    return quit(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function quit(why: string): never {
  console.error(why);
  process.exit(2);
}
