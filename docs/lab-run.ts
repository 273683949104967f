/**
 * `npm run docs:lab`: the whole matrix of the lab for Surehop; what was observed is written down for docs/threats.md. Exits 1, and writes
 * nothing, if a cell came out other than predicted, or could not be played out.
 *
 *   --all             other people's mail servers too, as far as they are installed: each in an enclosure of its own, which takes root and an hour
 *   --sender ID …     these of them alone, and not Surehop
 *   --attack NAME …   with these attacks alone; what was seen under others stays
 *   --receiver ID …   with these receivers alone; what was seen of others stays
 *   --from FILE …     what `surehop lab --json` has printed of them, in place of a run
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { labPorts } from "../src/cli/lab/ports.ts";
import { everySender } from "../src/cli/lab/senders.ts";
import { isMismatch, runLab, type Cell, type Failure } from "../src/lab/index.ts";
import { chooseAttack, predict, receiverNamed, receivers, usualAttacks } from "../src/threats/index.ts";
import { packagesOf } from "./generator/packages.ts";
import { readRecord, recordOf, withOthers, writeRecord, writeThreats } from "./generator/threats.ts";

interface Played {
  readonly cells: readonly Cell[];
  readonly failures?: readonly Failure[];
}

const root = fileURLToPath(new URL("../", import.meta.url));
const on = new Date().toISOString().slice(0, 10);
const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    sender: { type: "string", multiple: true, default: [] },
    attack: { type: "string", multiple: true, default: [] },
    receiver: { type: "string", multiple: true, default: [] },
    from: { type: "string", multiple: true, default: [] },
  },
});
const others = everySender().filter(
  ({ id, mode }) => mode.kind === "modelled" && (values.all || values.sender.includes(id)),
);

if (values.from.length > 0)
  for (const file of values.from) note(foretold(JSON.parse(readFileSync(file, "utf8")) as Played));
else {
  if (values.sender.length === 0) await runSurehop();
  for (const { id, missing } of others) {
    const why = await missing();
    if (why !== undefined) console.log(`${id}: not tried. ${why}`);
    else note(await runOther(id));
  }
}
writeThreats(root);

async function runSurehop(): Promise<void> {
  const senders = everySender().filter(({ program }) => program === undefined);
  const { cells, failures } = await runLab(labPorts, {
    senders,
    receivers: receivers.filter(({ id }) => isWanted(values.receiver, id)),
    attacks: usualAttacks().filter(({ name }) => isWanted(values.attack, name)),
    withNone: isWanted(values.attack, "none"),
  });
  if (isWrong({ cells, failures })) return;
  writeRecord(root, recordOf(cells, on, readRecord(root)));
  console.log(`${cells.length} cells, all as predicted; written down`);
}

/** Where nothing is asked for, everything is. */
function isWanted(asked: readonly string[], name: string): boolean {
  return asked.length === 0 || asked.includes(name);
}

/** In a process of its own, which makes itself an enclosure. */
async function runOther(id: string): Promise<Played> {
  const chosen = [
    ...values.attack.flatMap((name) => ["--attack", name]),
    ...values.receiver.flatMap((name) => ["--receiver", name]),
  ];
  const child = spawn(process.execPath, ["bin/surehop.js", "lab", "--json", "--sender", id, ...chosen], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return JSON.parse(output) as Played;
}

function note(played: Played): void {
  if (isWrong(played)) return;
  const programs = new Map(everySender().map(({ id, program }) => [id, program]));
  const packages = (id: string): readonly string[] => packagesOf(root, id, programs.get(id) ?? "");
  writeRecord(root, withOthers(readRecord(root), played.cells, on, packages));
  const ids = [...new Set(played.cells.map(({ sender }) => sender))];
  console.log(`${ids.join(", ")}: ${played.cells.length} cells, all as predicted; written down`);
}

/** What was seen stays; what is predicted is what the catalogue says now. */
function foretold({ cells, ...rest }: Played): Played {
  const modes = new Map(everySender().map(({ id, mode }) => [id, mode]));
  const told = cells.map((cell) => {
    const [mode, setup] = [modes.get(cell.sender), receiverNamed(cell.receiver)];
    const effect = cell.attack === "none" ? "none" : chooseAttack(cell.attack)?.effect;
    if (mode === undefined || setup === undefined || effect === undefined)
      throw new TypeError(`unknown: ${cell.attack}`);
    const { control, ...evidence } = cell.evidence;
    const before = control && { ...control, predicted: predict(mode, setup, "none") ?? control.predicted };
    const predicted = predict(mode, setup, effect) ?? cell.predicted;
    return { ...cell, predicted, evidence: { ...evidence, ...(before === undefined ? {} : { control: before }) } };
  });
  return { ...rest, cells: told };
}

function isWrong({ cells, failures = [] }: Played): boolean {
  const wrong = cells.filter(isMismatch);
  for (const { sender, receiver, attack, predicted, observed } of wrong) {
    console.error(`${sender}, ${receiver}, ${attack}: predicted ${predicted}, observed ${observed}`);
  }
  for (const { sender, receiver, attack, why } of failures) {
    console.error(`${sender}, ${receiver}, ${attack}: not played out. ${JSON.stringify(why)}`);
  }
  if (wrong.length + failures.length === 0) return false;
  process.exitCode = 1;
  return true;
}
