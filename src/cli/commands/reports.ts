/**
 * `surehop reports …`: what others report about our servers, and what we would report about theirs, beside a running relay or without
 * one. `--json` prints one object: the reports as they are kept.
 */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { displayDomain, noLog, noMetrics, parseDomain, type DomainName } from "../../base/index.ts";
import type { Resolver } from "../../dns/index.ts";
import {
  dayMs,
  dayOf,
  isToBelieve,
  parseDay,
  readRecords,
  recordName,
  reportDocument,
  reportLimits,
  sessionsOf,
  signatureChecker,
  takeIn,
  targetText,
  tellReport,
  tellReportLine,
  type CheckSignature,
  type ReceivedReport,
  type ReportRecord,
  type TakenIn,
  type UtcDay,
} from "../../report/index.ts";
import {
  dotClient,
  isRoot,
  loadConfig,
  openReports,
  openResolver,
  readFile,
  systemClock,
  systemNet,
  systemRandom,
  type Config,
  type ReportStore,
} from "../../system/index.ts";
import { wrap } from "../layout.ts";
import { openOperatorFacts, type QueueOptions } from "../operator.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";
import { findConfig } from "./default.ts";

interface ListOptions extends QueueOptions {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly limit?: string;
}

interface SendOptions extends QueueOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly day?: string;
}

const listDefault = 100;
const domainsShownMax = 1_000;
const filesMax = 10_000;
const columns = 100;

export const reportCommands = { list, show, import: importReports, send };

async function list(context: CommandContext, options: ListOptions): Promise<number> {
  const { terminal, words } = context;
  const limit = Number(options.limit ?? listDefault);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > reportLimits.receivedListMax) {
    return usage(context, "cli-queue-bad-limit", options.limit ?? "");
  }
  return withReports(context, options, (store) => {
    const all = store.received(limit);
    const shown = options.all === true ? all : all.filter(({ proof }) => isToBelieve(proof));
    if (options.json === true) {
      terminal.out(JSON.stringify({ reports: shown.map(summaryJson), ignored: all.length - shown.length }));
      return exitCodes.ok;
    }
    for (const report of shown) terminal.out(tellReportLine(words, report));
    if (shown.length === 0) terminal.out(words.say("cli-reports-none"));
    if (shown.length < all.length) terminal.err(words.say("cli-reports-ignored", { count: all.length - shown.length }));
    return exitCodes.ok;
  });
}

async function show(context: CommandContext, options: ListOptions, id = ""): Promise<number> {
  const { terminal, words } = context;
  return withReports(context, options, (store) => {
    const report = store.receivedOne(id);
    if (report === undefined) {
      terminal.err(words.say("cli-reports-unknown", { id: printable(id) }));
      return exitCodes.failed;
    }
    if (options.json === true)
      terminal.out(JSON.stringify({ ...summaryJson(report), policies: report.report.policies }));
    else tell(context, report);
    return exitCodes.ok;
  });
}

async function importReports(context: CommandContext, options: ListOptions, path = ""): Promise<number> {
  const { terminal, words } = context;
  const files = filesAt(resolve(terminal.directory, path));
  if (files === undefined) return usage(context, "cli-reports-unreadable", path);
  const config = await configOf(context, options);
  const resolver = config === undefined ? undefined : resolverOf(config);
  const checkSignature: CheckSignature = signatureChecker(resolver ?? askNobody, systemClock);
  try {
    return await withReports(context, options, async (store, isKept) => {
      if (!isKept) {
        terminal.err(words.say("cli-reports-nowhere"));
        return exitCodes.failed;
      }
      const deps = { clock: systemClock, log: noLog, metrics: noMetrics, store, checkSignature };
      const taken: { readonly file: string; readonly outcome: TakenIn }[] = [];
      for (const file of files) {
        const bytes = await readFile(file, reportLimits.mailboxMaxBytes);
        const outcomes: readonly TakenIn[] =
          bytes === undefined ? [{ kind: "unreadable", fault: "too-large" }] : await takeIn(deps, bytes, "import");
        taken.push(...outcomes.map((outcome) => ({ file, outcome })));
      }
      tellTaken(context, options, taken);
      return taken.some(({ outcome }) => outcome.kind === "kept" || outcome.kind === "known")
        ? exitCodes.ok
        : exitCodes.failed;
    });
  } finally {
    await resolver?.close();
  }
}

/** What would be sent about a day, and to whom. */
async function send(context: CommandContext, options: SendOptions): Promise<number> {
  const { terminal, words } = context;
  if (options.dryRun !== true) return usage(context, "cli-reports-only-dry", "");
  const day = options.day === undefined ? dayOf(systemClock.now() - dayMs) : parseDay(options.day);
  if (day === undefined) return usage(context, "cli-reports-bad-day", options.day ?? "");
  const config = await configOf(context, options);
  if (config?.reports.sender === undefined) {
    terminal.err(words.say("cli-reports-not-configured"));
    return exitCodes.failed;
  }
  const resolver = resolverOf(config);
  try {
    return await withReports(context, options, async (store) => {
      const domains = store.countedDomains(day, "", domainsShownMax);
      const planned: object[] = [];
      for (const one of domains) planned.push(await wouldSend(context, options, { config, store, resolver, day }, one));
      if (options.json === true) terminal.out(JSON.stringify({ day, reports: planned }));
      else if (domains.length === 0) terminal.out(words.say("cli-reports-nothing-counted", { day }));
      return exitCodes.ok;
    });
  } finally {
    await resolver.close();
  }
}

interface DryRun {
  readonly config: Config;
  readonly store: ReportStore;
  readonly resolver: Resolver;
  readonly day: UtcDay;
}

async function wouldSend(
  { terminal, words }: CommandContext,
  { json }: SendOptions,
  { config, store, resolver, day }: DryRun,
  name: DomainName,
): Promise<object> {
  const record = await recordOf(resolver, name);
  const targets = record?.kind === "wanted" ? record.targets.map(targetText) : [];
  const outcome = record === undefined ? "dns" : record.kind === "wanted" ? "wanted" : record.why;
  const counted = store.counted(day, name);
  if (json !== true) {
    terminal.out(
      words.say("cli-reports-would", {
        domain: printable(displayDomain(name)),
        successes: counted.reduce((sum, one) => sum + one.successes, 0),
        failures: counted.flatMap((one) => one.failures).reduce((sum, one) => sum + one.sessions, 0),
        outcome: targets.length === 0 && outcome === "wanted" ? "no-way" : outcome,
        targets: words.list(targets.map(printable)),
      }),
    );
  }
  const { organization = "", contact } = config.reports.sender ?? {};
  const document =
    contact === undefined
      ? {}
      : reportDocument({ organization, contact, reportId: "dry-run", day, domain: name, counted });
  return { domain: name, outcome, targets, document };
}

/** Undefined if the DNS does not tell. */
async function recordOf(resolver: Resolver, name: DomainName): Promise<ReportRecord | undefined> {
  const asked = parseDomain(recordName(name));
  if (!asked.ok) return readRecords([]);
  const answer = await resolver.txt(asked.value);
  return answer.kind === "failure" ? undefined : readRecords(answer.kind === "records" ? answer.records : []);
}

function summaryJson({ id, receivedAt, source, proof, report }: ReceivedReport): object {
  const { organization, contact, reportId, from, until, policies } = report;
  const domains = [...new Set(policies.map(({ domain }) => domain))];
  return {
    id,
    receivedAt,
    source,
    proof,
    organization,
    contact,
    reportId,
    from,
    until,
    domains,
    ...sessionsOf(report),
  };
}

function tell({ terminal, words }: CommandContext, received: ReceivedReport): void {
  const { head, policies } = tellReport(words, received);
  const say = (text: string, indent: number): void => {
    const pad = " ".repeat(indent);
    for (const line of wrap(text, { width: columns, first: pad, rest: pad })) terminal.out(line);
  };
  for (const line of head) say(line, 0);
  for (const { what, strings, failures } of policies) {
    terminal.out("");
    say(what, 0);
    for (const line of strings) say(line, 6);
    for (const failure of failures) {
      terminal.out("");
      say(failure.what, 2);
      for (const line of failure.where) say(line, 6);
      say(failure.exposure, 4);
      for (const line of wrap(failure.mend, { width: columns, first: "    → ", rest: "      " })) terminal.out(line);
    }
  }
}

function tellTaken(
  { terminal, words }: CommandContext,
  { json }: ListOptions,
  taken: readonly { readonly file: string; readonly outcome: TakenIn }[],
): void {
  if (json === true)
    return terminal.out(JSON.stringify({ files: taken.map(({ file, outcome }) => ({ file, ...outcome })) }));
  for (const { file, outcome } of taken) {
    if (outcome.kind === "unreadable") {
      terminal.err(words.say("cli-reports-not-read", { file: printable(file), fault: outcome.fault }));
    }
  }
  const count = (kind: TakenIn["kind"]): number => taken.filter(({ outcome }) => outcome.kind === kind).length;
  terminal.out(words.say("cli-reports-imported", { kept: count("kept"), known: count("known"), full: count("full") }));
}

/** The file itself, or the files right in a directory. */
function filesAt(path: string): readonly string[] | undefined {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const entries = readdirSync(path, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith(".")).map(({ name }) => name);
    return names
      .sort()
      .slice(0, filesMax)
      .map((name) => join(path, name));
  } catch {
    return undefined;
  }
}

async function withReports(
  context: CommandContext,
  options: QueueOptions,
  work: (store: ReportStore, isKept: boolean) => number | Promise<number>,
): Promise<number> {
  const opened = await openOperatorFacts(context, options);
  if (!opened.ok) return opened.error;
  try {
    return await work(openReports(opened.value), opened.value.path !== ":memory:");
  } finally {
    opened.value.close();
  }
}

/** Undefined if there is none, or a faulty one; `openOperatorFacts` tells faults. */
async function configOf(context: CommandContext, options: QueueOptions): Promise<Config | undefined> {
  const { terminal } = context;
  const file = options.config === undefined ? findConfig(context) : resolve(terminal.directory, options.config);
  if (file === undefined) return undefined;
  return (await loadConfig(file, { now: systemClock.now(), isRoot: isRoot(), examine: false })).config;
}

/** Without a configuration no key can be had: what is signed stays unchecked, what is not is seen all the same. */
const askNobody: Pick<Resolver, "txt"> = {
  txt: (question) =>
    Promise.resolve({ kind: "failure", status: "indeterminate", question, failure: "network", detail: "not asked" }),
};

function resolverOf(config: Config): Resolver {
  const ports = { net: systemNet, clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics };
  return openResolver(config, { ...ports, secure: dotClient() });
}

function usage({ terminal, words }: CommandContext, key: string, value: string): number {
  terminal.err(words.say(key, { value: printable(value) }));
  return exitCodes.usage;
}
