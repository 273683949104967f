/**
 * `npm run test:replays -- DIR [--trace NAME]`: plays every `.rpl` file of a folder against the validator. Prints each by name as passed,
 * failed or not applicable, then `N passed, N failed, N skipped`. Exits 1 on a failure, 2 if there is nothing to play.
 */
import { createValidator } from "../../src/dns/index.ts";
import { playFolder, summary, tell } from "./folder.ts";

const [folder, option, only] = process.argv.slice(2);
if (folder === undefined || (option !== undefined && (option !== "--trace" || only === undefined)))
  quit("usage: npm run test:replays -- DIR [--trace NAME]");

const trace = only === undefined ? {} : { trace: console.log };
let count = 0;
const played = await playFolder(folder, { createValidator, ...trace }, only, (one) => {
  count++;
  for (const line of tell(one)) console.log(line);
});
if (count === 0) quit(`no replay in ${folder}`);
console.log(summary(played));
process.exitCode = played.some(({ outcome }) => outcome.kind === "failed") ? 1 : 0;

function quit(why: string): never {
  console.error(why);
  process.exit(2);
}
