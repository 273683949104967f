/**
 * The keys of a zone followed through the years (RFC 5011), as a state machine. Pure: the last states, a DNSKEY set as it came, and
 * the time go in; the next states come out.
 *
 *             a new key in a proven set        seen for 30 days
 *   (unknown) ─────────────────────► add-pend ────────────────► valid ◄──────────┐
 *        ▲                              │ gone from a proven set │  │ gone        │ back
 *        └──────────────────────────────┘                        │  └──► missing ─┘
 *                                         revoked by its own hand│         │
 *                                                                ▼         ▼
 *                                                             revoked ──30 days──► removed
 *
 *   add-pend  promises nothing: somebody who stole one key could announce another, and has 30 days to be found out.
 *   valid     is believed; so is `missing`, since a set that lacks a key does not take back what it stood for.
 *   revoked   is never believed again, not even where it is built in; `removed` only says that this was long ago.
 *
 * A set is proven if a key that is believed signed it, within its time. A revocation is believed on the word of the revoked key
 * alone: nobody else can make one. Keys that the program or the operator believe without proof (`seeds`) begin as valid.
 */
import type { Instant } from "../../base/index.ts";
import { standardSuite } from "../dnssec/algorithms.ts";
import { isStoodFor, secondsOff, unrevoked, type KeySignature, type SelfSigner } from "../dnssec/signers.ts";
import type { TrustAnchor } from "../dnssec/types.ts";
import type { DnskeyData } from "../message.ts";
import type { WireName } from "../name.ts";
import { anchorLimits } from "./limits.ts";

export const keyStates = ["add-pend", "valid", "missing", "revoked", "removed"] as const;
export type KeyState = (typeof keyStates)[number];

export interface FollowedKey {
  /** Without the revoked flag. */
  readonly data: DnskeyData;
  readonly state: KeyState;
  /** When it came into this state. */
  readonly since: Instant;
  /** Of `add-pend` and `revoked`: when it leaves it, at the earliest. */
  readonly until?: Instant;
}

export interface Change {
  readonly data: DnskeyData;
  readonly from: KeyState | "unknown";
  readonly to: KeyState | "unknown";
}

export interface Followed {
  /** False: nobody who is believed signed the set. Revocations count all the same. */
  readonly proven: boolean;
  readonly keys: readonly FollowedKey[];
  readonly changes: readonly Change[];
  /** RFC 5011 §2.3: milliseconds until the next look. */
  readonly lookAgainMs: number;
}

export interface FollowFacts {
  readonly zone: WireName;
  readonly seeds: readonly TrustAnchor[];
  readonly now: Instant;
}

export function follow(
  keys: readonly FollowedKey[],
  seen: readonly SelfSigner[],
  { zone, seeds, now }: FollowFacts,
): Followed {
  const isGood = (signature: KeySignature): boolean => secondsOff(signature, Math.floor(now / 1000)) === 0;
  const signed = seen.filter(({ signatures }) => signatures.some(isGood));
  const present = seen.filter(({ isRevoked }) => !isRevoked);
  const revokedNow = signed.filter(({ isRevoked }) => isRevoked).map(({ data }) => unrevoked(data));
  const believed = (data: DnskeyData): boolean => isBelieved(data, keys, zone, seeds);
  const proofs = signed.filter(({ isRevoked, data }) => !isRevoked && believed(data));
  const proven = proofs.length > 0;
  const signatures = proofs.flatMap((one) => one.signatures.filter(isGood));
  const ttlMs = Math.max(0, ...signatures.map(({ originalTtlSeconds }) => originalTtlSeconds)) * 1000;

  const next: FollowedKey[] = [];
  const changes: Change[] = [];
  const put = (data: DnskeyData, from: Change["from"], key: FollowedKey | undefined): void => {
    if (key !== undefined) next.push(key);
    const to = key?.state ?? "unknown";
    if (from !== to) changes.push({ data, from, to });
  };
  for (const known of keys) {
    const key = withoutFuture(known, now);
    const isRevoked = revokedNow.some((data) => isSame(data, key.data));
    const isHere = present.some(({ data }) => isSame(data, key.data));
    const isSeed = isStoodFor(zone, key.data, seeds);
    put(key.data, key.state, step(key, { isRevoked, isHere, isSeed, proven, now }));
  }
  for (const data of revokedNow) {
    // Built in, and met for the first time as it is taken back.
    if (isKnown(next, data) || isKnown(keys, data) || !isStoodFor(zone, data, seeds)) continue;
    put(data, "unknown", { data, state: "revoked", since: now, until: now + anchorLimits.removeHoldDownMs });
  }
  for (const { data, isEntryPoint } of proven ? present : []) {
    if (isKnown(next, data) || isKnown(keys, data) || !isUsable(data)) continue;
    if (isStoodFor(zone, data, seeds)) put(data, "unknown", { data, state: "valid", since: now });
    else if (isEntryPoint && next.length < anchorLimits.keysFollowedMax) {
      // RFC 5011 §2.4.1: thirty days, or the TTL of the first set that had it, if that is longer.
      const until = now + Math.max(anchorLimits.addHoldDownMs, ttlMs);
      put(data, "unknown", { data, state: "add-pend", since: now, until });
    }
  }
  return { proven, keys: bounded(next, zone, seeds), changes, lookAgainMs: lookAgainMs(signatures, proven, now) };
}

/** What the validator is to believe; a zone whose last key was revoked gets an anchor that no key fits. */
export function anchorsOf(
  zone: WireName,
  keys: readonly FollowedKey[],
  seeds: readonly TrustAnchor[],
  digest: (zone: WireName, data: DnskeyData) => TrustAnchor,
): readonly TrustAnchor[] {
  const gone = keys.filter(({ state }) => isGone(state));
  const kept = seeds.filter((seed) => !gone.some(({ data }) => isStoodFor(zone, data, [seed])));
  const learned = keys.filter(({ data, state }) => isTrusted(state) && !isStoodFor(zone, data, seeds));
  const anchors = [...kept, ...learned.map(({ data }) => digest(zone, data))];
  return anchors.length === 0 ? [closed(zone)] : anchors;
}

export function isTrusted(state: KeyState): boolean {
  return state === "valid" || state === "missing";
}

function isGone(state: KeyState): boolean {
  return state === "revoked" || state === "removed";
}

/**
 * RFC 5011 §5 would have the zone count as unsigned then. That would let whoever revokes the root's keys switch DNSSEC off; here no failure
 * lowers what is required, and everything below the zone is bogus until somebody brings new keys.
 */
function closed(zone: WireName): TrustAnchor {
  return { zone, keyTag: 0, algorithm: 8, digestType: 2, digest: new Uint8Array(32) };
}

interface Look {
  readonly isRevoked: boolean;
  /** In the set, and not revoked. */
  readonly isHere: boolean;
  /** Believed without proof meanwhile: a newer program, or the operator, brought it along. */
  readonly isSeed: boolean;
  readonly proven: boolean;
  readonly now: Instant;
}

/** The next state of one key; undefined: it is forgotten, as if it had never been seen. */
function step(key: FollowedKey, { isRevoked, isHere, isSeed, proven, now }: Look): FollowedKey | undefined {
  const { data, state, until = 0 } = key;
  const revoked = { data, state: "revoked", since: now, until: now + anchorLimits.removeHoldDownMs } as const;
  switch (state) {
    case "add-pend":
      if (isRevoked) return isSeed ? revoked : undefined;
      if (isSeed) return { data, state: "valid", since: now };
      if (!proven) return key;
      if (!isHere) return undefined;
      return now >= until ? { data, state: "valid", since: now } : key;
    case "valid":
    case "missing": {
      if (isRevoked) return revoked;
      const next = isHere ? "valid" : "missing";
      return !proven || next === state ? key : { data, state: next, since: now };
    }
    case "revoked":
      return now >= until ? { data, state: "removed", since: now } : key;
    case "removed":
      return key;
  }
}

/** Written down by a clock that was ahead: a hold-down begins anew rather than lasting for years. */
function withoutFuture(key: FollowedKey, now: Instant): FollowedKey {
  if (key.since <= now) return key;
  return { ...key, since: now, ...(key.until === undefined ? {} : { until: now + (key.until - key.since) }) };
}

function isBelieved(
  data: DnskeyData,
  keys: readonly FollowedKey[],
  zone: WireName,
  seeds: readonly TrustAnchor[],
): boolean {
  const known = keys.find((key) => isSame(key.data, data));
  if (known !== undefined && known.state !== "add-pend") return isTrusted(known.state);
  return isStoodFor(zone, data, seeds);
}

function isKnown(keys: readonly FollowedKey[], data: DnskeyData): boolean {
  return keys.some((key) => isSame(key.data, data));
}

/** The same key, whatever its flags say. */
function isSame(a: DnskeyData, b: DnskeyData): boolean {
  return a.algorithm === b.algorithm && Buffer.compare(a.publicKey, b.publicKey) === 0;
}

function isUsable({ algorithm }: DnskeyData): boolean {
  return standardSuite.algorithms.has(algorithm);
}

/** Keys that were removed long ago go first; those that a seed stands for must be remembered, or they would be believed again. */
function bounded(keys: readonly FollowedKey[], zone: WireName, seeds: readonly TrustAnchor[]): readonly FollowedKey[] {
  const excess = keys.length - anchorLimits.keysFollowedMax;
  if (excess <= 0) return keys;
  const dropped = keys
    .filter(({ state, data }) => state === "removed" && !isStoodFor(zone, data, seeds))
    .toSorted((a, b) => a.since - b.since)
    .slice(0, excess);
  return keys.filter((key) => !dropped.includes(key));
}

/** RFC 5011 §2.3: half of the set's TTL or of what is left of its signature; after a failure a tenth. */
function lookAgainMs(signatures: readonly KeySignature[], proven: boolean, now: Instant): number {
  const part = proven ? 0.5 : 0.1;
  const ttls = signatures.map(({ originalTtlSeconds }) => originalTtlSeconds * 1000);
  // Seconds modulo 2^32 (RFC 4034 §3.1.5).
  const left = signatures.map(({ expiration }) => ((expiration - Math.floor(now / 1000)) | 0) * 1000);
  const most = proven ? anchorLimits.lookMaxMs : anchorLimits.retryMaxMs;
  const wanted = signatures.length === 0 ? anchorLimits.lookMinMs : part * Math.min(...ttls, ...left);
  return Math.max(anchorLimits.lookMinMs, Math.min(most, wanted));
}
