/**
 * One step of the way down: what stands at a name, given the keys of the zone above it (RFC 4035 §5.2), and how the keys of
 * a zone are believed, given the digests that stand for them.
 */
import { limits, type DnsStatus } from "../../base/index.ts";
import type { DnsFailure } from "../types.ts";
import { isWithin, rcodeName, rcodes, type DsData, type Message, type WireName } from "../wire.ts";
import type { Suite } from "./algorithms.ts";
import { gatherDenials, proven } from "./denial.ts";
import { isZoneKey, KeySet, keyTag, matchesDigest, type KeyDigest, type ZoneKey } from "./keys.ts";
import type { CutProof } from "./proofs.ts";
import { sectionsOf } from "./message.ts";
import { reason } from "./reasons.ts";
import type { RecordSet, RecordSets } from "./rrsets.ts";
import type { AskUpstream, ProofStep, StatusReason } from "./types.ts";
import { checkSet, type Checks } from "./verify.ts";

export interface SecureZone {
  readonly kind: "secure";
  readonly zone: WireName;
  readonly keys: KeySet;
  readonly proof: readonly ProofStep[];
}

/** What is known of a place that is not secure. */
export interface OpenZone {
  readonly kind: Exclude<DnsStatus, "secure">;
  readonly reason: StatusReason;
  readonly proof: readonly ProofStep[];
  readonly failure?: DnsFailure;
}

/** What stands at a name; `no-cut`: it is the zone's own, `absent`: it does not exist, nor does anything below it. */
export type Cut = SecureZone | OpenZone | { readonly kind: "no-cut" | "absent" };

export interface Found {
  readonly cut: Cut;
  /** Seconds for which it holds. */
  readonly ttlSeconds: number;
}

export interface Asking extends Checks {
  readonly ask: AskUpstream;
}

/** Looks for a secure delegation of `name` out of `parent`. */
export async function findCut(name: WireName, parent: SecureZone, asking: Asking): Promise<Found> {
  const asked = await askFor(name, "DS", asking);
  if (!asked.ok) return broken(asked.fault, parent.proof);
  const { answers, authorities } = sectionsOf(asked.message);
  const ds = answers.get(name, types.ds);
  if (ds !== undefined) return delegatedSecurely(name, ds, parent, asking);
  const alias = aliasAt(name, answers);
  if (alias !== undefined) {
    // An alias is no delegation; below a DNAME there is nothing (RFC 6672 §2.4).
    const checked = checkSet(alias, parent.zone, parent.keys, asking);
    if (!checked.ok) return broken({ status: "bogus", reason: checked.reason }, parent.proof);
    // A wildcard's alias replayed must not hide a delegation for as long as it lasts.
    if (checked.closestEncloser !== undefined) return withoutDs(name, authorities, parent, asking);
    return { cut: { kind: alias.code === types.dname ? "absent" : "no-cut" }, ttlSeconds: checked.ttlSeconds };
  }
  return withoutDs(name, authorities, parent, asking);
}

/** Believes the keys of a zone because of digests that are themselves believed: its DS records, or a trust anchor. */
export async function findKeys(
  zone: WireName,
  digests: readonly KeyDigest[],
  above: { readonly proof: readonly ProofStep[]; readonly ttlSeconds: number },
  asking: Asking,
): Promise<Found> {
  const usable = usableDigests(digests, asking.suite);
  if ("code" in usable)
    return { cut: { kind: "insecure", reason: usable, proof: above.proof }, ttlSeconds: above.ttlSeconds };
  const asked = await askFor(zone, "DNSKEY", asking);
  if (!asked.ok) return broken(asked.fault, above.proof);
  const set = sectionsOf(asked.message).answers.get(zone, types.dnskey);
  if (set === undefined) {
    const why = reason("key-missing", `The zone ${zone} must have keys, but the answer has none.`);
    return broken({ status: "bogus", reason: why }, above.proof);
  }
  const trusted = new KeySet(
    set.records.filter(({ data }) => data.type === "DNSKEY" && standsFor(zone, data, usable, asking)),
  );
  if (trusted.count === 0) {
    const why = set.records.some(({ data }) => data.type === "DNSKEY" && isZoneKey(data))
      ? reason("key-mismatch", `No key of the zone ${zone} is one that its parent or the trust anchor stands for.`)
      : reason("no-zone-key", `No key of the zone ${zone} may sign the zone.`);
    return broken({ status: "bogus", reason: why }, above.proof);
  }
  const checked = checkSet(set, zone, trusted, asking);
  if (!checked.ok) return broken({ status: "bogus", reason: checked.reason }, above.proof);
  const { keyTag: tag, algorithm, expiresAt } = checked;
  const step: ProofStep = { kind: "dnskey", zone, owner: zone, type: "DNSKEY", keyTag: tag, algorithm, expiresAt };
  return {
    cut: { kind: "secure", zone, keys: new KeySet(set.records), proof: [...above.proof, step] },
    ttlSeconds: Math.min(above.ttlSeconds, checked.ttlSeconds, limits.dnsTtlMaxSeconds),
  };
}

const types = { cname: 5, dname: 39, ds: 43, dnskey: 48 } as const;

async function delegatedSecurely(name: WireName, ds: RecordSet, parent: SecureZone, asking: Asking): Promise<Found> {
  const checked = checkSet(ds, parent.zone, parent.keys, asking);
  if (!checked.ok) return broken({ status: "bogus", reason: checked.reason }, parent.proof);
  if (checked.closestEncloser !== undefined) {
    const why = reason("signer-wrong", `The DS records of ${name} were made by a wildcard, which delegates nothing.`);
    return broken({ status: "bogus", reason: why }, parent.proof);
  }
  const { keyTag: tag, algorithm, expiresAt, ttlSeconds } = checked;
  const step: ProofStep = { kind: "ds", zone: parent.zone, owner: name, type: "DS", keyTag: tag, algorithm, expiresAt };
  const digests = ds.records.flatMap(({ data }): readonly DsData[] => (data.type === "DS" ? [data] : []));
  return findKeys(name, digests, { proof: [...parent.proof, step], ttlSeconds }, asking);
}

function withoutDs(name: WireName, authorities: RecordSets, parent: SecureZone, asking: Asking): Found {
  const denials = gatherDenials(authorities, parent, asking, "passed-over");
  if (!denials.ok) return broken({ status: "bogus", reason: denials.reason }, parent.proof);
  const proof = proven(denials.provers, (prover) => prover.cut(name));
  if (proof === undefined) {
    const text = `The zone ${parent.zone} does not prove that ${name} has no DS record.`;
    return broken({ status: "bogus", reason: reason("denial-missing", text) }, parent.proof);
  }
  const { ttlSeconds } = denials;
  if (proof.kind === "no-cut" || proof.kind === "absent") return { cut: { kind: proof.kind }, ttlSeconds };
  const steps = denials.steps.map((step): ProofStep => ({
    ...step,
    kind: "insecure-delegation",
    detail: proof.detail,
  }));
  const cut: Cut = {
    kind: "insecure",
    reason: whyOpen(proof.kind, name, parent.zone),
    proof: [...parent.proof, ...steps],
  };
  return { cut, ttlSeconds };
}

function whyOpen(kind: Exclude<CutProof["kind"], "no-cut" | "absent">, name: WireName, parent: WireName): StatusReason {
  switch (kind) {
    case "delegation":
      return reason("insecure-delegation", `The zone ${parent} says, signed, that ${name} is not signed.`);
    case "opt-out":
      return reason(
        "opt-out",
        `The zone ${parent} leaves names that are not signed out of its proofs, and ${name} may be one.`,
      );
    case "iterations":
      return reason("nsec3-iterations", `The zone ${parent} asks for more hash iterations than are safe to compute.`);
  }
}

/** A CNAME at the name itself, or the DNAME above it. */
function aliasAt(name: WireName, answers: RecordSets): RecordSet | undefined {
  const own = answers.get(name, types.cname);
  if (own !== undefined && own.signatures.length > 0) return own;
  return answers.ofType(types.dname).find((set) => set.name !== name && isWithin(name, set.name)) ?? own;
}

/**
 * The digests by which keys can be believed. SHA-1 is no digest here; nor does it matter beside others (RFC 4509 §3). If none is
 * left, nothing can be proven, and the zone counts as not signed (RFC 4035 §5.2, RFC 6840 §5.2).
 */
function usableDigests(digests: readonly KeyDigest[], suite: Suite): readonly KeyDigest[] | StatusReason {
  const known = digests.filter(({ algorithm }) => suite.algorithms.has(algorithm));
  if (known.length === 0)
    return reason("unsupported-algorithm", "The zone is signed with algorithms that are not supported, or with SHA-1.");
  const usable = known.filter(({ digestType }) => suite.digests.has(digestType));
  if (usable.length === 0)
    return reason("unsupported-digest", "The zone is vouched for by digests that are not supported, or by SHA-1.");
  return usable;
}

function standsFor(
  zone: WireName,
  data: ZoneKey["data"],
  digests: readonly KeyDigest[],
  { suite, work }: Checks,
): boolean {
  if (!isZoneKey(data)) return false;
  const tag = keyTag(data);
  return digests.some(
    (digest) =>
      digest.keyTag === tag &&
      digest.algorithm === data.algorithm &&
      work.mayDigest() &&
      matchesDigest(suite, zone, data, digest),
  );
}

export interface Fault {
  readonly status: "bogus" | "indeterminate";
  readonly reason: StatusReason;
  readonly failure?: DnsFailure;
}

/** A message with NOERROR or NXDOMAIN, or why there is none. */
export async function askFor(
  name: WireName,
  type: string,
  { ask, work }: Asking,
): Promise<{ readonly ok: true; readonly message: Message } | { readonly ok: false; readonly fault: Fault }> {
  if (!work.mayAsk()) {
    const why = reason("work-limit", "Finding the answer would take more questions than an honest name needs.");
    return { ok: false, fault: { status: "indeterminate", reason: why, failure: "chain-too-long" } };
  }
  const asked = await ask(name, type, work.deadline);
  if (!asked.ok) {
    const { failure, detail } = asked.error;
    const why = reason("no-answer", `No answer about ${type} of ${name}: ${detail}.`);
    return { ok: false, fault: { status: "indeterminate", reason: why, failure } };
  }
  const { rcode } = asked.value;
  if (rcode === rcodes.noerror || rcode === rcodes.nxdomain) return { ok: true, message: asked.value };
  const failure = rcode === rcodes.servfail ? "servfail" : rcode === rcodes.refused ? "refused" : "rcode";
  const why = reason("no-answer", `The upstream answered ${rcodeName(rcode)} about ${type} of ${name}.`);
  return { ok: false, fault: { status: "indeterminate", reason: why, failure } };
}

function broken({ status, reason, failure }: Fault, proof: readonly ProofStep[]): Found {
  const cut: OpenZone = { kind: status, reason, proof, ...(failure === undefined ? {} : { failure }) };
  return { cut, ttlSeconds: limits.dnsFailureTtlSeconds };
}
