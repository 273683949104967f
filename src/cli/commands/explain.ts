/**
 * `surehop explain FILE|-`: a bounce, a piece of a log or a TLS report in plain words. `--json` prints one object once all is read; its
 * `version` changes only if a field changes its meaning or goes.
 */
import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { explain, explainLimits, tellExplanation, type Explanation, type Summary } from "../../explain/index.ts";
import { columnsOf, wrap } from "../layout.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

export interface ExplainOptions {
  readonly json?: boolean;
}

const jsonVersion = 1;

export async function runExplain(context: CommandContext, options: ExplainOptions, file = "-"): Promise<number> {
  const input = openInput(context, file);
  if (input === undefined) return exitCodes.usage;
  const isJson = options.json === true;
  const explained: unknown[] = [];
  let count = 0;
  let summary: Summary;
  try {
    summary = await explain(input, (one) => {
      if (isJson) explained.push(asJson(context, one));
      else tellPlain(context, one, count++ === 0);
    });
  } catch (error) {
    return unreadable(context, file, error);
  }
  if (isJson) {
    const { kind, cut } = summary;
    context.terminal.out(JSON.stringify({ version: jsonVersion, kind, cut: cut ?? null, explanations: explained }));
  } else tellSummary(context, summary);
  return summary.explained > 0 ? exitCodes.ok : exitCodes.failed;
}

function openInput(context: CommandContext, file: string): AsyncIterable<Uint8Array> | undefined {
  if (file === "-") return process.stdin as AsyncIterable<Uint8Array>;
  const path = resolve(context.terminal.directory, file);
  try {
    if (statSync(path).isDirectory()) throw Object.assign(new Error("directory"), { code: "EISDIR" });
    return createReadStream(path) as AsyncIterable<Uint8Array>;
  } catch (error) {
    unreadable(context, file, error);
    return undefined;
  }
}

function unreadable({ terminal, words }: CommandContext, file: string, error: unknown): number {
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== "string") throw error;
  terminal.err(words.say("cli-explain-unreadable", { file: printable(file), why: code }));
  return exitCodes.usage;
}

function asJson({ words }: CommandContext, { incident, judgement }: Explanation): unknown {
  const { source, outcome, cause, sent, hop, codes, recipients, attempts } = incident;
  return {
    source,
    message: incident.message ?? null,
    recipients,
    host: incident.host ?? null,
    reporter: incident.reporter ?? null,
    outcome,
    cause,
    exposed: judgement.exposed,
    sent,
    hop,
    readers: judgement.readers,
    mends: judgement.mends,
    codes: { status: codes.status ?? null, reply: codes.reply ?? null, tlsResult: codes.tlsResult ?? null },
    attempts,
    sessions: incident.sessions ?? null,
    notes: judgement.notes,
    said: incident.said ?? null,
    words: tellExplanation(words, incident, judgement),
  };
}

const widthMax = 100;

function tellPlain({ terminal, words }: CommandContext, { incident, judgement }: Explanation, isFirst: boolean): void {
  const told = tellExplanation(words, incident, judgement);
  const width = Math.min(process.stdout.columns ?? widthMax, widthMax);
  const line = (text: string, first: string, rest: string): void => {
    for (const one of wrap(text, { width, first, rest })) terminal.out(one);
  };
  const labelled = (label: string, text: string): void => {
    const head = `  ${words.say(label)}`;
    line(text, `${head} `, " ".repeat(columnsOf(head) + 1));
  };
  if (!isFirst) terminal.out("");
  line(told.outcome, "", "  ");
  labelled("cli-explain-happened", told.happened);
  labelled("cli-explain-exposed", told.exposed);
  labelled("cli-explain-mends", told.mends);
  labelled("cli-explain-todo", told.todo);
  for (const note of told.notes) labelled("cli-explain-note", note);
  if (incident.said !== undefined) labelled("cli-explain-said", incident.said);
}

function tellSummary({ terminal, words }: CommandContext, { explained, cut }: Summary): void {
  if (explained === 0) terminal.err(words.say("cli-explain-nothing"));
  if (cut === undefined) return;
  const limits = {
    bytes: explainLimits.inputMaxBytes / 1_048_576,
    lines: explainLimits.linesMax,
    incidents: explainLimits.incidentsMax,
  };
  terminal.err(words.say(`cli-explain-cut-${cut}`, { limit: limits[cut] }));
}
