/**
 * One set of records against the keys of the zone that should have signed it (RFC 4035 §5.3). Pure but for the count of work.
 *
 * A signature counts if it names the zone as signer, is within its time, has no more labels than the owner, and one of the zone's
 * keys with its tag and algorithm made it. One that counts is enough.
 */
import { labelCount, lastLabels, below } from "../name.ts";
import { joined } from "../rdata.ts";
import { canonicalRdata, isWithin, nameOctets, type RrsigData, type WireName } from "../wire.ts";
import type { Suite } from "./algorithms.ts";
import type { KeySet, ZoneKey } from "./keys.ts";
import type { Kept } from "./kept.ts";
import { validatorLimits } from "./limits.ts";
import { reason, type ReasonCode } from "./reasons.ts";
import type { RecordSet } from "./rrsets.ts";
import type { StatusReason } from "./types.ts";
import type { Work } from "./work.ts";

export interface Signed {
  readonly ok: true;
  readonly keyTag: number;
  readonly algorithm: number;
  /** Seconds: as they came, capped by the signature's original TTL and by its end (RFC 4035 §5.3.3). */
  readonly ttlSeconds: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** The name below which a wildcard made the owner; absent if the owner itself was signed. */
  readonly closestEncloser?: WireName;
}

export type Checked = Signed | { readonly ok: false; readonly reason: StatusReason };

/** Signatures that were found good, so that those which come with many answers are computed once. */
export type Remembered = Kept<string, { readonly key: ZoneKey; readonly data: Uint8Array }>;

export interface Checks {
  readonly suite: Suite;
  /** NSEC3 with more iterations proves nothing. */
  readonly nsec3IterationsMax: number;
  /** Seconds since 1970. */
  readonly now: number;
  readonly work: Work;
  readonly remembered?: Remembered;
}

export function checkSet(set: RecordSet, zone: WireName, keys: KeySet, checks: Checks): Checked {
  const ownerLabels = signableLabels(set.name);
  if (!isWithin(set.name, zone)) return failed("signer-wrong", set, zone);
  let fault: Fault = "signature-missing";
  let tried = 0;
  for (const signature of set.signatures) {
    const before = standing(signature, zone, ownerLabels, checks);
    if (before !== undefined) {
      fault = worse(fault, before);
      continue;
    }
    const keysNamed = keys.find(signature.keyTag, signature.algorithm);
    if (keysNamed.length === 0) {
      fault = worse(fault, "key-missing");
      continue;
    }
    if (++tried > validatorLimits.signaturesPerSetMax) return failed("work-limit", set, zone);
    const data = signedData(set, signature);
    for (const key of keysNamed.slice(0, validatorLimits.keysPerSignatureMax)) {
      if (!checks.work.mayVerify()) return failed("work-limit", set, zone);
      if (verifies(key, set, signature, data, checks)) return signed(set, signature, ownerLabels, checks.now);
      checks.work.verificationFailed();
    }
    fault = "signature-invalid";
  }
  return failed(fault, set, zone);
}

/** A record of absence comes with many answers, and is the same each time: same key, same octets, same signature. */
function verifies(key: ZoneKey, set: RecordSet, { signature }: RrsigData, data: Uint8Array, checks: Checks): boolean {
  const { suite, remembered } = checks;
  if (remembered === undefined || !recurring.has(set.code)) return key.verifies(suite, data, signature);
  const id = Buffer.from(signature).toString("latin1");
  const known = remembered.get(id);
  if (known !== undefined && known.key === key && Buffer.compare(known.data, data) === 0) return true;
  if (!key.verifies(suite, data, signature)) return false;
  remembered.put(id, { key, data }, validatorLimits.signatureRememberedMs);
  return true;
}

/** SOA, NSEC, NSEC3. */
const recurring: ReadonlySet<number> = new Set([6, 47, 50]);

type Fault = Extract<
  ReasonCode,
  | "signature-missing"
  | "signer-wrong"
  | "unsupported-algorithm"
  | "key-missing"
  | "signature-not-yet-valid"
  | "signature-expired"
  | "signature-invalid"
  | "work-limit"
>;

/** The more telling of two faults is reported. */
const telling: readonly Fault[] = [
  "signature-missing",
  "signer-wrong",
  "unsupported-algorithm",
  "key-missing",
  "signature-not-yet-valid",
  "signature-expired",
  "signature-invalid",
  "work-limit",
];

function worse(a: Fault, b: Fault): Fault {
  return telling.indexOf(a) > telling.indexOf(b) ? a : b;
}

/** What speaks against a signature before any cryptography (RFC 4035 §5.3.1). */
function standing(signature: RrsigData, zone: WireName, ownerLabels: number, checks: Checks): Fault | undefined {
  if (signature.signer !== zone || signature.labels > ownerLabels) return "signer-wrong";
  if (!checks.suite.algorithms.has(signature.algorithm)) return "unsupported-algorithm";
  const skew = validatorLimits.signatureSkewSeconds;
  if (serialDifference(signature.expiration, signature.inception) < 0) return "signature-expired";
  if (serialDifference(signature.inception, checks.now) > skew) return "signature-not-yet-valid";
  if (serialDifference(signature.expiration, checks.now) < -skew) return "signature-expired";
  return undefined;
}

/** RFC 1982, RFC 4034 §3.1.5: `a - b` of times that wrap around after 136 years. */
export function serialDifference(a: number, b: number): number {
  return (a - b) | 0;
}

/** RFC 4034 §3.1.8.1. */
export function signedData(set: RecordSet, signature: RrsigData): Uint8Array {
  const head = canonicalRdata({ ...signature, signature: new Uint8Array() });
  const owner = nameOctets(signedName(set.name, signature.labels));
  const parts: Uint8Array[] = [head];
  for (const data of set.sortedData) {
    const fixed = new Uint8Array(10);
    const view = new DataView(fixed.buffer);
    view.setUint16(0, set.code);
    view.setUint16(2, 1);
    view.setUint32(4, signature.originalTtl);
    view.setUint16(8, data.length);
    parts.push(owner, fixed, data);
  }
  return joined(...parts);
}

/** The owner that was signed: a wildcard's name if the owner has more labels than the signature says. */
function signedName(name: WireName, labels: number): WireName {
  return labels < signableLabels(name) ? below("*", lastLabels(name, labels)) : name;
}

/** RFC 4034 §3.1.3: without the root, and without the asterisk of a wildcard. */
function signableLabels(name: WireName): number {
  return labelCount(name) - (name.startsWith("*.") || (name as string) === "*" ? 1 : 0);
}

function signed(set: RecordSet, signature: RrsigData, ownerLabels: number, now: number): Signed {
  const left = serialDifference(signature.expiration, now);
  const facts: Signed = {
    ok: true,
    keyTag: signature.keyTag,
    algorithm: signature.algorithm,
    ttlSeconds: Math.max(0, Math.min(set.ttlSeconds, signature.originalTtl, left)),
    expiresAt: (now + left) * 1000,
  };
  return signature.labels < ownerLabels ? { ...facts, closestEncloser: lastLabels(set.name, signature.labels) } : facts;
}

function failed(fault: Fault, set: RecordSet, zone: WireName): Checked {
  return { ok: false, reason: reason(fault, `${what[fault]} (${set.type} of ${set.name}, zone ${zone}).`) };
}

const what: Readonly<Record<Fault, string>> = {
  "signature-missing": "The zone is signed, but these records carry no signature",
  "signer-wrong": "The signature names a signer or a number of labels that cannot be",
  "unsupported-algorithm":
    "The signatures are all of algorithms that are not supported, in a zone that promises others",
  "key-missing": "No key of the zone is the one that the signature names",
  "signature-not-yet-valid": "The signature is not valid yet; the clock of this machine may be wrong",
  "signature-expired": "The signature has expired",
  "signature-invalid": "The signature does not match the records",
  "work-limit": "Checking the signatures would take more work than an honest zone needs",
};
