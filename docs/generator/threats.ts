/**
 * The parts of docs/threats.md that are made: what each attack comes to, from the catalogue; and the matrix, from the last full run of the
 * lab (`npm run docs:lab` runs it and writes it down). A record that says other than the catalogue predicts now is a fault.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { plotsOf, type Cell } from "../../src/lab/index.ts";
import { everySender } from "../../src/cli/lab/senders.ts";
import { attackMeaning, outcomeName, standsOf, stoppedBy } from "../../src/cli/lab/telling.ts";
import {
  attackIds,
  catalogue,
  chooseAttack,
  modelledModes,
  outcomes,
  predict,
  receiverNamed,
  receivers,
  surehopModes,
  usualAttacks,
  type Outcome,
  type SenderMode,
} from "../../src/threats/index.ts";
import { createWords } from "../../src/words/index.ts";
import { code, table } from "./markdown.ts";

const file = "docs/threats.md";
const recordFile = "docs/generator/lab-run.json";
const words = createWords("en", { timeZone: "UTC" });

/** What was observed: by sender, a row of letters for each receiver, in the order of `attacks`; a space where nothing was tried. */
export interface LabRecord {
  /** The day of the run. */
  readonly on: string;
  readonly attacks: readonly string[];
  readonly senders: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const letters: Readonly<Record<Outcome, string>> = {
  delivered: ".",
  held: "H",
  bounced: "B",
  "exposed-cleartext": "C",
  "exposed-to-attacker": "A",
};

/** The page as it should stand. Throws if a mark is gone. */
export function threatsDocument(root: string): string {
  const text = readFileSync(join(root, file), "utf8");
  const parts: Readonly<Record<string, string>> = {
    attacks: attacksPart(),
    matrix: matrixPart(readRecord(root)),
  };
  return Object.entries(parts).reduce((whole, [name, part]) => {
    const mark = new RegExp(`(<!-- made: ${name}[^>]*-->\\n)[\\s\\S]*?(<!-- /made -->)`);
    if (!mark.test(whole)) throw new Error(`${file} has no place for the part "${name}"`);
    return whole.replace(mark, (_, before: string, after: string) => `${before}\n${part}\n\n${after}`);
  }, text);
}

export function writeThreats(root: string): void {
  writeFileSync(join(root, file), threatsDocument(root));
}

/** What is not true any more. */
export function checkThreats(root: string): readonly string[] {
  const isSame = readFileSync(join(root, file), "utf8") === threatsDocument(root);
  return [
    ...(isSame ? [] : [`${file}: out of step with the catalogue or the last run; "npm run docs" writes it anew`]),
    ...staleCells(readRecord(root)).map((cell) => `${recordFile}: ${cell}; "npm run docs:lab" runs the lab`),
  ];
}

/** Cells of the record that the catalogue predicts otherwise, and predicted ones of Surehop's that it lacks. */
export function staleCells(record: LabRecord): readonly string[] {
  const faults: string[] = [];
  for (const sender of everySender()) {
    const rows = record.senders[sender.id];
    if (rows === undefined) {
      if (sender.program === undefined) faults.push(`${sender.id} is missing`);
      continue;
    }
    for (const { receiver, attack, predicted } of plotsOf(sender, {
      receivers,
      attacks: usualAttacks(),
      withNone: true,
    })) {
      const name = attack?.name ?? "none";
      const seen = (rows[receiver.id] ?? "")[record.attacks.indexOf(name)];
      if (seen !== letters[predicted])
        faults.push(`${sender.id}, ${receiver.id}, ${name}: "${seen ?? "nothing"}", predicted "${letters[predicted]}"`);
    }
  }
  return faults;
}

export function recordOf(cells: readonly Cell[], on: string, before: LabRecord): LabRecord {
  const attacks = ["none", ...usualAttacks().map(({ name }) => name)];
  const senders: Record<string, Record<string, string>> = {};
  for (const { sender, receiver, attack, observed } of cells) {
    const rows = (senders[sender] ??= {});
    const row = [...(rows[receiver] ?? " ".repeat(attacks.length))];
    row[attacks.indexOf(attack)] = letters[observed];
    rows[receiver] = row.join("");
  }
  // Whoever is not installed here keeps what was seen elsewhere, as long as the columns are the same.
  const kept = before.attacks.join() === attacks.join() ? before.senders : {};
  return { on, attacks, senders: { ...kept, ...senders } };
}

export function readRecord(root: string): LabRecord {
  const path = join(root, recordFile);
  if (!existsSync(path)) return { on: "", attacks: [], senders: {} };
  return JSON.parse(readFileSync(path, "utf8")) as LabRecord;
}

export function writeRecord(root: string, record: LabRecord): void {
  writeFileSync(join(root, recordFile), `${JSON.stringify(record, null, 2)}\n`);
}

const surehop = surehopModes.find(({ id }) => id === "surehop");
const strict = surehopModes.find(({ id }) => id === "surehop-strict");
const usualPostfix = modelledModes.find(({ id }) => id === "postfix-default");

/** Receivers that stand for what a domain may promise, and who sends. */
const columns: readonly (readonly [title: string, sender: SenderMode | undefined, receiver: string])[] = [
  ["Postfix as Debian ships it", usualPostfix, "opportunistic"],
  ["Surehop, nothing promised", surehop, "opportunistic"],
  ["remembered", surehop, "remembered"],
  ["MTA-STS", surehop, "sts-enforce"],
  ["DANE", surehop, "dane-ee"],
  ["a rule", surehop, "ruled"],
  ["`authenticated` for all", strict, "opportunistic"],
];

function attacksPart(): string {
  const rows = attackIds.map((id) => {
    const outcomesHere = columns.map(([, sender, receiver]) => told(sender, receiver, id));
    return [code(id), standsOf(words, id), ...outcomesHere];
  });
  const meanings = attackIds.map(
    (id) => `- ${code(id)}: ${attackMeaning(words, id)} What stops it: ${stoppedBy(words, id)}.`,
  );
  return [table(["attack", "the attacker stands", ...columns.map(([title]) => title)], rows), meanings.join("\n")].join(
    "\n\n",
  );
}

/** By the plainest variant; where it says nothing of this receiver, by nobody. */
function told(sender: SenderMode | undefined, receiver: string, id: (typeof attackIds)[number]): string {
  if (catalogue[id].notYet !== undefined) return "not yet shown";
  const [setup, attack] = [receiverNamed(receiver), chooseAttack(id)];
  if (sender === undefined || setup === undefined || attack === undefined) return "–";
  if (sender.kind === "modelled" && !measured.has(id)) return "not measured";
  const outcome = predict(sender, setup, attack.effect);
  if (outcome === undefined) return "–";
  const text = outcomeName(words, outcome);
  return outcome.startsWith("exposed") ? `**${text}**` : text;
}

/** Attacks under which other servers have been measured. */
const measured: ReadonlySet<string> = new Set([
  "strip-ehlo",
  "refuse-starttls",
  "reset-handshake",
  "garble-handshake",
  "inject-response",
  "self-signed",
  "wrong-host",
  "expired",
  "spoof-mx",
  "target",
]);

function matrixPart({ on, attacks, senders }: LabRecord): string {
  const all = Object.values(senders).flatMap((rows) => Object.values(rows).join("").replace(/ /g, "").split(""));
  const count = (outcome: Outcome): string =>
    `${all.filter((one) => one === letters[outcome]).length} ${outcomeName(words, outcome)}`;
  const intro =
    `The last full run was on ${on}: ${all.length} cells (${outcomes.map(count).join(", ")}), each as predicted. ` +
    `\`.\` delivered, \`H\` held, \`B\` given back, \`C\` read in clear, \`A\` taken by the attacker; a blank was not tried, ` +
    "because the receiver has nothing that the attack is about.";
  const legend = attacks.map((name, at) => `${at + 1} ${code(name)}`).join(", ");
  return [
    intro,
    legend,
    ...Object.entries(senders).map(([sender, rows]) => matrixOf(sender, rows, attacks.length)),
  ].join("\n\n");
}

function matrixOf(sender: string, rows: Readonly<Record<string, string>>, width: number): string {
  const names = Object.keys(rows);
  const column = Math.max(...names.map(({ length }) => length)) + 2;
  const head = Array.from({ length: width }, (_, at) => String(at + 1).padStart(2)).join(" ");
  const lines = names.map((name) =>
    `${name.padEnd(column)}${[...(rows[name] ?? "")].map((one) => ` ${one}`).join(" ")}`.trimEnd(),
  );
  return [`### ${sender}`, "", "```", `${" ".repeat(column)}${head}`, ...lines, "```"].join("\n");
}
