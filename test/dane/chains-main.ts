/** `npm run test:danechains -- [--chains N] [--seed S] [--all]`: exits 1 on a difference from OpenSSL or GnuTLS that no rule explains. */
import { parseArgs } from "node:util";
import { compareChains } from "./compare.ts";
import { missingPeers } from "./peers/missing.ts";
import { told } from "./report.ts";

const { values } = parseArgs({
  options: {
    chains: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Date.now() % 1e6) },
    all: { type: "boolean", default: false },
  },
});
const chains = Number(values.chains);
const seed = Number(values.seed);
if (!Number.isInteger(chains) || chains < 1 || !Number.isInteger(seed)) {
  console.error(
    "--chains and --seed want whole numbers, for example: npm run test:danechains -- --chains 5000 --seed 7",
  );
  process.exit(2);
}
const missing = missingPeers();
if (missing !== undefined) {
  console.error(`The comparison cannot be run here: ${missing}. test/peers/install.sh brings what is needed.`);
  process.exit(2);
}
console.log(`${chains} chains, seed ${seed}`);
const report = await compareChains({ chains, seed }, ({ text }, explanation) => {
  if (values.all && explanation !== undefined) console.log(`explained: ${text}\n  ${explanation}`);
});
for (const line of told(report)) console.log(line);
process.exitCode = report.unexplained.length === 0 ? 0 : 1;
