/** A scan counted: lines in, sums out. It costs the same memory after a million lines as after a thousand. */
import { parseDomain } from "../../base/index.ts";
import { scanLimits } from "./limits.ts";
import type { Adoption, CheckedLine, LineFinding, ScanLine } from "./line.ts";

export const summaryVersion = 1;

export interface CountedFinding {
  readonly code: string;
  readonly severity: LineFinding["severity"];
  readonly domains: number;
}

export interface CountedOperator {
  readonly operator: string;
  readonly domains: number;
  readonly authenticated: number;
}

export interface ScanSummary {
  readonly version: typeof summaryVersion;
  /** When the first and the last domain were looked at, ISO 8601; absent if none was. */
  readonly from?: string;
  readonly to?: string;
  readonly domains: number;
  readonly checked: number;
  readonly optedOut: number;
  readonly failed: number;
  /** Of the checked ones: those that take mail. Adoption is told of these. */
  readonly withMail: number;
  readonly levels: Readonly<Record<string, number>>;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly adoption: Readonly<Record<AdoptionKey, number>>;
  /** The commonest first. */
  readonly findings: readonly CountedFinding[];
  readonly untested: Readonly<Record<string, number>>;
  /** The largest. Among very many, small ones may be told a little too small. */
  readonly operators: readonly CountedOperator[];
}

export const adoptionKeys = [
  "dnssec",
  "dane",
  "dane-some",
  "mta-sts",
  "mta-sts-testing",
  "mta-sts-broken",
  "tls-rpt",
  "requiretls",
  "ipv6",
] as const;
export type AdoptionKey = (typeof adoptionKeys)[number];

const isAdopted: Readonly<Record<AdoptionKey, (adoption: Adoption) => boolean>> = {
  dnssec: ({ dnssec }) => dnssec,
  dane: ({ dane }) => dane === "all",
  "dane-some": ({ dane }) => dane === "some",
  "mta-sts": ({ mtaSts }) => mtaSts === "enforce",
  "mta-sts-testing": ({ mtaSts }) => mtaSts === "testing",
  "mta-sts-broken": ({ mtaSts }) => mtaSts === "broken",
  "tls-rpt": ({ tlsRpt }) => tlsRpt,
  requiretls: ({ requireTls }) => requireTls,
  ipv6: ({ ipv6 }) => ipv6,
};

export class Tally {
  #from: string | undefined;
  #to: string | undefined;
  #checked = 0;
  #optedOut = 0;
  #failed = 0;
  #withMail = 0;
  readonly #levels = new Map<string, number>();
  readonly #verdicts = new Map<string, number>();
  readonly #adoption = new Map<AdoptionKey, number>();
  readonly #findings = new Map<string, CountedFinding>();
  readonly #untested = new Map<string, number>();
  readonly #operators = new Map<string, { domains: number; authenticated: number }>();

  add(line: ScanLine): void {
    switch (line.outcome) {
      case "opted-out":
        this.#optedOut++;
        return;
      case "failed":
        this.#failed++;
        return;
      case "checked":
        this.#checked++;
        this.#count(line);
    }
  }

  summary(): ScanSummary {
    const operators = [...this.#operators].map(([operator, counts]) => ({ operator, ...counts }));
    return {
      version: summaryVersion,
      ...(this.#from === undefined ? {} : { from: this.#from }),
      ...(this.#to === undefined ? {} : { to: this.#to }),
      domains: this.#checked + this.#optedOut + this.#failed,
      checked: this.#checked,
      optedOut: this.#optedOut,
      failed: this.#failed,
      withMail: this.#withMail,
      levels: Object.fromEntries(this.#levels),
      verdicts: Object.fromEntries(this.#verdicts),
      adoption: Object.fromEntries(
        adoptionKeys.map((key) => [key, this.#adoption.get(key) ?? 0]),
      ) as ScanSummary["adoption"],
      findings: [...this.#findings.values()].sort((a, b) => b.domains - a.domains || (a.code < b.code ? -1 : 1)),
      untested: Object.fromEntries(this.#untested),
      operators: operators
        .sort((a, b) => b.domains - a.domains || (a.operator < b.operator ? -1 : 1))
        .slice(0, scanLimits.operatorsToldMax),
    };
  }

  #count(line: CheckedLine): void {
    const { at, level, verdict, mx, adoption, findings, untested } = line;
    if (this.#from === undefined || at < this.#from) this.#from = at;
    if (this.#to === undefined || at > this.#to) this.#to = at;
    bump(this.#levels, level);
    bump(this.#verdicts, verdict);
    for (const code of new Set(findings.map((finding) => `${finding.severity} ${finding.code}`))) this.#find(code);
    for (const reason of new Set(untested.map((part) => part.reason))) bump(this.#untested, reason);
    if (mx !== "records" && mx !== "implicit") return;
    this.#withMail++;
    for (const key of adoptionKeys) if (isAdopted[key](adoption)) bump(this.#adoption, key);
    this.#countOperators(line);
  }

  #find(key: string): void {
    const [severity = "", code = ""] = key.split(" ");
    const before = this.#findings.get(key);
    if (before === undefined && this.#findings.size >= kindsMax) return;
    this.#findings.set(key, {
      code,
      severity: severity as LineFinding["severity"],
      domains: (before?.domains ?? 0) + 1,
    });
  }

  #countOperators({ operators, level }: CheckedLine): void {
    for (const operator of new Set(operators)) {
      if (!parseDomain(operator).ok) continue;
      if (!this.#operators.has(operator) && this.#operators.size >= scanLimits.operatorsCountedMax) this.#thin();
      const counts = this.#operators.get(operator) ?? { domains: 0, authenticated: 0 };
      counts.domains++;
      if (level === "authenticated") counts.authenticated++;
      this.#operators.set(operator, counts);
    }
  }

  /** Those with the fewest domains make room: no large one is ever among them. */
  #thin(): void {
    for (let few = 1; this.#operators.size > scanLimits.operatorsCountedMax / 2; few *= 2) {
      for (const [operator, { domains }] of this.#operators) if (domains <= few) this.#operators.delete(operator);
    }
  }
}

/** Codes, levels and the like are few; a file that somebody else wrote may have any number of them. */
const kindsMax = 1_000;

function bump<K>(counts: Map<K, number>, key: K): void {
  const before = counts.get(key);
  if (before === undefined && counts.size >= kindsMax) return;
  counts.set(key, (before ?? 0) + 1);
}
