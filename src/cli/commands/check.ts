/** `surehop check DOMAIN…`: which attack would work against mail to a domain, what is wrong with it, and what to do. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { domain as domainName, parseDomain, type DomainName } from "../../base/index.ts";
import {
  changesBetween,
  checkLimits,
  daemons,
  inspect,
  judge,
  changesJson,
  readInspection,
  readyToPaste,
  reportHtml,
  reportJson,
  reportMarkdown,
  saveInspection,
  type Daemon,
  type Inspection,
  type Report,
} from "../../check/index.ts";
import { parseDuration, stayAwake, stopSignals, systemClock } from "../../system/index.ts";
import { tellChanges, tellTerminal } from "../check-words.ts";
import { checkDepsOf, inspectGatherOf } from "../inspecting.ts";
import { openOutlook, portOf, type Outlook, type OutlookOptions } from "../outlook.ts";
import { misused, Stop, stoppable } from "../resolving.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

export interface CheckOptions extends OutlookOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  /** True, or one of `daemons`. */
  readonly paste?: true | string;
  /** A file to be written. */
  readonly html?: string;
  readonly save?: string;
  /** A file of `--save`, to be judged again. */
  readonly from?: string;
  readonly ehlo?: string;
  /** A duration: look again and again, and tell what has changed. */
  readonly watch?: string;
  readonly dnsOnly?: boolean;
  /** A port for a test network. */
  readonly nameserverPort?: string;
  readonly intrusive?: boolean;
}

export function runCheck(context: CommandContext, options: CheckOptions, ...asked: string[]): Promise<number> {
  return stoppable(async () => {
    const reports: Report[] = [];
    if (options.watch !== undefined) intervalOf(context, options.watch);
    const daemon = daemonOf(context, options.paste);
    const tell = (inspection: Inspection): void => {
      const report = judge(inspection);
      if (options.json === true) context.terminal.out(JSON.stringify(reportJson(context.words, report)));
      else if (options.markdown === true) context.terminal.out(reportMarkdown(context.words, report));
      else tellTerminal(context, report, reports.length === 0);
      reports.push(report);
      if (options.paste !== undefined && options.json !== true) tellPaste(context, inspection, daemon);
    };
    const sleep = stayAwake();
    try {
      if (options.from !== undefined) tell(readSaved(context, options.from));
      else await look(context, options, domainsOf(context, asked), tell);
      if (options.watch !== undefined) await watch(context, options, reports);
    } finally {
      sleep();
    }
    if (options.html !== undefined) write(context, options.html, reportHtml(context.words, reports));
    const codes = reports.map(codeOf);
    return codesByWeight.findLast((code) => codes.includes(code)) ?? exitCodes.failed;
  });
}

/** Looks again at the same domains until it is stopped. Each look is compared with the one before it. */
async function watch(context: CommandContext, options: CheckOptions, first: readonly Report[]): Promise<void> {
  const everyMs = intervalOf(context, options.watch ?? "");
  const signals = stopSignals(systemClock, () => process.exit(exitCodes.failed));
  const stopped = signals.stop.then(() => true);
  const before = new Map(first.map((report) => [report.domain, report]));
  try {
    for (;;) {
      const pause = new Promise<boolean>((resolve) => void systemClock.after(everyMs, () => resolve(false)));
      if (await Promise.race([stopped, pause])) return;
      await look(context, options, [...before.keys()], (inspection) => {
        const report = judge(inspection);
        const known = before.get(report.domain);
        before.set(report.domain, report);
        if (known === undefined) return;
        const changes = changesBetween(known, report);
        if (options.json === true) context.terminal.out(JSON.stringify(changesJson(context.words, report, changes)));
        else tellChanges(context, report, changes);
      });
    }
  } finally {
    signals.dispose();
  }
}

function intervalOf(context: CommandContext, text: string): number {
  const parsed = parseDuration(text);
  if (parsed.ok && parsed.value >= checkLimits.watchMinMs) return parsed.value;
  throw misused(context, "cli-check-bad-watch", text);
}

/** As the help has them; the last counts most. */
const codesByWeight = [exitCodes.ok, 3, 4, exitCodes.failed] as const;
const [fine, warned, unseen, faulty] = codesByWeight;

function codeOf({ findings, verdict }: Report): (typeof codesByWeight)[number] {
  if (findings.some(({ severity }) => severity === "error")) return faulty;
  if (verdict === "unknown") return unseen;
  return findings.some(({ severity }) => severity === "warning") ? warned : fine;
}

async function look(
  context: CommandContext,
  options: CheckOptions,
  domains: readonly DomainName[],
  tell: (inspection: Inspection) => void,
): Promise<void> {
  const nameserverPort = portOf(context, options.nameserverPort);
  const outlook = await openOutlook(context, options);
  try {
    for (const domain of domains) {
      if (context.terminal.isInteractive) context.terminal.err(context.words.say("cli-check-looking", { domain }));
      const inspection = await inspectOne(outlook, options, nameserverPort, domain);
      if (options.save !== undefined) write(context, options.save, saveInspection(inspection));
      tell(inspection);
    }
  } finally {
    await outlook.close();
  }
}

function inspectOne(
  outlook: Outlook,
  options: CheckOptions,
  nameserverPort: number | undefined,
  domain: DomainName,
): Promise<Inspection> {
  const connects = options.dnsOnly !== true;
  return inspect(
    checkDepsOf(outlook, { connects, nameserverPort }),
    {
      gather: inspectGatherOf(outlook),
      ehloName: options.ehlo === undefined ? outlook.ehloName : domainName(options.ehlo),
      connects,
      ...(options.intrusive === true ? { intrusive: outlook.settings.ownAddresses } : {}),
    },
    domain,
  );
}

function daemonOf(context: CommandContext, paste: CheckOptions["paste"]): Daemon | undefined {
  if (paste === undefined || paste === true) return undefined;
  const daemon = daemons.find((one) => one === paste);
  if (daemon === undefined) throw misused(context, "cli-check-bad-server", paste);
  return daemon;
}

/** As lines that can be copied: nothing is wrapped or indented. */
function tellPaste({ terminal, words }: CommandContext, inspection: Inspection, daemon: Daemon | undefined): void {
  const paste = readyToPaste(words, inspection, daemon);
  if (!paste.ok) return;
  const { zone, policy, steps, snippets } = paste.value;
  terminal.out(`\n${words.say("check-paste-zone")}\n\n${zone}`);
  terminal.out(`\n${words.say("check-paste-policy", { path: policy.path })}\n\n${policy.content.trimEnd()}`);
  for (const { file, text } of snippets) terminal.out(`\n${file}\n\n${text.trimEnd()}`);
  terminal.out(`\n${words.say("check-paste-steps")}`);
  for (const step of steps) terminal.out(`- ${step}`);
}

function domainsOf(context: CommandContext, asked: readonly string[]): readonly DomainName[] {
  if (asked.length > checkLimits.domainsMax) {
    context.terminal.err(context.words.say("cli-check-too-many", { max: checkLimits.domainsMax }));
    throw new Stop(exitCodes.usage);
  }
  const domains = asked.map((text) => {
    const parsed = parseDomain(text.includes("@") ? text.slice(text.lastIndexOf("@") + 1) : text);
    if (!parsed.ok) throw misused(context, "cli-check-bad-domain", text);
    return parsed.value;
  });
  if (domains.length === 0) throw misused(context, "cli-check-bad-domain", "");
  return domains;
}

function readSaved(context: CommandContext, named: string): Inspection {
  const file = resolve(context.terminal.directory, named);
  const failed = (why: string): Stop => {
    context.terminal.err(context.words.say("cli-check-unreadable", { file: printable(named), why }));
    return new Stop(exitCodes.usage);
  };
  let text: string;
  try {
    if (statSync(file).size > checkLimits.savedMaxBytes) throw failed("too-long");
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw error instanceof Stop ? error : failed((error as NodeJS.ErrnoException).code ?? "unreadable");
  }
  const read = readInspection(text);
  if (read.ok) return read.value;
  throw failed(read.error);
}

function write({ terminal, words }: CommandContext, named: string, text: string): void {
  try {
    writeFileSync(resolve(terminal.directory, named), text, { mode: 0o600 });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "?";
    terminal.err(words.say("cli-check-unwritable", { file: printable(named), why }));
    throw new Stop(exitCodes.failed);
  }
}
