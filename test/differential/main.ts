/** `npm run test:differential -- [--questions N] [--seed S]`: exits 1 on a difference from unbound that no rule explains. */
import { parseArgs } from "node:util";
import { told } from "./report.ts";
import { compareValidators } from "./run.ts";
import { missingPrograms } from "./servers/programs.ts";

const { values } = parseArgs({
  options: {
    questions: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 1e6) },
  },
});
const questions = Number(values.questions);
const seed = Number(values.seed);
if (!Number.isInteger(questions) || questions < 1 || !Number.isInteger(seed)) {
  console.error(
    "--questions and --seed want whole numbers, for example: npm run test:differential -- --questions 100000 --seed 7",
  );
  process.exit(2);
}
const missing = missingPrograms();
if (missing !== undefined) {
  console.error(`The comparison cannot be run here: ${missing}. test/peers/install.sh brings what is needed.`);
  process.exit(2);
}
// The daemons end with this process, however it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
const report = await compareValidators({ questions, seed }, (line) => console.log(line));
for (const line of told(report)) console.log(line);
process.exit(report.unexplained.length === 0 ? 0 : 1);
