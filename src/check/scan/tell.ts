/** Sums in the words of one language: for a terminal, and for the page. */
import { levels } from "../../base/index.ts";
import { findingCodes } from "../../publish/index.ts";
import type { Words } from "../../words/index.ts";
import { ownFindingCodes, untestedReasons, verdicts } from "../types.ts";
import { changeKinds, type Change, type ScanDiff } from "./diff.ts";
import { scanLimits } from "./limits.ts";
import { adoptionKeys, type CountedFinding, type ScanSummary } from "./tally.ts";

export interface ToldBar {
  /** Stable: for colours. */
  readonly key: string;
  readonly label: string;
  readonly domains: number;
  /** Of a whole, 0 to 1. */
  readonly share: number;
}

export interface ToldFault extends ToldBar {
  readonly severity: string;
}

export interface ToldOperator {
  readonly operator: string;
  readonly domains: number;
  readonly share: number;
  readonly authenticatedShare: number;
}

export interface ToldSummary {
  readonly title: string;
  readonly when?: string;
  readonly counts: string;
  /** The best first. */
  readonly levels: readonly ToldBar[];
  readonly verdicts: readonly ToldBar[];
  readonly adoption: readonly ToldBar[];
  readonly faults: readonly ToldFault[];
  readonly untested: readonly ToldBar[];
  readonly operators: readonly ToldOperator[];
}

export const levelKeys = [...levels.toReversed(), "none", "unknown"] as const;

export function tellScan(words: Words, summary: ScanSummary): ToldSummary {
  const { checked, withMail, optedOut, failed, from, to } = summary;
  const when =
    from === undefined || to === undefined
      ? {}
      : { when: words.say("scan-when", { from: words.time(Date.parse(from)), to: words.time(Date.parse(to)) }) };
  return {
    title: words.say("scan-title", { count: summary.domains }),
    ...when,
    counts: words.say("scan-counts", { checked, withMail, optedOut, failed }),
    levels: levelKeys.map((key) => bar(key, words.say(`scan-level-${key}`), summary.levels[key] ?? 0, checked)),
    verdicts: verdicts
      .map((key) => bar(key, words.say(`scan-verdict-${key}`), summary.verdicts[key] ?? 0, checked))
      .filter(({ domains }) => domains > 0),
    adoption: adoptionKeys.map((key) => bar(key, words.say(`scan-adoption-${key}`), summary.adoption[key], withMail)),
    faults: summary.findings.flatMap((finding) => faultOf(words, finding, checked)),
    untested: untestedReasons
      .map((key) => bar(key, words.say(`scan-untested-${key}`), summary.untested[key] ?? 0, checked))
      .filter(({ domains }) => domains > 0)
      .sort((a, b) => b.domains - a.domains),
    operators: summary.operators.map(({ operator, domains, authenticated }) => ({
      operator,
      domains,
      share: part(domains, withMail),
      authenticatedShare: part(authenticated, domains),
    })),
  };
}

function bar(key: string, label: string, domains: number, of: number): ToldBar {
  return { key, label, domains, share: part(domains, of) };
}

function part(some: number, all: number): number {
  return all === 0 ? 0 : some / all;
}

const known: ReadonlySet<string> = new Set([...ownFindingCodes, ...findingCodes]);

/** A file of a newer version may have codes that we have no words for. */
function faultOf(words: Words, { code, severity, domains }: CountedFinding, of: number): readonly ToldFault[] {
  if (!known.has(code)) return [];
  const label = words.say(`scan-finding-${code}`);
  return [{ ...bar(code, label, domains, of), severity: words.say(`check-severity-${severity}`) }];
}

/** Lines for a terminal: those that are headings end with nothing below them. */
export function summaryLines(words: Words, summary: ScanSummary): readonly string[] {
  const told = tellScan(words, summary);
  const table = (title: string, bars: readonly ToldBar[]): readonly string[] =>
    bars.length === 0 ? [] : ["", title, ...bars.map((one) => `  ${amount(words, one)}  ${one.label}`)];
  return [
    told.title,
    ...(told.when === undefined ? [] : [told.when]),
    told.counts,
    ...table(
      words.say("scan-levels-title"),
      told.levels.filter(({ domains }) => domains > 0),
    ),
    ...table(words.say("scan-verdicts-title"), told.verdicts),
    ...table(words.say("scan-adoption-title"), told.adoption),
    ...table(words.say("scan-findings-title"), told.faults),
    ...table(words.say("scan-untested-title"), told.untested),
  ];
}

function amount(words: Words, { domains, share }: ToldBar): string {
  return `${number(words, domains).padStart(10)} ${percent(words, share).padStart(7)}`;
}

export function number(words: Words, value: number): string {
  return new Intl.NumberFormat(words.language).format(value);
}

/** A few of many are not none. */
export function percent(words: Words, share: number): string {
  if (share > 0 && share < leastShare) return `<${percent(words, leastShare)}`;
  return new Intl.NumberFormat(words.language, { style: "percent", maximumFractionDigits: 1 }).format(share);
}

const leastShare = 0.001;

const namedMax = 20;

export function diffLines(words: Words, { before, after, same, counts, changes }: ScanDiff): readonly string[] {
  return [
    words.say("scan-diff-title", { before: before.domains, after: after.domains }),
    words.say("scan-diff-same", { count: same }),
    ...changeKinds.flatMap((kind) => {
      if (counts[kind] === 0) return [];
      const named = changes[kind].slice(0, namedMax).map((change) => `  ${tellChange(words, change)}`);
      const count = counts[kind] - named.length;
      const rest = count === 0 ? [] : [`  ${words.say("scan-diff-rest", { count, max: scanLimits.changesToldMax })}`];
      return ["", words.say(`scan-diff-${kind}`, { count: counts[kind] }), ...named, ...rest];
    }),
  ];
}

function tellChange(words: Words, { domain, before, after }: Change): string {
  const told = (state: Change["before"]): string =>
    state !== undefined && (verdicts as readonly string[]).includes(state.verdict)
      ? words.say(`scan-verdict-${state.verdict}`)
      : words.say("scan-diff-absent");
  return words.say("scan-diff-change", { domain, before: told(before), after: told(after) });
}
