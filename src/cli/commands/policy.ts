/**
 * `surehop policy …`: what would become of a message to a domain, asked with the relay's own code and decided by its one planner, without
 * sending anything; and what a dry run has shown.
 */
import { noLog, parseDomain, type DomainName } from "../../base/index.ts";
import { preview, previewJson, tellPreview, type Preview } from "../../check/index.ts";
import { openDryRunLog, storeFault, systemClock, type DryRunDomain } from "../../system/index.ts";
import { openOperatorFacts, type QueueOptions } from "../operator.ts";
import { openOutlook, type OutlookOptions } from "../outlook.ts";
import { misused, stoppable } from "../resolving.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

export interface PolicyShowOptions extends OutlookOptions {
  readonly requireTls?: boolean;
  readonly json?: boolean;
}

export function runPolicyShow(context: CommandContext, options: PolicyShowOptions, asked = ""): Promise<number> {
  return stoppable(async () => {
    const domain = parseDomain(asked.includes("@") ? asked.slice(asked.lastIndexOf("@") + 1) : asked);
    if (!domain.ok) throw misused(context, "cli-policy-bad-domain", asked);
    const outlook = await openOutlook(context, options);
    try {
      const message = { requireTls: options.requireTls === true };
      const seen = await preview(outlook.deps, outlook.settings, domain.value, message);
      tell(context, seen, options.json === true);
      return seen.plan.kind === "try" ? exitCodes.ok : exitCodes.failed;
    } finally {
      await outlook.close();
    }
  });
}

function tell({ terminal, words }: CommandContext, seen: Preview, isJson: boolean): void {
  const told = tellPreview(words, seen);
  if (isJson) {
    terminal.out(JSON.stringify({ ...previewJson(seen), words: [told.verdict, ...told.lines] }));
    return;
  }
  terminal.out(told.verdict);
  terminal.out("");
  for (const line of told.lines) terminal.out(`  ${line}`);
}

export interface DryRunOptions extends QueueOptions {
  readonly json?: boolean;
}

/** Domains told at most. */
const domainsMax = 1_000;

export async function runPolicyDryRun(context: CommandContext, options: DryRunOptions): Promise<number> {
  const { terminal, words } = context;
  const facts = await openOperatorFacts(context, options);
  if (!facts.ok) return facts.error;
  let domains: readonly DryRunDomain[];
  try {
    domains = openDryRunLog(facts.value, { clock: systemClock, log: noLog }).list(domainsMax);
  } catch (error) {
    terminal.err(words.say("cli-facts-unreadable", { detail: printable(storeFault(error).message) }));
    return exitCodes.failed;
  } finally {
    facts.value.close();
  }
  if (options.json === true) {
    terminal.out(JSON.stringify({ domains }));
    return exitCodes.ok;
  }
  if (domains.length === 0) terminal.out(words.say("cli-policy-dry-run-none"));
  for (const domain of domains) tellDomain(context, domain);
  return exitCodes.ok;
}

function tellDomain({ terminal, words }: CommandContext, seen: DryRunDomain): void {
  const { domain, wouldPass, wouldWait, reason, host, fault } = seen;
  terminal.out(words.say("cli-policy-dry-run-domain", { domain: shown(domain), wouldPass, wouldWait }));
  if (wouldWait === 0 || reason === undefined) return;
  const because = [reason, fault, host].flatMap((part) => (part === undefined ? [] : [printable(part)])).join(", ");
  terminal.out(`  ${words.say("cli-policy-dry-run-why", { because })}`);
}

function shown(domain: DomainName): string {
  return printable(domain);
}
