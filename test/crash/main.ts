/** `npm run test:crash -- [--kills 100] [--seed N]`: exits 1 if a message was lost, or came twice without a reason. */
import { parseArgs } from "node:util";
import { crash } from "./crash.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "100" }, seed: { type: "string", default: String(Date.now() % 1e9) } },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  console.error("--kills and --seed want whole numbers, for example: npm run test:crash -- --kills 100 --seed 7");
  process.exit(2);
}
console.log(`${kills} kills, seed ${seed}`);
const report = await crash({ kills, seed, tell: (line) => console.log(line) });
console.log(
  `${report.accepted} messages were accepted; ${report.lost.length} of them were lost; ${report.duplicates} of ${report.received} came ` +
    `twice, ${report.unexplained.length} of those without a kill between receiving and writing it down ` +
    `(widest gap ${report.widestGapMs.toFixed(1)} ms)`,
);
for (const mark of report.lost) console.error(`lost: ${mark}`);
for (const mark of report.unexplained) console.error(`twice without a reason: ${mark}`);
process.exit(report.lost.length + report.unexplained.length === 0 ? 0 : 1);
