/**
 * From what was seen to what is to be said: findings, the gravest first; who could attack what; one verdict. Pure, and never throws,
 * whatever strangers have published: what was kept in a file is judged again to the same.
 */
import { predictAll } from "../matrix.ts";
import type { Finding, Inspection, Report, Severity } from "../types.ts";
import { levelOf, verdictOf } from "../verdict.ts";
import { judgeCertificates } from "./certificates.ts";
export { isForName, isSameChain } from "./chain.ts";
import { ofDomain } from "./finding.ts";
import { judgeHostInDns, judgeNames, judgeNameservers, judgeTogether } from "./hosts.ts";
import { judgeWhatIsPublished } from "./published.ts";
import { judgeTls } from "./tls.ts";
import { listUntested } from "./untested.ts";
import { viewHosts, type HostView } from "./view.ts";

export function judge(inspection: Inspection): Report {
  const { domain, at } = inspection;
  const views = viewHosts(inspection);
  const findings = findingsOf(inspection, views).toSorted((a, b) => ranks[a.severity] - ranks[b.severity]);
  const matrix = predictAll(inspection, views);
  const verdict = verdictOf(inspection, views, matrix, findings);
  return {
    domain,
    at,
    verdict,
    level: levelOf(inspection, views, verdict),
    ...matrix,
    hosts: views.map(({ host, starttls }) => ({ name: host, starttls })),
    findings,
    untested: listUntested(inspection, views),
  };
}

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, notice: 2 };

function findingsOf(inspection: Inspection, views: readonly HostView[]): readonly Finding[] {
  const { domain, facts } = inspection;
  switch (facts.mx.kind) {
    case "null-mx":
      return [ofDomain("null-mx", "notice", domain)];
    case "nxdomain":
      return [ofDomain("no-domain", "error", domain)];
    case "failed": {
      const { status, detail } = facts.mx;
      if (status === "indeterminate") return [];
      return [
        { code: "mx-unknown", severity: "error", name: domain, who: "registrar", evidence: { detail }, paste: [] },
      ];
    }
    case "records":
    case "implicit":
    case "routed":
    case "literal":
      break;
  }
  const isSomeReached = views.some(({ tls }) => tls !== "untested");
  return [
    ...(facts.mx.kind === "implicit" ? [ofDomain("implicit-mx", "notice", domain)] : []),
    ...judgeNameservers(inspection),
    ...judgeNames(inspection),
    ...judgeTogether(inspection, views),
    ...views.flatMap((view) => judgeHostInDns(inspection, view, isSomeReached)),
    ...judgeWhatIsPublished(inspection, views),
    ...views.flatMap((view) => judgeTls(inspection, view)),
    ...views.flatMap((view) => judgeCertificates(inspection, view)),
  ];
}
