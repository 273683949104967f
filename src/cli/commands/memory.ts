/**
 * `surehop memory …`: what is remembered of hosts, and having it forgotten, beside a running relay or without one. A running relay
 * takes notice within about a second. `--json` prints one object.
 */
import { displayDomain, parseDomain, type DomainName } from "../../base/index.ts";
import {
  establishedLevel,
  memoryLimits,
  type Forgettable,
  type Forgetting,
  type MemoryRow,
  type MemoryStore,
} from "../../policy/index.ts";
import { openMemoryStore, systemClock } from "../../system/index.ts";
import { forgettableName as nameOf, tellForgetting, tellRemembered } from "../memory-words.ts";
import { openOperatorFacts, operatorName, type QueueOptions } from "../operator.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

interface ShowOptions extends QueueOptions {
  readonly json?: boolean;
}

interface ForgetOptions extends ShowOptions {
  readonly host?: string;
  readonly why: string;
  readonly yes?: boolean;
}

const listedMax = 100;

export const memoryCommands = { show, forget };

async function show(context: CommandContext, options: ShowOptions, name?: string): Promise<number> {
  if (name === undefined) return withMemory(context, options, (store) => showAll(context, options, store));
  const domain = readName(context, name);
  if (domain === undefined) return exitCodes.usage;
  return withMemory(context, options, (store) => showDomain(context, options, store, domain));
}

function showAll({ terminal, words }: CommandContext, { json }: ShowOptions, store: MemoryStore): number {
  const { domains, hosts } = store.count();
  const suspected = store.suspected(listedMax);
  const forgettings = store.forgettings({ max: listedMax });
  if (json === true) {
    terminal.out(JSON.stringify({ domains, hosts, suspected: suspected.map(rowJson), forgettings }));
    return exitCodes.ok;
  }
  terminal.out(words.say(domains === 0 ? "cli-memory-empty" : "cli-memory-count", { domains, hosts }));
  terminal.out(words.say("cli-memory-suspected", { count: suspected.length }));
  for (const row of suspected) tellRow({ terminal, words }, row, `${displayDomain(row.domain)}, ${row.host}`);
  for (const forgetting of forgettings) terminal.out(tellForgetting(words, forgetting));
  return exitCodes.ok;
}

function showDomain(context: CommandContext, { json }: ShowOptions, store: MemoryStore, domain: DomainName): number {
  const { terminal, words } = context;
  const rows = store.rowsOf(domain);
  const forgettings = store.forgettings({ domain, max: listedMax });
  const expectsOfAll = rows.some(({ remembered }) => establishedLevel(remembered) !== "cleartext");
  if (json === true) {
    const ofOthers = expectsOfAll ? "encrypted" : "cleartext";
    terminal.out(JSON.stringify({ domain, hosts: rows.map(rowJson), ofOthers, forgettings }));
    return exitCodes.ok;
  }
  if (rows.length === 0) terminal.out(words.say("cli-memory-nothing", { name: displayDomain(domain) }));
  for (const row of rows) tellRow(context, row, row.host);
  if (expectsOfAll) terminal.out(words.say("cli-memory-of-all", { domain: displayDomain(domain) }));
  for (const forgetting of forgettings) terminal.out(tellForgetting(words, forgetting));
  return exitCodes.ok;
}

async function forget(context: CommandContext, options: ForgetOptions, name?: string): Promise<number> {
  const { terminal, words } = context;
  const what = readWhat(context, name, options.host);
  if (what === undefined) return exitCodes.usage;
  const why = printable(options.why).trim();
  if (why === "" || why.length > memoryLimits.forgettingWhyMaxChars) {
    terminal.err(words.say("cli-memory-bad-why", { max: memoryLimits.forgettingWhyMaxChars }));
    return exitCodes.usage;
  }
  return withMemory(context, options, async (store) => {
    const { count, rows } = store.matching(what);
    if (count === 0) {
      terminal.err(words.say("cli-memory-nothing", { name: nameOf(what) }));
      return exitCodes.failed;
    }
    if (terminal.isInteractive && options.yes !== true && options.json !== true) {
      for (const row of rows) tellRow(context, row, `${displayDomain(row.domain)}, ${row.host}`);
      if (!(await isConfirmed(context, what, count))) return exitCodes.failed;
    }
    const forgetting = store.forget(what, { at: systemClock.now(), by: operatorName(), why });
    const still = stillExpected(store, forgetting);
    if (options.json === true) terminal.out(JSON.stringify({ ...forgetting, stillEncryptedForOthers: still }));
    else tellForgotten(context, forgetting, still);
    return exitCodes.ok;
  });
}

/** Other domains' mail goes on binding a host that this domain forgets. */
function stillExpected(store: MemoryStore, { what, rows }: Forgetting): readonly string[] {
  if (what.domain === undefined) return [];
  return [...new Set(rows.map(({ host }) => host))].filter((host) => store.encryptedAt(host) !== undefined);
}

function tellForgotten(
  { terminal, words }: CommandContext,
  { what, count }: Forgetting,
  still: readonly string[],
): void {
  terminal.out(words.say("cli-memory-forgotten", { name: nameOf(what), count }));
  for (const host of still) terminal.out(words.say("cli-memory-still", { host }));
}

async function isConfirmed({ words }: CommandContext, what: Forgettable, count: number): Promise<boolean> {
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: words.say("cli-memory-confirm", { name: nameOf(what), count }),
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}

async function withMemory(
  context: CommandContext,
  options: QueueOptions,
  work: (store: MemoryStore) => number | Promise<number>,
): Promise<number> {
  const opened = await openOperatorFacts(context, options);
  if (!opened.ok) return opened.error;
  const { terminal, words } = context;
  try {
    return await work(openMemoryStore(opened.value));
  } catch (error) {
    const detail = printable(error instanceof Error ? error.message : String(error));
    terminal.err(words.say("cli-facts-unreadable", { detail }));
    return exitCodes.failed;
  } finally {
    opened.value.close();
  }
}

function readWhat(
  context: CommandContext,
  name: string | undefined,
  host: string | undefined,
): Forgettable | undefined {
  if (name === undefined && host === undefined) {
    context.terminal.err(context.words.say("cli-memory-which"));
    return undefined;
  }
  const domain = name === undefined ? undefined : readName(context, name);
  const of = host === undefined ? undefined : readName(context, host);
  if ((name !== undefined && domain === undefined) || (host !== undefined && of === undefined)) return undefined;
  if (domain !== undefined) return { domain, ...(of === undefined ? {} : { host: of }) };
  return of === undefined ? undefined : { host: of };
}

/** A domain or a host; an address in brackets is remembered like a domain. */
function readName({ terminal, words }: CommandContext, text: string): DomainName | undefined {
  const parsed = parseDomain(text);
  if (parsed.ok) return parsed.value;
  if (/^\[[0-9a-z.:]{2,80}\]$/i.test(text)) return text.toLowerCase() as DomainName;
  terminal.err(words.say("cli-queue-bad-domain", { value: printable(text) }));
  return undefined;
}

function tellRow({ terminal, words }: Pick<CommandContext, "terminal" | "words">, row: MemoryRow, title: string): void {
  terminal.out(printable(title));
  for (const sentence of tellRemembered(words, row)) terminal.out(`    ${sentence}`);
}

function rowJson(row: MemoryRow): MemoryRow & { readonly established: string } {
  return { ...row, established: establishedLevel(row.remembered) };
}
