/**
 * The roll-over of a mail server's key, so that no sender that goes by DANE is ever left without a match (RFC 7671 §8.1,
 * RFC 7672 §8.2, trap 32).
 *
 * A sender may hold the TLSA records that it was given for as long as their TTL says, and a secondary name server may be late
 * with the new ones. So the record of the next key has to be out, beside that of the key in use, for two TTLs before the
 * server may show the next key. The states of one host, and what each promises:
 *
 *   unknown           the DNS did not say, or what it said is not signed: nothing may be done on the strength of it
 *   publish-current   a key in use has no record: senders that go by DANE keep their mail; mend this before all else
 *   make-next         all is well, and no next key is known: make one
 *   publish-next      the next key's record is not out: paste it, and leave the others
 *   wait-to-switch    it is out; until `until` some sender may still hold the set from before
 *   switch            every sender knows both keys: the server may show the next one
 *   wait-to-remove    the next key is in use; the old record stays until `until`, so that a step back remains possible
 *   remove-old        the old records stand for no key any more: take them out
 *   settled           the next key is in use, and nothing old is out: it is the current key now
 *
 *   make-next ─► publish-next ─► wait-to-switch ─► switch ─► wait-to-remove ─► remove-old ─► settled ─► make-next …
 *
 * What moves it is what can be seen: the records through the validating resolver, the keys that the server shows, and since
 * when each was seen (the `Ledger`, which is kept on disk). Time that we were not there to see counts for nothing.
 */
import type { DomainName, Instant } from "../base/index.ts";
import type { TlsaRecord } from "../dns/index.ts";
import type { HostLedger, Sighting } from "./ledger.ts";
import { keyRecords, standsFor, tlsaText } from "./tlsa.ts";
import type { KeyFact, Looked } from "./types.ts";

export interface RollFacts {
  readonly now: Instant;
  readonly host: DomainName;
  /** What the server shows, or the certificates of the configuration. */
  readonly live: readonly KeyFact[];
  readonly next: readonly KeyFact[];
  readonly tlsa: Looked<TlsaRecord>;
  /** With `tlsa` already entered. */
  readonly ledger: HostLedger;
  /** What the operator says of the TTL; a longer one that was seen counts instead. */
  readonly ttlSeconds: number;
}

export type RollStep =
  | { readonly code: "unknown"; readonly why: "failed" | "insecure"; readonly detail: string }
  | { readonly code: "publish-current"; readonly keys: readonly KeyFact[] }
  | { readonly code: "make-next" }
  | { readonly code: "publish-next"; readonly keys: readonly KeyFact[] }
  | { readonly code: "wait-to-switch"; readonly until: Instant }
  | { readonly code: "switch"; readonly since: Instant }
  | { readonly code: "wait-to-remove"; readonly until: Instant; readonly records: readonly TlsaRecord[] }
  | { readonly code: "remove-old"; readonly records: readonly TlsaRecord[] }
  | { readonly code: "settled" };

export type SwitchRefusal =
  | { readonly code: "unknown"; readonly why: "failed" | "insecure"; readonly detail: string }
  | { readonly code: "not-published"; readonly key: KeyFact }
  | { readonly code: "too-soon"; readonly key: KeyFact; readonly seenAt: Instant; readonly allowedAt: Instant };

/** Pure. */
export function nextStep(facts: RollFacts): RollStep {
  const { now, live, next, tlsa, ledger } = facts;
  const unknown = cannotTell(tlsa);
  if (unknown !== undefined) return unknown;
  const bare = live.filter((key) => recordOf(facts, key) === undefined);
  if (bare.length > 0) return { code: "publish-current", keys: bare };
  const coming = next.filter((key) => !isAmong(key, live));
  if (coming.length > 0) return stepTowards(facts, coming);
  const old = oldRecords(facts);
  if (old.length === 0) return { code: next.length > 0 ? "settled" : "make-next" };
  // RFC 7671 §8.1: the new keys are seen to work before the old records go.
  const since = Math.max(...live.map((key) => seenSince(ledger.keys[key.sha256], now)));
  const until = since + twoTtlsMs(facts);
  return now < until ? { code: "wait-to-remove", until, records: old } : { code: "remove-old", records: old };
}

/** Undefined: the server may show `key` now. One that it shows already, in a renewed certificate say, changes nothing. */
export function refusalToSwitch(facts: Omit<RollFacts, "next">, key: KeyFact): SwitchRefusal | undefined {
  if (isAmong(key, facts.live)) return undefined;
  const unknown = cannotTell(facts.tlsa);
  if (unknown !== undefined) return unknown;
  const seenAt = publishedSince(facts, key);
  if (seenAt === undefined) return { code: "not-published", key };
  const allowedAt = seenAt + twoTtlsMs(facts);
  return facts.now < allowedAt ? { code: "too-soon", key, seenAt, allowedAt } : undefined;
}

function cannotTell(tlsa: Looked<TlsaRecord>): (RollStep & { readonly code: "unknown" }) | undefined {
  if (tlsa.kind === "failed") return { code: "unknown", why: "failed", detail: tlsa.detail };
  // Senders take no notice of records that are not signed (RFC 7672 §2.2).
  return tlsa.status === "insecure" ? { code: "unknown", why: "insecure", detail: "" } : undefined;
}

function stepTowards(facts: RollFacts, coming: readonly KeyFact[]): RollStep {
  const missing = coming.filter((key) => recordOf(facts, key) === undefined);
  if (missing.length > 0) return { code: "publish-next", keys: missing };
  const since = Math.max(...coming.map((key) => publishedSince(facts, key) ?? facts.now));
  const until = since + twoTtlsMs(facts);
  return facts.now < until ? { code: "wait-to-switch", until } : { code: "switch", since };
}

/** Of the records that senders go by, the one that was out for longest and stands for this key. */
function publishedSince(facts: Pick<RollFacts, "now" | "tlsa" | "ledger">, key: KeyFact): Instant | undefined {
  const record = recordOf(facts, key);
  return record === undefined ? undefined : seenSince(facts.ledger.records[tlsaText(record)], facts.now);
}

function recordOf(facts: Pick<RollFacts, "now" | "tlsa" | "ledger">, key: KeyFact): TlsaRecord | undefined {
  const since = (record: TlsaRecord): Instant => seenSince(facts.ledger.records[tlsaText(record)], facts.now);
  return published(facts.tlsa)
    .filter((record) => standsFor(record, key))
    .toSorted((a, b) => since(a) - since(b))[0];
}

function oldRecords({ tlsa, live, next }: RollFacts): readonly TlsaRecord[] {
  const wanted = [...live, ...next];
  return published(tlsa).filter((record) => !wanted.some((key) => standsFor(record, key)));
}

function published(tlsa: Looked<TlsaRecord>): readonly TlsaRecord[] {
  return tlsa.kind === "records" ? keyRecords(tlsa.records) : [];
}

/** What was never entered, or lies in the future because the clock was set back, was first seen now. */
function seenSince(sighting: Sighting | undefined, now: Instant): Instant {
  return Math.min(sighting?.firstSeenAt ?? now, now);
}

function isAmong(key: KeyFact, keys: readonly KeyFact[]): boolean {
  return keys.some(({ sha256 }) => sha256 === key.sha256);
}

function twoTtlsMs({ ttlSeconds, ledger }: Pick<RollFacts, "ttlSeconds" | "ledger">): number {
  return 2 * 1000 * Math.max(ttlSeconds, ledger.ttl?.seconds ?? 0);
}
