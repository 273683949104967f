/** A report for programs. Its fields and codes keep their meaning while `version` stays the same; new ones may come. */
import type { Words } from "../../words/index.ts";
import { tellOne, tellReport } from "../told.ts";
import type { Changes } from "../diff.ts";
import type { Finding, Report } from "../types.ts";

export const reportVersion = 1;

export function reportJson(words: Words, report: Report): Readonly<Record<string, unknown>> {
  const { domain, at, verdict, level, attacks, unattacked, hosts, findings, untested } = report;
  const told = tellReport(words, report);
  return {
    version: reportVersion,
    domain,
    at: new Date(at).toISOString(),
    verdict,
    level,
    words: told.verdict,
    unattacked,
    attacks: attacks.map(({ attack, ability, outcomes }) => ({ attack, ability, outcomes })),
    hosts: hosts.map(({ name, starttls }) => ({ name, starttls })),
    findings: findings.map((finding) => findingJson(words, finding)),
    untested: untested.map((part, at) => ({ ...part, words: told.untested[at] ?? "" })),
  };
}

function findingJson(words: Words, finding: Finding): Readonly<Record<string, unknown>> {
  const { code, severity, name, who, provider, evidence, paste } = finding;
  const { what, why, fix } = tellOne(words, finding);
  const records = paste.map(({ name: owner, type, ttl, data }) => ({ name: owner, type, ttl, data }));
  return { code, severity, name, who, provider: provider ?? null, evidence, what, why, fix, paste: records };
}

/** What `--watch` prints after each look: the report, and what is other than at the one before. */
export function changesJson(words: Words, report: Report, changes: Changes): Readonly<Record<string, unknown>> {
  const { verdict, appeared, gone } = changes;
  return {
    ...reportJson(words, report),
    changes: {
      verdict: verdict ?? null,
      appeared: appeared.map((one) => findingJson(words, one)),
      gone: gone.map((one) => findingJson(words, one)),
    },
  };
}
