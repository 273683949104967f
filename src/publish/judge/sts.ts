/** MTA-STS (RFC 8461): do the TXT record, the policy and the MX records say the same? */
import {
  matchesMx,
  parseStsPolicy,
  parseStsRecord,
  stsPolicyFaultText,
  stsRecordFaultText,
} from "../../policy/index.ts";
import type { StsPolicy } from "../../policy/index.ts";
import { publishLimits } from "../limits.ts";
import { policyFile, policyHost, policyId, policyPath, policyText, stsName, stsRecord } from "../records.ts";
import type { Finding, PublishedFacts } from "../types.ts";
import { finding } from "./finding.ts";

export function judgeSts(facts: PublishedFacts): readonly Finding[] {
  const record = judgeRecord(facts);
  // Nothing points senders at a policy, and nobody has promised one: that there is none is no fault besides.
  const isUnpointed = facts.stsRecord.kind === "none" && facts.promises === undefined;
  return isUnpointed ? record : [...record, ...judgePolicy(facts)];
}

function judgeRecord({ domain, stsRecord: looked, promises }: PublishedFacts): readonly Finding[] {
  const name = `${stsName(domain)}.`;
  const paste = promises === undefined ? [] : [stsRecord(promises)];
  if (looked.kind === "failed") return [finding("sts-unknown", "error", name, { detail: looked.detail })];
  if (looked.kind === "none") return [finding("sts-missing", "warning", name, {}, paste)];
  const parsed = parseStsRecord(looked.records);
  if (parsed.ok) {
    const isOutdated = promises !== undefined && parsed.value.id !== policyId(promises);
    return isOutdated ? [finding("sts-outdated", "warning", name, { id: parsed.value.id }, paste)] : [];
  }
  switch (parsed.error) {
    case "none":
      return [finding("sts-missing", "warning", name, {}, paste)];
    // Trap 22: two are none.
    case "several":
      return [finding("sts-several", "error", name, {}, paste)];
    case "bad-field":
    case "no-id":
    case "bad-id":
      return [finding("sts-invalid", "error", name, { detail: stsRecordFaultText(parsed.error) }, paste)];
  }
}

function judgePolicy(facts: PublishedFacts): readonly Finding[] {
  const { domain, stsPolicy: fetched, promises } = facts;
  const url = `https://${policyHost(domain)}${policyPath}`;
  const content = promises === undefined ? "" : policyFile(promises).content.trimEnd();
  if (fetched.kind === "not-asked") return [];
  if (fetched.kind === "failed") return [finding("policy-missing", "error", url, { detail: fetched.detail, content })];
  const parsed = parseStsPolicy(fetched.bytes);
  if (!parsed.ok) {
    return [finding("policy-invalid", "error", url, { detail: stsPolicyFaultText(parsed.error), content })];
  }
  const policy = parsed.value;
  const isOther = promises !== undefined && !saysTheSame(policy, parseStsPolicy(Buffer.from(policyText(promises))));
  return [
    ...(isOther ? [finding("policy-differs", "warning", url, { content })] : []),
    ...(policy.mode === "testing" ? [finding("policy-testing", "notice", url)] : []),
    ...(policy.mode !== "none" && policy.maxAgeSeconds < publishLimits.maxAgeShortSeconds
      ? [finding("policy-short", "warning", url, { seconds: String(policy.maxAgeSeconds) })]
      : []),
    ...(policy.mode === "none" ? [] : judgeHosts(facts, policy, url)),
  ];
}

/** RFC 8461 §4.1: senders pass over an MX host that the policy does not name; if it names none of them, mail waits. */
function judgeHosts({ hosts }: PublishedFacts, policy: StsPolicy, url: string): readonly Finding[] {
  const inMx = hosts.filter((host) => host.inMx);
  const severity = policy.mode === "enforce" ? "error" : "warning";
  const unnamed = inMx.filter(({ host }) => !matchesMx(policy, host));
  const idle = policy.mx.filter((pattern) => !inMx.some(({ host }) => matchesMx({ ...policy, mx: [pattern] }, host)));
  return [
    ...unnamed.map(({ host }) => finding("policy-mx-missing", severity, url, { host })),
    ...(inMx.length === 0 ? [] : idle.map((pattern) => finding("policy-mx-stale", "notice", url, { pattern }))),
  ];
}

function saysTheSame(policy: StsPolicy, meant: ReturnType<typeof parseStsPolicy>): boolean {
  if (!meant.ok) return false;
  const { mode, maxAgeSeconds, mx } = meant.value;
  const sameHosts = mx.length === policy.mx.length && mx.every((pattern) => policy.mx.includes(pattern));
  return mode === policy.mode && maxAgeSeconds === policy.maxAgeSeconds && sameHosts;
}
