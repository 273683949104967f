/** `npm run test:agreement`: exits 1 where Postfix and we do something different with mail, and no rule explains it. */
import { missing } from "./programs.ts";
import { told } from "./report.ts";
import { compareSenders } from "./run.ts";

const why = missing();
if (why !== undefined) {
  console.error(`The comparison cannot be run here: ${why}. test/peers/install.sh brings what is needed.`);
  process.exit(2);
}
// Daemons end with this process, however it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
const all = await compareSenders((line) => console.log(line));
for (const line of told(all)) console.log(line);
process.exit(all.some(({ difference }) => difference !== undefined && difference.explanation === undefined) ? 1 : 0);
