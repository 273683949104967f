/**
 * `surehop scan FILE --out OUT.jsonl`: many domains looked at. The output is what is done; so the command goes on where an earlier run ended,
 * however that ended, and a list that is at its end is only summed up again.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseAddress, parseDomain, type DomainName } from "../../base/index.ts";
import {
  defaultBudgets,
  diffLines,
  diffScans,
  formatLine,
  lookingBy,
  OptOut,
  parseLine,
  readInputLine,
  readSeenAddress,
  resumeFrom,
  scanLimits,
  scanPage,
  severable,
  startScan,
  summaryLines,
  Tally,
  writeSeenAddress,
  type Budget,
  type LineFile,
  type Resumed,
  type ScanBudgets,
  type ScanSettings,
  type ScanSummary,
  type SeenAddress,
} from "../../check/index.ts";
import {
  countLines,
  openLineFile,
  openProbeFile,
  openScanOutput,
  readLines,
  stayAwake,
  stopSignals,
  systemClock,
  type ProbeFile,
  type ScanOutput,
} from "../../system/index.ts";
import { inspectDepsOf, inspectGatherOf } from "../inspecting.ts";
import { openOutlook, type Outlook, type OutlookOptions } from "../outlook.ts";
import { misused, Stop, stoppable } from "../resolving.ts";
import { showProgress } from "../scan-progress.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

export interface ScanOptions extends OutlookOptions {
  readonly out?: string;
  readonly html?: string;
  readonly optOut?: readonly string[];
  readonly ehlo?: string;
  readonly contact?: string;
  readonly concurrency?: string;
  readonly perAddress?: string;
  readonly perBlock?: string;
  readonly perOperator?: string;
  readonly thorough?: boolean;
  readonly json?: boolean;
}

export function runScan(context: CommandContext, options: ScanOptions, list?: string): Promise<number> {
  return stoppable(async () => {
    const asked = readOptions(context, options, list);
    const output = openOutput(context, asked.out);
    const tally = new Tally();
    try {
      const resumed = resume(context, asked.out, output, tally);
      const probes = openProbes(context, asked.out);
      const end = await scanAll(context, { ...asked, output, tally, resumed, probes }, options);
      if (end === "stopped") return exitCodes.failed;
      tellSummary(context, options, tally.summary());
      return exitCodes.ok;
    } finally {
      closeOutput(context, asked.out, output);
    }
  });
}

/** What was written may turn out only now not to have found its place. */
function closeOutput(context: CommandContext, path: string, output: ScanOutput): void {
  try {
    output.close();
  } catch (error) {
    throw failed(context, "cli-scan-unwritable", path, error);
  }
}

interface Asked extends Omit<ScanSettings, "done"> {
  readonly list: string;
  readonly out: string;
  readonly total: number | undefined;
  readonly ehlo?: DomainName;
  readonly remark?: string;
}

interface Work extends Asked {
  readonly output: ScanOutput;
  readonly tally: Tally;
  readonly resumed: Resumed;
  readonly probes: ProbeFile<SeenAddress>;
}

async function scanAll(context: CommandContext, work: Work, options: ScanOptions): Promise<"complete" | "stopped"> {
  const { terminal, words } = context;
  const outlook = await openOutlook(context, options, resolverBounds);
  const inspecting = inspectDepsOf(outlook);
  const net = severable(inspecting.net);
  const letGo = stayAwake();
  const signals = stopSignals(systemClock, () => process.exit(exitCodes.failed));
  const passedOver = { lines: 0 };
  const before = work.resumed.done.size;
  if (before > 0) terminal.err(words.say("cli-scan-going-on", { count: before, file: printable(work.out) }));
  try {
    const scan = startScan(
      {
        looking: lookingBy({ ...inspecting, net }, lookSettings(outlook, work, options)),
        clock: systemClock,
        store: work.probes,
        write(line) {
          work.output.write(formatLine(line));
          work.tally.add(line);
        },
      },
      { ...work, done: work.resumed.done },
      domainsOf(context, work, passedOver),
    );
    void signals.stop.then(() => {
      terminal.err(words.say("cli-scan-stopping"));
      scan.stop();
      if (work.list === "-") process.stdin.destroy();
    });
    const standing = () => ({ ...scan.progress(), before, total: work.total, passedOver: passedOver.lines });
    const hide = showProgress({ clock: systemClock, words, screen: process.stderr }, standing);
    const end = await scan.end.finally(hide);
    if (passedOver.lines > scanLimits.badLinesToldMax) {
      terminal.err(words.say("cli-scan-bad-lines", { count: passedOver.lines }));
    }
    if (end === "complete") work.probes.remove();
    else {
      work.probes.close();
      const count = work.resumed.done.size;
      terminal.err(words.say("cli-scan-stopped", { count, file: printable(work.out) }));
    }
    return end;
  } catch (error) {
    throw failed(context, "cli-scan-unwritable", work.out, error);
  } finally {
    signals.dispose();
    letGo();
    net.sever();
    await outlook.close();
  }
}

/** Most of what a scan asks DNS is asked once. */
const resolverBounds = { cacheBytesMax: 16 * 1_048_576, zonesKeptMax: 1_000 };

function lookSettings(outlook: Outlook, { ehlo, remark }: Asked, { thorough }: ScanOptions) {
  return {
    gather: inspectGatherOf(outlook),
    ehloName: ehlo ?? outlook.ehloName,
    thorough: thorough === true,
    ...(remark === undefined ? {} : { remark }),
  };
}

async function* domainsOf(
  { terminal, words }: CommandContext,
  { list }: Asked,
  passedOver: { lines: number },
): AsyncGenerator<DomainName> {
  let number = 0;
  for await (const text of readLines(list, scanLimits.inputLineMaxBytes)) {
    number++;
    const read = readInputLine(text);
    if (read.ok && read.value !== undefined) {
      yield read.value;
      continue;
    }
    passedOver.lines++;
    if (read.ok || passedOver.lines > scanLimits.badLinesToldMax) continue;
    terminal.err(words.say("cli-scan-bad-line", { line: number, value: printable(text.slice(0, 80)) }));
  }
}

function readOptions(context: CommandContext, options: ScanOptions, list: string | undefined): Asked {
  const { terminal, words } = context;
  const { directory } = terminal;
  const refused = (key: string): Stop => {
    terminal.err(words.say(key));
    return new Stop(exitCodes.usage);
  };
  if (list === undefined) throw refused("cli-scan-no-list");
  if (options.out === undefined) throw refused("cli-scan-no-out");
  // Who names a port looks at a network of its own.
  const isOwn = options.port !== undefined;
  if (!isOwn && (options.ehlo === undefined || options.contact === undefined)) throw refused("cli-scan-who");
  const path = list === "-" ? list : resolve(directory, list);
  const { contact } = options;
  if (contact !== undefined && !isContact(contact)) throw misused(context, "cli-scan-bad-contact", contact);
  return {
    list: path,
    out: resolve(directory, options.out),
    total: counted(context, path),
    concurrency: concurrencyOf(context, options.concurrency),
    budgets: budgetsOf(context, options),
    optOut: optOutOf(context, options.optOut ?? []),
    ...(options.ehlo === undefined ? {} : { ehlo: ehloOf(context, options.ehlo) }),
    ...(contact === undefined ? {} : { remark: `looking at mail servers, sending no mail; contact: ${contact}` }),
  };
}

function ehloOf(context: CommandContext, text: string): DomainName {
  const parsed = parseDomain(text);
  if (parsed.ok) return parsed.value;
  throw misused(context, "cli-scan-bad-ehlo", text);
}

const contactMaxChars = 200;

function isContact(text: string): boolean {
  if (text.length > contactMaxChars) return false;
  return text.startsWith("https://") ? URL.canParse(text) : parseAddress(text).ok;
}

function concurrencyOf({ terminal, words }: CommandContext, text: string | undefined): number {
  if (text === undefined) return scanLimits.concurrencyDefault;
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= 1 && value <= scanLimits.concurrencyMax) return value;
  terminal.err(words.say("cli-scan-bad-number", { value: printable(text), max: scanLimits.concurrencyMax }));
  throw new Stop(exitCodes.usage);
}

function budgetsOf(context: CommandContext, { perAddress, perBlock, perOperator }: ScanOptions): ScanBudgets {
  const read = (text: string | undefined, usual: Budget): Budget => {
    if (text === undefined) return usual;
    const [, atOnce, perMinute] = /^(\d{1,4})\/(\d{1,6})$/.exec(text) ?? [];
    const budget = { atOnce: Number(atOnce), perMinute: Number(perMinute) };
    if (budget.atOnce >= 1 && budget.perMinute >= 1) return budget;
    throw misused(context, "cli-scan-bad-budget", text);
  };
  return {
    address: read(perAddress, defaultBudgets.address),
    block: read(perBlock, defaultBudgets.block),
    operator: read(perOperator, defaultBudgets.operator),
  };
}

/** Whoever cannot be understood there might be somebody who wants to be left alone. */
function optOutOf(context: CommandContext, files: readonly string[]): OptOut {
  const optOut = new OptOut();
  for (const named of files) {
    for (const [at, text] of readText(context, named).split(/\r?\n/).entries()) {
      if (optOut.add(text)) continue;
      const value = printable(text.slice(0, 80));
      context.terminal.err(context.words.say("cli-scan-bad-opt-out", { file: printable(named), line: at + 1, value }));
      throw new Stop(exitCodes.usage);
    }
  }
  return optOut;
}

const optOutFileMaxBytes = 64 * 1_048_576;

function readText(context: CommandContext, named: string): string {
  const path = resolve(context.terminal.directory, named);
  try {
    if (statSync(path).size > optOutFileMaxBytes) throw Object.assign(new Error("too long"), { code: "EFBIG" });
    return readFileSync(path, "utf8");
  } catch (error) {
    throw failed(context, "cli-scan-unreadable", named, error, exitCodes.usage);
  }
}

function counted(context: CommandContext, list: string): number | undefined {
  try {
    return countLines(list);
  } catch (error) {
    throw failed(context, "cli-scan-unreadable", list, error, exitCodes.usage);
  }
}

function openOutput(context: CommandContext, path: string): ScanOutput {
  try {
    return openScanOutput(path, systemClock);
  } catch (error) {
    throw failed(context, "cli-scan-unwritable", path, error);
  }
}

function resume({ terminal, words }: CommandContext, path: string, { file, cutAt }: ScanOutput, tally: Tally): Resumed {
  const resumed = resumeFrom(file, (line) => tally.add(line));
  if (!resumed.ok) {
    terminal.err(words.say("cli-scan-not-ours", { file: printable(path), line: resumed.error.line }));
    throw new Stop(exitCodes.usage);
  }
  if (resumed.value.cutAt !== undefined) cutAt(resumed.value.cutAt);
  return resumed.value;
}

function openProbes(context: CommandContext, out: string): ProbeFile<SeenAddress> {
  const path = `${out}.probes`;
  let opened: ProbeFile<SeenAddress> | undefined;
  try {
    opened = openProbeFile(path, systemClock, { encode: writeSeenAddress, decode: readSeenAddress });
  } catch (error) {
    throw failed(context, "cli-scan-unwritable", path, error);
  }
  if (opened !== undefined) return opened;
  context.terminal.err(context.words.say("cli-scan-locked", { file: printable(out) }));
  throw new Stop(exitCodes.failed);
}

function failed(
  { terminal, words }: CommandContext,
  key: "cli-scan-unreadable" | "cli-scan-unwritable",
  file: string,
  error: unknown,
  exitCode: number = exitCodes.failed,
): unknown {
  const { code, path = file } = error as { readonly code?: unknown; readonly path?: string };
  // What has no code is a bug of ours, and not the file's.
  if (error instanceof Stop || typeof code !== "string") return error;
  const why = known.has(code) ? words.say(`cli-scan-why-${known.get(code)}`, { code }) : code;
  terminal.err(words.say(key, { file: printable(path), why }));
  if (known.get(code) === "full") terminal.err(words.say("cli-scan-full"));
  return new Stop(exitCode);
}

/** What people know by another name. */
const known: ReadonlyMap<string, string> = new Map([
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  ["EFBIG", "full"],
  ["ENOENT", "missing"],
  ["EACCES", "forbidden"],
  ["EPERM", "forbidden"],
  ["EROFS", "forbidden"],
]);

function tellSummary(context: CommandContext, options: Pick<ScanOptions, "html" | "json">, summary: ScanSummary): void {
  const { terminal, words } = context;
  if (options.html !== undefined) {
    try {
      writeFileSync(resolve(terminal.directory, options.html), scanPage(words, summary));
    } catch (error) {
      throw failed(context, "cli-scan-unwritable", options.html, error);
    }
  }
  if (options.json === true) terminal.out(JSON.stringify(summary));
  else for (const line of summaryLines(words, summary)) terminal.out(line);
}

export function runScanSummary(context: CommandContext, options: ScanOptions, named = ""): Promise<number> {
  return stoppable(() => {
    const file = openLines(context, named);
    const tally = new Tally();
    for (const line of linesOf(context, named, file)) tally.add(line);
    file.close();
    tellSummary(context, options, tally.summary());
    return Promise.resolve(exitCodes.ok);
  });
}

export function runScanDiff(context: CommandContext, options: ScanOptions, first = "", second = ""): Promise<number> {
  return stoppable(() => {
    const [before, after] = [openLines(context, first), openLines(context, second)];
    for (const [named, file] of [
      [first, before],
      [second, after],
    ] as const)
      for (const _ of linesOf(context, named, file));
    const diff = diffScans(before, after);
    before.close();
    after.close();
    const { terminal, words } = context;
    if (options.json === true) terminal.out(JSON.stringify(diff));
    else for (const line of diffLines(words, diff)) terminal.out(line);
    return Promise.resolve(exitCodes.ok);
  });
}

function openLines(context: CommandContext, named: string): LineFile {
  try {
    return openLineFile(resolve(context.terminal.directory, named));
  } catch (error) {
    throw failed(context, "cli-scan-unreadable", named, error, exitCodes.usage);
  }
}

function* linesOf({ terminal, words }: CommandContext, named: string, file: LineFile) {
  let number = 0;
  for (const { text } of file.lines()) {
    number++;
    const line = parseLine(text);
    if (line === undefined) {
      terminal.err(words.say("cli-scan-not-ours", { file: printable(named), line: number }));
      throw new Stop(exitCodes.usage);
    }
    yield line;
  }
}
