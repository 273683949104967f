/** A report as Markdown (CommonMark with tables): for a ticket, a wiki, a mail to the provider. */
import type { Words } from "../../words/index.ts";
import { tellReport, type ToldFinding, type ToldReport } from "../told.ts";
import type { Report } from "../types.ts";

export function reportMarkdown(words: Words, report: Report): string {
  const told = tellReport(words, report);
  const { hosts, findings, untested } = told;
  return `${[
    `# ${plain(told.title)}`,
    `**${plain(told.verdict)}**`,
    `${words.say("check-level-label")}${words.say("gap")}${plain(told.level)}`,
    ...stepsOf(words, told),
    ...matrixOf(words, told),
    `## ${words.say("check-findings-title")}`,
    ...(findings.length === 0 ? [words.say("check-clean")] : findings.map((one) => findingOf(words, one))),
    ...(hosts.length === 0 ? [] : [`## ${words.say("check-hosts-title")}`]),
    ...(hosts.length === 0 ? [] : [hosts.map((one) => `- ${plain(one)}`).join("\n")]),
    ...(untested.length === 0 ? [] : [`## ${words.say("check-untested-title")}`, words.say("check-untested-note")]),
    ...(untested.length === 0 ? [] : [untested.map((one) => `- ${plain(one)}`).join("\n")]),
    `*${plain(told.when)}*`,
  ].join("\n\n")}\n`;
}

function stepsOf(words: Words, { steps }: ToldReport): readonly string[] {
  if (steps.length === 0) return [];
  const colon = words.say("check-colon");
  const lines = steps.map(
    ({ who, fix, what }, at) => `${at + 1}. **${plain(who)}${colon}**${plain(fix)} *${plain(what)}*`,
  );
  return [`## ${words.say("check-steps-title")}`, lines.join("\n")];
}

function matrixOf(words: Words, { matrix }: ToldReport): readonly string[] {
  if (matrix.rows.length === 0) return [];
  const row = (cells: readonly string[]): string => `| ${cells.map(plain).join(" | ")} |`;
  const heads = [words.say("check-matrix-attacker"), ...matrix.senders];
  const lines = matrix.rows.map(({ attacker, cells }) => row([attacker, ...cells.map(({ text }) => text)]));
  return [
    `## ${words.say("check-matrix-title")}`,
    [row(heads), `|${" --- |".repeat(heads.length)}`, ...lines].join("\n"),
    words.say("check-matrix-note"),
  ];
}

function findingOf(words: Words, { severityText, what, why, fix, who, evidence, paste }: ToldFinding): string {
  const label = (key: string): string => words.say(`check-label-${key}`) + words.say("gap");
  return [
    `### ${plain(severityText)}: ${plain(what)}`,
    [
      `- ${label("why")}${plain(why)}`,
      `- ${label("fix")}${plain(fix)}`,
      `- ${label("who")}${plain(who)}`,
      ...(evidence.length === 0 ? [] : [`- ${label("evidence")}${plain(evidence.join("; "))}`]),
    ].join("\n"),
    ...(paste.length === 0 ? [] : [`${label("paste").trimEnd()}\n\n${fenced(paste)}`]),
  ].join("\n\n");
}

/** Names and details are strangers': none of their marks means anything. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!~]/g, String.raw`\$&`).replace(/\s*\n\s*/g, " ");
}

/** A fence that is longer than any that stands in the text. */
function fenced(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length)));
  const fence = "`".repeat(longest + 1);
  return [fence, ...lines, fence].join("\n");
}
