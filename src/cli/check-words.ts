/** A checker's report on a terminal: the verdict first, who could read the mail, then what is wrong and what to do. */
import {
  isSame,
  tellOne,
  tellReport,
  type Changes,
  type CellState,
  type Report,
  type Severity,
  type ToldFinding,
  type ToldReport,
} from "../check/index.ts";
import { columnsOf, wrap } from "./layout.ts";
import type { CommandContext } from "./terminal.ts";

const widthMax = 100;

export function tellTerminal(context: CommandContext, report: Report, isFirst: boolean): void {
  const { terminal, words } = context;
  const told = tellReport(words, report);
  const width = Math.min(process.stdout.columns ?? widthMax, widthMax);
  const line = (text: string, first = "", rest = first): void => {
    for (const one of wrap(text, { width, first, rest })) terminal.out(one);
  };
  if (!isFirst) terminal.out("");
  line(paint(context, "bold", told.title));
  terminal.out("");
  line(told.verdict, "  ");
  line(`${words.say("check-level-label")}${words.say("gap")}${told.level}`, "  ");
  tellSteps(context, told, line);
  tellMatrix(context, told, width);
  if (told.matrix.rows.length > 0) line(words.say("check-matrix-note"), "  ");
  if (report.findings.length === 0) {
    terminal.out("");
    line(words.say("check-clean"));
  }
  // Many findings have one reason: it is given with the first.
  const reasons = new Set<string>();
  for (const severity of ["error", "warning", "notice"] as const) {
    const of = told.findings.filter((one) => one.severity === severity);
    const [first] = of;
    if (first === undefined) continue;
    terminal.out("");
    line(paint(context, colours[severity], first.severityText));
    for (const one of of) tellFinding(context, one, line, reasons);
  }
  if (told.hosts.length > 0) {
    terminal.out("");
    line(paint(context, "bold", words.say("check-hosts-title")));
    for (const one of told.hosts) line(one, "  - ", "    ");
  }
  if (told.untested.length > 0) tellUntested(context, told, line);
  terminal.out("");
  line(told.when);
}

type Line = (text: string, first?: string, rest?: string) => void;

function tellSteps(context: CommandContext, { steps }: ToldReport, line: Line): void {
  const { terminal, words } = context;
  if (steps.length === 0) return;
  terminal.out("");
  line(paint(context, "bold", words.say("check-steps-title")));
  for (const [at, { who, fix, what }] of steps.entries()) {
    line(`${who}${words.say("check-colon")}${fix}`, `  ${at + 1}. `, "     ");
    line(what, "     ");
  }
}

function tellUntested(context: CommandContext, told: ToldReport, line: Line): void {
  const { terminal, words } = context;
  terminal.out("");
  line(paint(context, "bold", words.say("check-untested-title")));
  line(words.say("check-untested-note"), "  ");
  for (const one of told.untested) line(one, "  - ", "    ");
}

/** One line and the findings that came and went; nothing at all if nothing did. */
export function tellChanges(context: CommandContext, report: Report, changes: Changes): void {
  if (isSame(changes)) return;
  const { terminal, words } = context;
  const { domain } = report;
  terminal.out(`\n${words.say("check-changed", { domain, at: words.time(report.at) })}`);
  if (changes.verdict !== undefined) terminal.out(`  ${tellReport(words, report).verdict}`);
  for (const one of changes.appeared)
    terminal.out(`  + ${paint(context, colours[one.severity], tellOne(words, one).what)}`);
  for (const one of changes.gone) terminal.out(`  - ${tellOne(words, one).what}`);
}

function tellFinding(
  { words, terminal }: CommandContext,
  finding: ToldFinding,
  line: Line,
  reasons: Set<string>,
): void {
  const labelled = (key: string, text: string): void => {
    const head = `    ${words.say(`check-label-${key}`)}${words.say("gap")}`;
    line(text, head, " ".repeat(6));
  };
  line(finding.what, "  - ", "    ");
  if (!reasons.has(finding.why)) labelled("why", finding.why);
  reasons.add(finding.why);
  labelled("fix", finding.fix);
  labelled("who", finding.who);
  if (finding.evidence.length > 0) labelled("evidence", finding.evidence.join("; "));
  if (finding.paste.length > 0) terminal.out(`    ${words.say("check-label-paste")}`);
  // Not wrapped: it is to be copied.
  for (const record of finding.paste) terminal.out(`      ${record}`);
}

function tellMatrix(context: CommandContext, { matrix }: ToldReport, width: number): void {
  const { terminal, words } = context;
  if (matrix.rows.length === 0) return;
  terminal.out("");
  terminal.out(paint(context, "bold", words.say("check-matrix-title")));
  const heads = [words.say("check-matrix-attacker"), ...matrix.senders];
  const rows = matrix.rows.map(({ attacker, cells }) => [attacker, ...cells.map(({ text }) => text)]);
  const widths = heads.map((head, at) => Math.max(...[head, ...rows.map((row) => row[at] ?? "")].map(columnsOf)));
  if (widths.reduce((sum, one) => sum + one + gap, 2) > width) return tellNarrow(context, matrix, width);
  terminal.out(
    `  ${heads
      .map((head, at) => pad(head, widths[at] ?? 0))
      .join("")
      .trimEnd()}`,
  );
  for (const { attacker, cells } of matrix.rows) {
    const painted = cells.map(({ text, state }, at) =>
      paint(context, cellColours[state], pad(text, widths[at + 1] ?? 0)),
    );
    terminal.out(`  ${pad(attacker, widths[0] ?? 0)}${painted.join("")}`.trimEnd());
  }
}

const gap = 2;

/** Where the table does not fit: an attacker, and below it what each kind of sender comes to. */
function tellNarrow(context: CommandContext, { senders, rows }: ToldReport["matrix"], width: number): void {
  for (const { attacker, cells } of rows) {
    for (const one of wrap(attacker, { width, first: "  " })) context.terminal.out(one);
    for (const [at, { state, text }] of cells.entries()) {
      context.terminal.out(`    ${senders[at] ?? ""}: ${paint(context, cellColours[state], text)}`);
    }
  }
}

function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)) + gap);
}

type Colour = "red" | "yellow" | "green" | "bold" | "plain";

const colours = { error: "red", warning: "yellow", notice: "bold" } as const satisfies Record<Severity, Colour>;
const cellColours = {
  read: "red",
  waits: "red",
  unknown: "yellow",
  stopped: "green",
  harmless: "green",
  arrives: "green",
} as const satisfies Record<CellState, Colour>;

function paint({ terminal }: CommandContext, colour: Colour, text: string): string {
  return terminal.hasColour && colour !== "plain" ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text;
}

const codes = { red: 31, yellow: 33, green: 32, bold: 1, plain: 0 } as const;
