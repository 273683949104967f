/**
 * `npm run docs:lab`: the whole matrix of the lab, for every sender that is installed here; what was observed is written down for
 * docs/threats.md. Exits 1, and writes nothing, if a cell came out other than predicted.
 */
import { fileURLToPath } from "node:url";
import { labPorts } from "../src/cli/lab/ports.ts";
import { everySender } from "../src/cli/lab/senders.ts";
import { isEnclosed, isMismatch, runLab } from "../src/lab/index.ts";
import { receivers, usualAttacks } from "../src/threats/index.ts";
import { readRecord, recordOf, writeRecord, writeThreats } from "./generator/threats.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const { cells, notInstalled } = await runLab(labPorts, {
  // Other mail servers are tried where this runs in an enclosure (src/lab/enclose.ts); what is known of them stays otherwise.
  senders: everySender().filter(({ needsEnclosure }) => needsEnclosure !== true || isEnclosed()),
  receivers,
  attacks: usualAttacks(),
  withNone: true,
});
for (const { sender, why } of notInstalled) console.log(`${sender}: not tried. ${why}`);
const wrong = cells.filter(isMismatch);
for (const { sender, receiver, attack, predicted, observed } of wrong) {
  console.error(`${sender}, ${receiver}, ${attack}: predicted ${predicted}, observed ${observed}`);
}
if (wrong.length > 0) process.exitCode = 1;
else {
  writeRecord(root, recordOf(cells, new Date().toISOString().slice(0, 10), readRecord(root)));
  writeThreats(root);
  console.log(`${cells.length} cells, all as predicted; written down`);
}
