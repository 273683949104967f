/**
 * `surehop lab …`: attacks on this machine alone, and what comes of them held against what is predicted. The shape of `--json` is for
 * programs, and stays.
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  isEnclosed,
  isMismatch,
  plotsOf,
  runEnclosed,
  runLab,
  type Cell,
  type Failure,
  type LabResult,
  type Sender,
} from "../../lab/index.ts";
import { systemClock } from "../../system/index.ts";
import {
  aimFault,
  aimLimits,
  attackIds,
  catalogue,
  chooseAttack,
  isExposed,
  receiverNamed,
  receivers,
  usualAttacks,
  type AttackId,
  type ChosenAttack,
  type ReceiverSetup,
} from "../../threats/index.ts";
import { gridOf, legendOf, mismatchesOf, summaryOf } from "../lab/grid.ts";
import { pageOf } from "../lab/page.ts";
import { labPorts } from "../lab/ports.ts";
import { twinOf } from "../lab/twin.ts";
import { everySender, thisCommand, usualSenders, wantEnclosure } from "../lab/senders.ts";
import {
  asideTexts,
  attackMeaning,
  attackName,
  failureTexts,
  inEveryLanguage,
  cellMeaning,
  hopTexts,
  outcomeName,
  receiverName,
  senderName,
  standsOf,
  stoppedBy,
  transcriptText,
} from "../lab/telling.ts";
import { columnsOf, wrap } from "../layout.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

export interface LabOptions {
  readonly json?: boolean;
  readonly sender?: readonly string[];
  readonly receiver?: readonly string[];
  readonly attack?: readonly string[];
  readonly html?: string;
  /** What `surehop check --save` kept of a domain. */
  readonly replay?: string;
}

const widthMax = 100;

export async function runLabCommand(context: CommandContext, options: LabOptions): Promise<number> {
  const chosen = choose(context, options);
  if (chosen === undefined) return exitCodes.usage;
  // Who has nothing to try needs no enclosure for it.
  if (await wantEnclosure(chosen.senders.filter((sender) => plotsOf(sender, chosen).length > 0)))
    return runEnclosed(thisCommand());
  const { terminal, words } = context;
  const isQuiet = options.json === true;
  const all = chosen.senders.map((sender) => plotsOf(sender, chosen).length);
  const total = all.reduce((sum, one) => sum + one, 0);
  if (total === 0) {
    terminal.err(words.say("lab-nothing"));
    return exitCodes.usage;
  }
  if (!isQuiet)
    for (const line of wrap(words.say("lab-begins", { cells: total }), { width: widthMax })) terminal.out(line);
  const startedAt = systemClock.monotonic();
  const progress = new Progress(context, isQuiet, new Map(chosen.senders.map(({ id }, at) => [id, all[at] ?? 0])));
  const cells: Cell[] = [];
  const failures: Failure[] = [];
  let notInstalled: LabResult["notInstalled"] = [];
  for (const [round, setups] of roundsOf(chosen.receivers).entries()) {
    const isTold = isQuiet || round > 0;
    const played = await runLab(labPorts, {
      ...chosen,
      receivers: setups,
      onCell: (cell) => progress.done(cell),
      onMissing: (sender, why) => isTold || terminal.out(words.say("lab-not-installed", { sender, why })),
    });
    cells.push(...played.cells);
    failures.push(...played.failures);
    notInstalled = played.notInstalled;
  }
  const result: LabResult = { cells, failures, notInstalled };
  progress.end();
  const seconds = Math.round((systemClock.monotonic() - startedAt) / 1000);
  const isWritten = options.html === undefined || writePage(context, options.html, result.cells);
  const summary = summaryOf(result.cells, result.notInstalled.length);
  if (isQuiet) terminal.out(JSON.stringify({ cells: result.cells, failures: result.failures, summary }));
  else tellResult(context, result, seconds);
  leaveSoon();
  return summary.mismatches === 0 && failures.length === 0 && isWritten ? exitCodes.ok : exitCodes.failed;
}

/** A world has one receiver of a name: what bears the name of another (two unlike servers of a twin) comes in the next. */
function roundsOf(setups: readonly ReceiverSetup[]): readonly (readonly ReceiverSetup[])[] {
  const rounds: ReceiverSetup[][] = [];
  for (const setup of setups) {
    const free = rounds.find((round) => round.every(({ id }) => id !== setup.id));
    if (free === undefined) rounds.push([setup]);
    else free.push(setup);
  }
  return rounds;
}

/** Inside an enclosure this process is the lab's alone: whoever still holds a connection open must not keep it. */
function leaveSoon(): void {
  if (isEnclosed()) systemClock.after(leaveTimeoutMs, () => process.exit());
}

const leaveTimeoutMs = 5_000;

function tellResult({ terminal, words }: CommandContext, { cells, failures }: LabResult, seconds: number): void {
  const { mismatches, exposed } = summaryOf(cells, 0);
  for (const sender of new Set(cells.map((cell) => cell.sender))) {
    terminal.out("");
    const own = cells.filter((cell) => cell.sender === sender);
    for (const line of gridOf(words, own, terminal.hasColour, cells)) terminal.out(line);
  }
  terminal.out("");
  for (const line of legendOf(words, cells)) terminal.out(line);
  terminal.out("");
  for (const line of mismatchesOf(words, cells)) terminal.out(line);
  for (const line of failureTexts(words, failures)) terminal.out(line);
  terminal.out(words.say("lab-summary", { cells: cells.length, seconds, exposed, mismatches }));
}

/** One line for each tenth of a sender's cells. */
class Progress {
  readonly #context: CommandContext;
  readonly #isQuiet: boolean;
  readonly #all: ReadonlyMap<string, number>;
  #sender = "";
  #done = 0;
  #wrong = 0;
  #told = 0;

  constructor(context: CommandContext, isQuiet: boolean, all: ReadonlyMap<string, number>) {
    this.#context = context;
    this.#isQuiet = isQuiet;
    this.#all = all;
  }

  done(cell: Cell): void {
    if (cell.sender !== this.#sender) {
      this.end();
      this.#sender = cell.sender;
      this.#done = 0;
      this.#wrong = 0;
      this.#told = 0;
    }
    this.#done++;
    if (isMismatch(cell)) this.#wrong++;
    if (this.#done - this.#told >= (this.#all.get(cell.sender) ?? 0) / 10) this.#tell();
  }

  end(): void {
    if (this.#done > this.#told) this.#tell();
  }

  #tell(): void {
    this.#told = this.#done;
    const all = this.#all.get(this.#sender) ?? 0;
    const given = { sender: this.#sender, done: this.#done, all, wrong: this.#wrong };
    if (!this.#isQuiet) this.#context.terminal.out(this.#context.words.say("lab-progress", given));
  }
}

function writePage({ terminal, words }: CommandContext, file: string, cells: readonly Cell[]): boolean {
  const path = resolve(terminal.directory, file);
  try {
    writeFileSync(path, pageOf(cells, words.language));
    terminal.err(words.say("lab-written", { file: printable(path) }));
    return true;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    terminal.err(words.say("lab-unwritten", { file: printable(path), why }));
    return false;
  }
}

interface Chosen {
  readonly senders: readonly Sender[];
  readonly receivers: readonly ReceiverSetup[];
  readonly attacks: readonly ChosenAttack[];
  readonly withNone: boolean;
}

/** Undefined, and said, if a name is of nothing. */
function choose(context: CommandContext, { sender, receiver, attack, replay }: LabOptions): Chosen | undefined {
  const senders = named(context, "lab-unknown-sender", sender, (id) => everySender().find((one) => one.id === id));
  const setups = named(context, "lab-unknown-receiver", receiver, receiverNamed);
  const attacks = namedAttacks(context, attack);
  const twin = replay === undefined ? undefined : twinOf(resolve(context.terminal.directory, replay));
  if (twin?.ok === false) {
    context.terminal.err(context.words.say(twin.error, { file: printable(replay ?? "") }));
    return undefined;
  }
  if (senders === undefined || setups === undefined || attacks === undefined) return undefined;
  return {
    senders: sender === undefined ? usualSenders() : senders,
    receivers: twin?.value.receivers ?? (receiver === undefined ? receivers : setups),
    attacks: attack === undefined ? usualAttacks() : attacks,
    withNone: attack === undefined || attack.includes("none"),
  };
}

/** Undefined, and said why, if one is of nothing, or cannot be aimed so. */
function namedAttacks(context: CommandContext, names: readonly string[] = []): readonly ChosenAttack[] | undefined {
  const wanted = names.filter((id) => id !== "none");
  const faulty = wanted.find((name) => aimFault(name) !== undefined);
  if (faulty === undefined) return named(context, "lab-unknown-attack", wanted, chooseAttack);
  tellAimFault(context, faulty);
  return undefined;
}

function tellAimFault({ terminal, words }: CommandContext, name: string): void {
  const text = words.say(`lab-aim-fault-${aimFault(name) ?? "unknown"}`, { value: printable(name) });
  for (const line of wrap(`${text} ${words.say("lab-aims", aimLimits)}`, { width: widthMax })) terminal.err(line);
}

function named<T>(
  { terminal, words }: CommandContext,
  unknown: string,
  names: readonly string[] = [],
  find: (name: string) => T | undefined,
): readonly T[] | undefined {
  const found: T[] = [];
  for (const name of names) {
    const one = find(name);
    if (one === undefined) {
      terminal.err(words.say(unknown, { value: printable(name) }));
      return undefined;
    }
    found.push(one);
  }
  return found;
}

export async function runLabList(context: CommandContext, options: { readonly json?: boolean }): Promise<number> {
  const { terminal, words } = context;
  const senders = await Promise.all(
    everySender().map(async (sender) => {
      const missing = await sender.missing();
      const names = inEveryLanguage((one) => senderName(one, sender.id));
      const installed = missing === undefined;
      return { id: sender.id, names, installed, ...(missing === undefined ? {} : { why: missing }) };
    }),
  );
  if (options.json === true) {
    const attacks = attackIds.map((id) => {
      const { variants, stands, stoppedBy: defences } = catalogue[id];
      const names = inEveryLanguage((one) => attackName(one, id));
      return { id, names, variants: Object.keys(variants), stands, stoppedBy: defences };
    });
    const setups = receivers.map(({ id }) => ({ id, names: inEveryLanguage((one) => receiverName(one, id)) }));
    terminal.out(JSON.stringify({ senders, receivers: setups, attacks }));
    return exitCodes.ok;
  }
  terminal.out(words.say("lab-list-senders"));
  for (const { id, why } of senders) {
    const name = senderName(words, id);
    terminal.out(row(id, why === undefined ? name : words.say("lab-list-missing", { name, why })));
  }
  terminal.out("");
  terminal.out(words.say("lab-list-receivers"));
  for (const { id } of receivers) terminal.out(row(id, receiverName(words, id)));
  terminal.out("");
  terminal.out(words.say("lab-list-attacks"));
  for (const id of attackIds) for (const line of attackLines(context, id)) terminal.out(line);
  return exitCodes.ok;
}

const idColumns = 36;
const aimsColumns = 80;

function row(id: string, text: string): string {
  return `  ${id.padEnd(idColumns)} ${text}`;
}

function variantsOf(words: CommandContext["words"], id: AttackId, others: readonly string[]): string {
  return words.say("lab-list-variants", { variants: others.map((one) => `${id}:${one}`).join(", ") });
}

function attackLines({ words }: CommandContext, id: AttackId): readonly string[] {
  const { variants, wraps } = catalogue[id];
  const others = Object.keys(variants).slice(1);
  return [
    row(id, attackName(words, id)),
    ...(wraps === undefined
      ? []
      : wrap(words.say("lab-aims", aimLimits), { width: aimsColumns }).map((line) => row("", line))),
    ...(others.length === 0
      ? []
      : wrap(variantsOf(words, id, others), { width: widthMax }).map((line) => row("", line))),
  ];
}

/** What an attack is shown at where nothing else is asked for: somebody who falls for it, and somebody who does not. */
const examples: readonly string[] = ["opportunistic", "plain", "sts-enforce", "dane-ee", "dane+sts"];

export async function runLabShow(context: CommandContext, options: LabOptions, name = ""): Promise<number> {
  const { terminal, words } = context;
  const id = name.split(":")[0] as AttackId;
  if (!Object.hasOwn(catalogue, id)) {
    terminal.err(words.say("lab-unknown-attack", { value: printable(name) }));
    return exitCodes.usage;
  }
  const asked = everySender().filter((sender) => options.sender?.includes(sender.id) === true);
  if (await wantEnclosure(asked)) return runEnclosed(thisCommand());
  if (aimFault(name) !== undefined) {
    tellAimFault(context, name);
    return exitCodes.usage;
  }
  explainAttack(context, id, name);
  const attack = chooseAttack(name);
  if (attack === undefined) {
    terminal.out("");
    terminal.out(words.say("lab-unknown-attack", { value: printable(name) }));
    return exitCodes.usage;
  }
  const besides = attack.name === id ? (attack.attack.besides ?? []).map((variant) => `${id}:${variant}`) : [];
  const chosen = choose(context, { sender: ["surehop"], ...options, attack: [name, ...besides] });
  if (chosen === undefined) return exitCodes.usage;
  const shown = { ...chosen, receivers: options.receiver === undefined ? tellingReceivers(chosen) : chosen.receivers };
  const { cells, failures } = await runLab(labPorts, shown);
  for (const cell of tellingCells(cells, attack.name)) showCell(context, cell, name);
  for (const line of failureTexts(words, failures)) terminal.out(line);
  leaveSoon();
  return cells.some(isMismatch) || failures.length > 0 ? exitCodes.failed : exitCodes.ok;
}

/** One who is predicted to fall for it, if there is one, and the first who is not. */
function tellingReceivers({ senders, receivers: all, attacks }: Chosen): readonly ReceiverSetup[] {
  // Who is in the server, or where the key is, is the same for all: the usual ones show what there is to show.
  if (attacks.some(({ effect }) => effect.hop !== undefined || effect.author !== undefined)) return usualReceivers(all);
  const plots = senders.flatMap((sender) => plotsOf(sender, { receivers: all, attacks, withNone: false }));
  const inOrder = plots.toSorted((a, b) => orderOf(a.receiver.id) - orderOf(b.receiver.id));
  const fallen = inOrder.find(({ predicted }) => isExposed(predicted));
  const safe = inOrder.find(({ predicted }) => !isExposed(predicted));
  return [...new Set([fallen, safe].flatMap((plot) => plot?.receiver ?? []))];
}

/** Of what is shown beside it, no receiver that comes to the same as the one before. */
function tellingCells(cells: readonly Cell[], main: string): readonly Cell[] {
  const inOrder = [main, ...new Set(cells.map(({ attack }) => attack))].filter(
    (name, at, all) => all.indexOf(name) === at,
  );
  return inOrder.flatMap((name) => {
    const own = cells.filter(({ attack }) => attack === name);
    return own.filter(({ observed }, at) => name === main || observed !== own[at - 1]?.observed);
  });
}

function usualReceivers(all: readonly ReceiverSetup[]): readonly ReceiverSetup[] {
  return all.filter(({ id }) => id === "opportunistic" || id === "dane-ee");
}

function orderOf(id: string): number {
  const at = examples.indexOf(id);
  return at < 0 ? examples.length : at;
}

function explainAttack({ terminal, words }: CommandContext, id: AttackId, name: string): void {
  terminal.out(attackName(words, name));
  terminal.out("");
  const { wrapped } = chooseAttack(name) ?? {};
  const done = wrapped?.attack.id ?? id;
  const sentences = [
    attackMeaning(words, id),
    ...(wrapped === undefined
      ? []
      : [
          words.say("lab-aims", aimLimits),
          words.say("lab-show-wrapped", { attack: attackName(words, wrapped.name), what: attackMeaning(words, done) }),
        ]),
    words.say("lab-show-stands", { where: standsOf(words, done) }),
    words.say("lab-show-stopped", { what: stoppedBy(words, done) }),
  ];
  for (const text of sentences) for (const line of wrap(text, { width: widthMax })) terminal.out(line);
}

/** `shownAs`: what stands above it all. */
function showCell({ terminal, words }: CommandContext, cell: Cell, shownAs: string): void {
  const { receiver, sender, observed, evidence } = cell;
  const given = { receiver: receiverName(words, receiver), sender: senderName(words, sender) };
  terminal.out("");
  if (cell.attack !== shownAs) terminal.out(attackName(words, cell.attack));
  for (const line of wrap(words.say("lab-show-example", given), { width: widthMax })) terminal.out(line);
  const left = (evidence.control?.transcript ?? []).flatMap((line) => lineTexts(words, line));
  const right = evidence.transcript.flatMap((line) => lineTexts(words, line));
  for (const line of sideBySide(words.say("lab-show-honest"), left, words.say("lab-show-attacked"), right))
    terminal.out(line);
  if (evidence.control !== undefined) {
    terminal.out(words.say("lab-show-control", { outcome: outcomeName(words, evidence.control.observed) }));
  }
  for (const text of hopTexts(words, evidence)) terminal.out(text);
  const means = cellMeaning(words, cell);
  const outcome = words.say("lab-show-outcome", { outcome: outcomeName(words, observed), means });
  for (const text of [outcome, ...asideTexts(words, cell)]) {
    for (const line of wrap(text, { width: widthMax })) terminal.out(line);
  }
}

const arrows = { client: "→", server: "←", note: "·" } as const;

/** What passed is cut off where it is too long; what is said of it is not. */
function lineTexts(words: CommandContext["words"], line: Cell["evidence"]["transcript"][number]): readonly string[] {
  const text = transcriptText(words, line);
  if (line.who !== "note") return [`${arrows[line.who]} ${text}`];
  return wrap(text, { width: halfColumns - 2 }).map((part, at) => `${at === 0 ? arrows.note : " "} ${part}`);
}

const halfColumns = 56;

function sideBySide(
  leftTitle: string,
  left: readonly string[],
  rightTitle: string,
  right: readonly string[],
): readonly string[] {
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, at) => [
    left[at] ?? "",
    right[at] ?? "",
  ]);
  return [[leftTitle, rightTitle], ["─".repeat(halfColumns), "─".repeat(halfColumns)], ...rows].map(
    ([one = "", other = ""]) => `${padded(one)} │ ${cut(other)}`.trimEnd(),
  );
}

function padded(text: string): string {
  const shown = cut(text);
  return shown + " ".repeat(Math.max(0, halfColumns - columnsOf(shown)));
}

function cut(text: string): string {
  if (columnsOf(text) <= halfColumns) return text;
  let shown = "";
  for (const character of text) {
    if (columnsOf(shown) + columnsOf(character) >= halfColumns) break;
    shown += character;
  }
  return `${shown}…`;
}
