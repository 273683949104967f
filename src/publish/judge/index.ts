/**
 * Facts in, findings out: what is wrong with what a domain has published, in the order in which it hurts. Pure; the later checker asks
 * it about any domain, with no promises to compare with.
 */
import type { Finding, PublishedFacts, Severity } from "../types.ts";
import { judgeMx } from "./mx.ts";
import { judgeReports } from "./reports.ts";
import { judgeSts } from "./sts.ts";
import { judgeCertificates, judgeHost } from "./tlsa.ts";

/** `certificates` false: whoever asks judges by himself for how long they are good, and for whom. */
export function judgePublished(facts: PublishedFacts, { certificates = true } = {}): readonly Finding[] {
  const findings = [
    ...judgeMx(facts),
    ...facts.hosts.flatMap((host) => judgeHost(facts, host)),
    ...(certificates ? facts.hosts.flatMap((host) => judgeCertificates(facts, host)) : []),
    ...judgeSts(facts),
    ...judgeReports(facts),
  ];
  return findings.toSorted((a, b) => ranks[a.severity] - ranks[b.severity]);
}

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, notice: 2 };
