/**
 * `surehop policy …`: what would become of a message to a domain, asked with the relay's own code and decided by its one planner, without
 * sending anything; and what a dry run has shown.
 */
import { noLog, parseDomain, type DomainName } from "../../base/index.ts";
import { preview, previewJson, tellPreview } from "../../check/index.ts";
import { openDryRunLog, storeFault, systemClock, type DryRunDomain } from "../../system/index.ts";
import { openOperatorFacts, type QueueOptions } from "../operator.ts";
import { openOutlook, type OutlookOptions } from "../outlook.ts";
import { misused, stoppable } from "../resolving.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";
import { readTryoutState } from "../tryout-state.ts";
import { findConfig } from "./default.ts";

export interface PolicyShowOptions extends OutlookOptions {
  readonly requireTls?: boolean;
  readonly json?: boolean;
}

export function runPolicyShow(context: CommandContext, options: PolicyShowOptions, written = ""): Promise<number> {
  return stoppable(async () => {
    const domain = parseDomain(written.slice(written.lastIndexOf("@") + 1));
    if (!domain.ok) throw misused(context, "cli-policy-bad-domain", written);
    const asked = await askTryout(context, options, domain.value);
    if (asked !== undefined) return tellAnswer(context, asked, options.json === true);
    const outlook = await openOutlook(context, options);
    try {
      const message = { requireTls: options.requireTls === true };
      const seen = await preview(outlook.deps, outlook.settings, domain.value, message);
      const { verdict, lines } = tellPreview(context.words, seen);
      const answer = { ...previewJson(seen), words: [verdict, ...lines] };
      return tellAnswer(context, answer, options.json === true);
    } finally {
      await outlook.close();
    }
  });
}

/** As the console gives it, and as `--json` prints it. */
interface Answer {
  readonly facts: unknown;
  readonly plan: unknown;
  /** The verdict first. */
  readonly words: readonly string[];
}

function tellAnswer({ terminal }: CommandContext, answer: Answer, isJson: boolean): number {
  if (isJson) terminal.out(JSON.stringify(answer));
  else {
    const [verdict = "", ...lines] = answer.words.map(printable);
    terminal.out(verdict);
    terminal.out("");
    for (const line of lines) terminal.out(`  ${line}`);
  }
  const { kind } = answer.plan as { readonly kind?: unknown };
  return kind === "try" ? exitCodes.ok : exitCodes.failed;
}

/** The relay of a running try-out knows its rules and its network; undefined if there is none, or if something else is meant. */
async function askTryout(
  context: CommandContext,
  options: PolicyShowOptions,
  domain: DomainName,
): Promise<Answer | undefined> {
  const { terminal, words } = context;
  const { config, resolver, trustAnchor, ca, port, httpsPort } = options;
  if ([config, resolver, trustAnchor, ca, port, httpsPort].some((option) => option !== undefined)) return undefined;
  const state = findConfig(context) === undefined ? readTryoutState(terminal.environment) : undefined;
  if (state === undefined) return undefined;
  const query = `lang=${words.language}&requiretls=${options.requireTls === true}`;
  try {
    const response = await fetch(`${state.http}/policy/${domain}?${query}`);
    if (!response.ok) return undefined;
    terminal.err(words.say("cli-policy-tryout"));
    return (await response.json()) as Answer;
  } catch {
    return undefined;
  }
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
