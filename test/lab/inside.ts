/**
 * Runs cells of the lab and prints what they came to, one JSON object a line. Is run inside an enclosure, where other mail servers can be:
 * `senders.ts` starts it. Arguments: `{ "senders": […], "receivers": […], "attacks": […] }`.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSystemWeb } from "../../src/cli/lab/ports.ts";
import { everySender } from "../../src/cli/lab/senders.ts";
import { enclosedNet, runLab } from "../../src/lab/index.ts";
import { systemClock, systemNet, systemRandom } from "../../src/system/index.ts";
import { chooseAttack, receiverNamed } from "../../src/threats/index.ts";

interface Wish {
  readonly senders: readonly string[];
  readonly receivers: readonly string[];
  readonly attacks: readonly string[];
}

const wish = JSON.parse(process.argv[2] ?? "{}") as Wish;
const net = enclosedNet(systemNet);
const ports = {
  net,
  clock: systemClock,
  isEnclosed: true,
  makeDirectory() {
    const path = mkdtempSync(join(tmpdir(), "surehop-lab-"));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
  },
  makeToken: () => randomBytes(12).toString("hex"),
  random: systemRandom,
  openWeb: openSystemWeb,
};
const print = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const { notInstalled } = await runLab(ports, {
  senders: everySender().filter(({ id }) => wish.senders.includes(id)),
  receivers: wish.receivers.map((id) => receiverNamed(id) ?? unknown(id)),
  attacks: wish.attacks.filter((name) => name !== "none").map((name) => chooseAttack(name) ?? unknown(name)),
  withNone: wish.attacks.includes("none"),
  onCell: print,
  onFailure: (failure) => print({ failure }),
});
for (const missing of notInstalled) print({ notInstalled: missing });

function unknown(name: string): never {
  throw new TypeError(`there is no ${name} in the catalogue`);
}
