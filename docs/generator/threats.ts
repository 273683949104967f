/**
 * The parts of docs/threats.md that are made: what each attack comes to, from the catalogue; and the matrix, from the last full run of the
 * lab (`npm run docs:lab` runs it and writes it down). A record that says other than the catalogue predicts now is a fault.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { plotsOf, type Cell } from "../../src/lab/index.ts";
import { everySender } from "../../src/cli/lab/senders.ts";
import { attackMeaning, outcomeName, senderName, standsOf, stoppedBy } from "../../src/cli/lab/telling.ts";
import {
  attackIds,
  chooseAttack,
  isExposed,
  outcomes,
  postfixReads,
  predict,
  predictBystander,
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
  readonly senders: Readonly<Record<string, Rows>>;
  /** Other people's mail servers, each run when somebody had it and the time. */
  readonly others: Readonly<Record<string, OtherRecord>>;
}

type Rows = Readonly<Record<string, string>>;

export interface OtherRecord {
  /** The day of its last run. */
  readonly on: string;
  /** With their versions. */
  readonly packages: readonly string[];
  readonly attacks: readonly string[];
  readonly rows: Rows;
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
    attacks: attacksPart(readRecord(root)),
    doors: doorsPart(),
    others: othersPart(readRecord(root)),
    aims: aimsPart(),
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
    const isOurs = sender.program === undefined;
    const { rows, attacks } = (isOurs ? ours(record, sender.id) : record.others[sender.id]) ?? {};
    if (rows === undefined || attacks === undefined) {
      if (isOurs) faults.push(`${sender.id} is missing`);
      continue;
    }
    for (const { receiver, attack, predicted } of plotsOf(sender, {
      receivers,
      attacks: usualAttacks(),
      withNone: true,
    })) {
      const name = attack?.name ?? "none";
      const seen = (rows[receiver.id] ?? "")[attacks.indexOf(name)];
      // Nobody has to have all the others; what was seen of them has to be true.
      if (seen !== letters[predicted] && (isOurs || (seen ?? " ") !== " "))
        faults.push(`${sender.id}, ${receiver.id}, ${name}: "${seen ?? "nothing"}", predicted "${letters[predicted]}"`);
    }
  }
  return faults;
}

function ours({ senders, attacks }: LabRecord, id: string): Pick<OtherRecord, "rows" | "attacks"> | undefined {
  const rows = senders[id];
  return rows === undefined ? undefined : { rows, attacks };
}

/** Of a run of Surehop's; what was not tried in it stays as it was, and so do the others. */
export function recordOf(cells: readonly Cell[], on: string, before: LabRecord): LabRecord {
  const attacks = columnNames();
  const senders = Object.fromEntries(
    [...new Set(cells.map(({ sender }) => sender))].map((id) => [
      id,
      rowsOf(
        cells.filter(({ sender }) => sender === id),
        attacks,
        ours(before, id),
      ),
    ]),
  );
  return { on, attacks, senders: { ...before.senders, ...senders }, others: before.others };
}

/** With what was seen of other people's mail servers; what was seen of them before, and not now, stays. */
export function withOthers(
  record: LabRecord,
  cells: readonly Cell[],
  on: string,
  packages: (sender: string) => readonly string[],
): LabRecord {
  const attacks = columnNames();
  const others: Record<string, OtherRecord> = { ...record.others };
  for (const id of new Set(cells.map(({ sender }) => sender))) {
    const own = cells.filter(({ sender, attack }) => sender === id && attacks.includes(attack));
    const rows = rowsOf(own, attacks, others[id]);
    others[id] = { on, packages: packages(id), attacks, rows };
  }
  const inOrder = everySender().flatMap(({ id }) => {
    const one = others[id];
    return one === undefined ? [] : [[id, one] as const];
  });
  return { ...record, others: Object.fromEntries(inOrder) };
}

function columnNames(): readonly string[] {
  return ["none", ...usualAttacks().map(({ name }) => name)];
}

function rowsOf(
  cells: readonly Cell[],
  attacks: readonly string[],
  before?: Pick<OtherRecord, "rows" | "attacks">,
): Record<string, string> {
  const seen = new Map(cells.map(({ receiver, attack, observed }) => [`${receiver} ${attack}`, letters[observed]]));
  const known = receivers.map(({ id }) => {
    const row = before?.rows[id] ?? "";
    const letterOf = (name: string): string =>
      seen.get(`${id} ${name}`) ?? row[before?.attacks.indexOf(name) ?? -1] ?? " ";
    return [id, attacks.map(letterOf).join("")] as const;
  });
  return Object.fromEntries(known.filter(([, row]) => row.trim() !== ""));
}

export function readRecord(root: string): LabRecord {
  const path = join(root, recordFile);
  const none: LabRecord = { on: "", attacks: [], senders: {}, others: {} };
  return existsSync(path) ? { ...none, ...(JSON.parse(readFileSync(path, "utf8")) as Partial<LabRecord>) } : none;
}

export function writeRecord(root: string, record: LabRecord): void {
  writeFileSync(join(root, recordFile), `${JSON.stringify(record, null, 2)}\n`);
}

const surehop = surehopModes.find(({ id }) => id === "surehop");
const strict = surehopModes.find(({ id }) => id === "surehop-strict");

/** Receivers that stand for what a domain may promise, and who sends. */
const columns: readonly (readonly [title: string, sender: SenderMode | undefined, receiver: string])[] = [
  ["Surehop, nothing promised", surehop, "opportunistic"],
  ["remembered", surehop, "remembered"],
  ["MTA-STS", surehop, "sts-enforce"],
  ["DANE", surehop, "dane-ee"],
  ["a rule", surehop, "ruled"],
  ["a rule with `ca`", surehop, "ruled-ca"],
  ["`authenticated` for all", strict, "opportunistic"],
];

function attacksPart({ others }: LabRecord): string {
  const rows = attackIds.map((id) => {
    const outcomesHere = [
      seenOf(others, otherColumns[0], id),
      ...columns.map(([, sender, receiver]) => told(sender, receiver, id)),
    ];
    return [code(id), standsOf(words, id), ...outcomesHere];
  });
  const meanings = attackIds.map(
    (id) => `- ${code(id)}: ${attackMeaning(words, id)} What stops it: ${stoppedBy(words, id)}.`,
  );
  const titles = ["attack", "the attacker stands", "Postfix as Debian ships it", ...columns.map(([title]) => title)];
  return [table(titles, rows), meanings.join("\n")].join("\n\n");
}

/** Aimed attacks of the matrix: what becomes of what is hit, and of the mail beside it. */
function aimsPart(): string {
  const shown = columns.filter(([, sender]) => sender?.kind === "surehop");
  const rows = usualAttacks().flatMap(({ name, effect, shownAt }) => {
    if (shownAt === undefined || effect.aim === undefined) return [];
    const outcomesHere = shown.map(([, sender, receiver]) => {
      const setup = receiverNamed(receiver);
      if (sender === undefined || setup === undefined) return "–";
      const [hit, others] = [predict(sender, setup, effect), predictBystander(sender, setup, effect)];
      return hit === undefined || others === undefined ? "–" : `${marked(hit)}; other mail ${marked(others)}`;
    });
    return [[code(name), ...outcomesHere]];
  });
  return table(["attack", ...shown.map(([title]) => title)], rows);
}

/** By the plainest variant; where it says nothing of this receiver, by nobody. */
function told(sender: SenderMode | undefined, receiver: string, id: (typeof attackIds)[number]): string {
  const [setup, attack] = [receiverNamed(receiver), chooseAttack(id)];
  if (sender === undefined || setup === undefined || attack === undefined) return "–";
  const outcome = predict(sender, setup, attack.effect);
  return outcome === undefined ? "–" : marked(outcome);
}

function marked(outcome: Outcome): string {
  const text = outcomeName(words, outcome);
  return isExposed(outcome) ? `**${text}**` : text;
}

type OtherColumn = readonly [title: string, sender: string, receiver: string];

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

/** What stands for the ways in which others send, and to whom. */
const otherColumns: readonly [OtherColumn, ...OtherColumn[]] = [
  ["Postfix", "postfix-default", "opportunistic"],
  ["Exim", "exim-default", "opportunistic"],
  ["sendmail", "sendmail-default", "opportunistic"],
  ["OpenSMTPD", "opensmtpd-default", "opportunistic"],
  ["Postfix `encrypt`", "postfix-encrypt", "opportunistic"],
  ["Postfix `secure`", "postfix-secure", "opportunistic"],
  ["Postfix `dane`, DANE", "postfix-dane", "dane-ee"],
  ["Exim, DANE", "exim-default", "dane-ee"],
  ["Postfix with MTA-STS, policy known", "postfix-mta-sts", "sts-enforce"],
  ["the same at first contact", "postfix-mta-sts-first", "sts-enforce"],
];

/** What was seen of others, and nothing else. */
function othersPart({ others }: LabRecord): string {
  const rows = columnNames().map((name) => [code(name), ...otherColumns.map((column) => seenOf(others, column, name))]);
  const runs = Object.entries(others).map(
    ([id, { on, packages }]) => `${code(id)} (${senderName(words, id)}; ${packages.join(", ")}; ${on})`,
  );
  return [
    table(["attack", ...otherColumns.map(([title]) => title)], rows),
    `Who was tried, with which packages, and when: ${runs.join("; ")}.`,
  ].join("\n\n");
}

function seenOf(
  others: LabRecord["others"],
  [, sender, receiver]: (typeof otherColumns)[number],
  name: string,
): string {
  const { rows, attacks } = others[sender] ?? {};
  const letter = rows?.[receiver]?.[attacks?.indexOf(name) ?? -1];
  const outcome = outcomes.find((one) => letters[one] === letter);
  if (outcome === undefined) return "–";
  const text = outcomeName(words, outcome);
  return isExposed(outcome) ? `**${text}**` : text;
}

function matrixPart({ on, attacks, senders, others }: LabRecord): string {
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
    othersIntro,
    ...Object.entries(others).map(([sender, other]) => gatheredOf(sender, other, attacks)),
  ].join("\n\n");
}

const othersIntro =
  "Other people's mail servers, by the same columns; set-ups of receivers that came out alike stand together. A blank was not tried: " +
  "the receiver has nothing that the attack is about, or nothing is claimed of the sender.";

/** Many set-ups are all the same to a sender that looks at none of what tells them apart. */
function gatheredOf(
  sender: string,
  { on, packages, attacks, rows }: OtherRecord,
  columnsHere: readonly string[],
): string {
  const alike = new Map<string, string[]>();
  for (const [receiver, row] of Object.entries(rows)) {
    const letterOf = (name: string): string => row[attacks.indexOf(name)] ?? " ";
    const line = columnsHere.map((name) => ` ${letterOf(name)}`).join(" ");
    alike.set(line, [...(alike.get(line) ?? []), receiver]);
  }
  const head = columnsHere.map((_, at) => String(at + 1).padStart(2)).join(" ");
  const lines = [...alike].map(([line, names]) => `${line}  ${names.join(" ")}`);
  const told = `${senderName(words, sender)}: ${packages.join(", ")}; ${on}.`;
  return [`### ${sender}`, "", told, "", "```", head, ...lines, "```"].join("\n");
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
