/**
 * What is reported about a next hop (RPT-1, RFC 8460 §4): under which policy a session with a host counts, and what failed before
 * there was any session. Pure.
 */
import type { ReportedPolicy, SessionObservation, TlsResultType } from "../base/index.ts";
import type { TlsaRecord } from "../dns/index.ts";
import { matchesMx } from "./sts-match.ts";
import type { Facts, HostFact, StsPolicy } from "./types.ts";

const noPolicy: ReportedPolicy = { type: "no-policy-found", strings: [], mxHosts: [] };

/** STS-6: where both are published, DANE judges, and its verdict is the one that is told. */
export function reportedPolicy({ sts }: Facts, { name, tlsa }: HostFact): ReportedPolicy {
  if (tlsa.kind === "records") return { type: "tlsa", strings: tlsa.records.map(tlsaText), mxHosts: [name] };
  return sts.kind === "policy" && sts.policy.mode !== "none" ? ofSts(sts.policy) : noPolicy;
}

/** Failures that keep a session from coming about, or that no session shows. Once for each attempt. */
export function failuresBefore(facts: Facts): readonly Omit<SessionObservation, "at">[] {
  const { domain, sts, hosts } = facts;
  const failures: Omit<SessionObservation, "at">[] = [];
  const ofPolicy = (
    failure: { readonly result: TlsResultType; readonly detail: string } | undefined,
    policy: ReportedPolicy,
  ): void => {
    if (failure !== undefined) failures.push({ domain, policy, result: failure.result, detail: failure.detail });
  };
  if (sts.kind === "none") ofPolicy(sts.failure, { type: "sts", strings: [], mxHosts: [] });
  if (sts.kind === "policy") ofPolicy(sts.stale, ofSts(sts.policy));
  for (const host of hosts) {
    const { name, host: named, tlsa } = host;
    if (tlsa.kind === "failed") {
      const policy: ReportedPolicy = { type: "tlsa", strings: [], mxHosts: [name] };
      failures.push({ domain, policy, host: name, result: "dnssec-invalid", detail: tlsa.detail });
    }
    if (sts.kind === "policy" && sts.policy.mode !== "none" && (named === undefined || !matchesMx(sts.policy, named))) {
      const detail = "the policy does not name this MX host";
      failures.push({ domain, policy: ofSts(sts.policy), host: name, result: "validation-failure", detail });
    }
  }
  return failures;
}

/** The lines of the policy, as RFC 8460 §4.4 shows them. */
function ofSts({ mode, mx, maxAgeSeconds }: StsPolicy): ReportedPolicy {
  const strings = ["version: STSv1", `mode: ${mode}`, ...mx.map((name) => `mx: ${name}`), `max_age: ${maxAgeSeconds}`];
  return { type: "sts", strings, mxHosts: mx };
}

function tlsaText({ usage, selector, matching, association }: TlsaRecord): string {
  return `${usage} ${selector} ${matching} ${Buffer.from(association).toString("hex")}`;
}
