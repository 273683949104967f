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
  postfixReads,
  predict,
  receiverNamed,
  receivers,
  smugglings,
  surehopModes,
  surehopReads,
  usualAttacks,
  type HopSetting,
  type Outcome,
  type Reading,
  type SenderMode,
  type Smuggling,
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
    doors: doorsPart(),
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

/** How many messages Postfix makes of one, by its setting, where it stands before Surehop. */
const settings: readonly HopSetting[] = ["default", "normalize", "reject"];

function doorsPart(): string {
  const rows = Object.entries(smugglings).map(([variant, smuggling]) => [
    code(variant),
    `${shownOctets(smuggling.end)}${sentAs[smuggling.as]}`,
    handled(smuggling),
    ...settings.map((setting) => readAs[postfixReads(smuggling, setting)]),
  ]);
  return table(
    ["`smuggle:`", "in the place of CRLF `.` CRLF", "Surehop", ...settings.map((one) => `Postfix, ${code(one)}`)],
    rows,
  );
}

const readAs: Readonly<Record<Reading, string>> = { one: "1 message", two: "**2 messages**", refused: "refused" };

const sentAs: Readonly<Record<Smuggling["as"], string>> = {
  data: "",
  split: ", an octet in each segment",
  bdat: ", in one chunk of BDAT",
  "bdat-chunks": ", an octet in each chunk of BDAT",
};

const octetNames: Readonly<Record<string, string>> = {
  "\0": "NUL",
  "\t": "TAB",
  "\n": "LF",
  "\v": "VT",
  "\f": "FF",
  "\r": "CR",
  " ": "SP",
  ".": "`.`",
};

/** Long runs of text and whole lines by their number. */
function shownOctets(end: string): string {
  const short = end.replace(/(?:x+\r\n){2,}/, (lines) => `\x01${lines.split("\r\n").length - 1} lines\x01`);
  const parts = short.replaceAll("\r\n", "\x02").match(/\x01[^\x01]*\x01|x+|[^]/g) ?? [];
  return parts.map(shownPart).join(" ");
}

function shownPart(part: string): string {
  if (part === "\x02") return "CRLF";
  if (part.startsWith("\x01")) return part.slice(1, -1);
  if (part.startsWith("x")) return `${part.length} octets`;
  return octetNames[part] ?? `0x${part.charCodeAt(0).toString(16)}`;
}

/** What becomes of it, and by which rule. */
function handled(smuggling: Smuggling): string {
  const { end, as } = smuggling;
  switch (surehopReads(smuggling)) {
    case "refused":
      return "refused: 554 5.6.0 (RFC 2045 §2.8)";
    case "two":
      return "**2 messages**";
    case "one":
      break;
  }
  if (as !== "data" && as !== "split") return "1 message: octets are counted (RFC 3030 §2)";
  if (/\r(?!\n)|(?<!\r)\n/.test(end)) return "1 message: stray CR and LF become CRLF (RFC 5321 §2.3.8)";
  if (end.includes("\r\n..\r\n")) return "1 message: the dot is taken off, and put on again (RFC 5321 §4.5.2)";
  if (/x{998}/.test(end)) return "1 message: so long a line is handed on by BDAT, unbroken (RFC 5321 §4.5.3.1.6)";
  return "1 message: a line like any other (RFC 5321 §4.1.1.4)";
}

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
