/** TLSA records as we make them, and which keys those that are published stand for. */
import { createHash } from "node:crypto";
import type { DomainName } from "../base/index.ts";
import type { TlsaRecord } from "../dns/index.ts";
import type { KeyFact } from "./types.ts";

/** Where senders look (RFC 7672 §2.2.3). */
export function tlsaName(host: DomainName): string {
  return `_25._tcp.${host}.`;
}

/** `3 1 1`: this very key, whatever certificate is around it (RFC 7672 §3.1.1). */
export function tlsaOf(key: KeyFact): TlsaRecord {
  return { usage: 3, selector: 1, matching: 1, association: Buffer.from(key.sha256, "hex") };
}

export function tlsaText({ usage, selector, matching, association }: TlsaRecord): string {
  return `${usage} ${selector} ${matching} ${Buffer.from(association).toString("hex")}`;
}

/**
 * Those of a set's records that stand for keys and that senders go by: of several digests of one usage and selector only the
 * strongest counts (RFC 7671 §9), so a key that is published under a weaker one alone is not published.
 */
export function keyRecords(records: readonly TlsaRecord[]): readonly TlsaRecord[] {
  const ofKeys = records.filter((record) => record.usage === 3 && record.selector === 1 && hasRightLength(record));
  const strongest = Math.max(0, ...ofKeys.map(({ matching }) => matching));
  return ofKeys.filter(({ matching }) => matching === 0 || matching === strongest);
}

export function standsFor({ selector, matching, association }: TlsaRecord, key: KeyFact): boolean {
  if (selector !== 1) return false;
  const wanted = digestOf(matching, key);
  return wanted !== undefined && Buffer.compare(wanted, association) === 0;
}

function digestOf(matching: number, { spki }: KeyFact): Uint8Array | undefined {
  if (matching === 0) return spki;
  const name = digests.get(matching)?.name;
  return name === undefined ? undefined : createHash(name).update(spki).digest();
}

function hasRightLength({ matching, association }: TlsaRecord): boolean {
  if (matching === 0) return association.length > 0;
  return digests.get(matching)?.octets === association.length;
}

/** RFC 6698 §2.1.3. */
const digests: ReadonlyMap<number, { readonly name: string; readonly octets: number }> = new Map([
  [1, { name: "sha256", octets: 32 }],
  [2, { name: "sha512", octets: 64 }],
]);
