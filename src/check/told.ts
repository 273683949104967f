/** A report in the words of one language, ready to be laid out: for a terminal, as Markdown, as a page. */
import { isExposed } from "../threats/index.ts";
import { recordLine, tellFinding } from "../publish/index.ts";
import type { Words } from "../words/index.ts";
import {
  abilities,
  ownFindingCodes,
  senderClasses,
  type Ability,
  type Finding,
  type OwnFindingCode,
  type Predicted,
  type Report,
  type SenderClass,
  type Severity,
  type UntestedPart,
} from "./types.ts";
import { reasonOf } from "./why.ts";

/** What a cell of the matrix comes to. */
export type CellState = "read" | "stopped" | "harmless" | "unknown" | "arrives" | "waits";

export interface ToldCell {
  readonly state: CellState;
  readonly text: string;
}

export interface ToldFinding {
  readonly code: Finding["code"];
  readonly severity: Severity;
  readonly severityText: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly who: string;
  readonly evidence: readonly string[];
  /** Zone records, one a line. */
  readonly paste: readonly string[];
}

export interface ToldStep {
  /** At the beginning of a sentence. */
  readonly who: string;
  readonly fix: string;
  readonly what: string;
}

export interface ToldReport {
  readonly title: string;
  readonly when: string;
  readonly verdict: string;
  readonly level: string;
  readonly matrix: {
    readonly senders: readonly string[];
    readonly rows: readonly { readonly attacker: string; readonly cells: readonly ToldCell[] }[];
  };
  /** The gravest that has to be done, each with who has to do it: a few, for whoever reads no further. */
  readonly steps: readonly ToldStep[];
  /** What each server does about STARTTLS. */
  readonly hosts: readonly string[];
  readonly findings: readonly ToldFinding[];
  readonly untested: readonly string[];
}

export function tellReport(words: Words, report: Report): ToldReport {
  const { domain, at, verdict, level, hosts, findings, untested } = report;
  return {
    title: words.say("check-title", { domain }),
    when: words.say("check-when", { at: words.time(at) }),
    verdict: words.say(`check-verdict-${verdict}`, { domain }),
    level: words.say(`check-level-${level}`),
    matrix: {
      senders: senderClasses.map((sender) => words.say(`check-sender-${senderKeys[sender]}`)),
      rows: tellRows(words, report),
    },
    hosts: hosts.map(({ name, starttls }) => words.say(`check-starttls-${starttls}`, { name })),
    steps: firstSteps(words, findings),
    findings: findings.map((one) => tellOne(words, one)),
    untested: untested.map((one) => tellUntested(words, one)),
  };
}

/** What is to be mended; if that is nothing, what would be better. One remedy for several findings is one step. */
function firstSteps(words: Words, findings: readonly Finding[]): readonly ToldStep[] {
  const [gravest] = findings;
  if (gravest === undefined || gravest.severity === "notice") return [];
  const told = findings.filter(({ severity }) => severity === gravest.severity).map((one) => tellOne(words, one));
  const steps = told.map(({ who, fix, what }) => ({ who: capital(who), fix: fix.split("\n\n")[0] ?? fix, what }));
  return steps.filter((one, at) => steps.findIndex(({ fix }) => fix === one.fix) === at).slice(0, stepsMax);
}

const stepsMax = 3;

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase("en") + text.slice(1);
}

const senderKeys: Readonly<Record<SenderClass, string>> = {
  opportunistic: "opportunistic",
  "mta-sts": "mta-sts",
  dane: "dane",
  "dane+mta-sts": "both",
  requiretls: "requiretls",
};

function tellRows(words: Words, { attacks, unattacked }: Report): ToldReport["matrix"]["rows"] {
  if (attacks.length === 0) return [];
  const cell = (state: CellState): ToldCell => ({ state, text: words.say(`check-cell-${state}`) });
  const calm = senderClasses.map((sender) => cell(calmState(unattacked[sender])));
  const rows = abilities.flatMap((ability) => {
    const cells = senderClasses.map((sender) => stateOf(attacks, ability, sender));
    if (cells.every((state) => state === undefined)) return [];
    const attacker = words.say(`check-ability-${ability}`);
    return [{ attacker, cells: cells.map((state) => cell(state ?? "harmless")) }];
  });
  return [{ attacker: words.say("check-unattacked"), cells: calm }, ...rows];
}

function calmState(outcome: Predicted): CellState {
  if (outcome === "delivered") return "arrives";
  return outcome === "unknown" ? "unknown" : "waits";
}

/** The worst that any of his attacks comes to. */
function stateOf(attacks: Report["attacks"], ability: Ability, sender: SenderClass): CellState | undefined {
  const outcomes = attacks.filter((one) => one.ability === ability).map((one) => one.outcomes[sender]);
  if (outcomes.length === 0) return undefined;
  if (outcomes.some((outcome) => outcome !== "unknown" && isExposed(outcome))) return "read";
  if (outcomes.includes("unknown")) return "unknown";
  return outcomes.every((outcome) => outcome === "delivered") ? "harmless" : "stopped";
}

export function tellOne(words: Words, finding: Finding): ToldFinding {
  const { code, severity, name, evidence, who, provider, paste } = finding;
  // A sentence may end behind it.
  const about = { name: name.replace(/(?<=.)\.$/, ""), ...evidence };
  const told = Object.fromEntries(Object.entries(about).map(([key, text]) => [key, printable(text)]));
  const { what, fix } = isOwn(code)
    ? { what: words.say(`check-finding-${code}`, told), fix: words.say(`check-fix-${code}`, told) }
    : tellFinding(words, { code, severity, name, args: evidence, paste });
  return {
    code,
    severity,
    severityText: words.say(`check-severity-${severity}`),
    what,
    why: words.say(`check-why-${reasonOf[code]}`),
    fix,
    who:
      who === "provider"
        ? words.say("check-who-provider", { provider: provider ?? "unknown" })
        : words.say(`check-who-${who}`),
    evidence: Object.entries(evidence)
      .filter(([key]) => key !== "content")
      .map(([key, value]) => `${key}: ${printable(value)}`),
    paste: paste.map(recordLine),
  };
}

function isOwn(code: Finding["code"]): code is OwnFindingCode {
  return (ownFindingCodes as readonly string[]).includes(code);
}

function tellUntested(words: Words, { reason, name, detail }: UntestedPart): string {
  return words.say(`check-untested-${reason}`, { name: printable(name), detail: printable(detail) });
}

/** What strangers wrote: on one line, and no character of theirs drives anything. */
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "?");
}
