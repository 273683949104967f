/** A zone's keys as a validator uses them (RFC 4034 §2, RFC 5011 §2.1). */
import { createHash, type KeyObject } from "node:crypto";
import {
  canonicalRdata,
  nameOctets,
  type DnskeyData,
  type DsData,
  type ResourceRecord,
  type WireName,
} from "../wire.ts";
import { digestOf, type Suite } from "./algorithms.ts";

/** RFC 4034 §2.1.1 */
const zoneKeyFlag = 0x0100;
/** RFC 5011 §7 */
const revokedFlag = 0x0080;

/** One DNSKEY; what it takes to verify with it is made when it is first needed. */
export class ZoneKey {
  readonly tag: number;
  readonly data: DnskeyData;
  #key: KeyObject | undefined;
  #read = false;

  constructor(data: DnskeyData, tag: number) {
    this.data = data;
    this.tag = tag;
  }

  get algorithm(): number {
    return this.data.algorithm;
  }

  /** True if the signature is this key's. Never throws: a key or a signature that makes no sense verifies nothing. */
  verifies(suite: Suite, data: Uint8Array, signature: Uint8Array): boolean {
    const algorithm = suite.algorithms.get(this.algorithm);
    if (algorithm === undefined) return false;
    try {
      if (!this.#read) {
        this.#read = true;
        this.#key = algorithm.readKey(this.data.publicKey);
      }
      return this.#key !== undefined && algorithm.verify(this.#key, data, signature);
    } catch {
      return false;
    }
  }
}

export class KeySet {
  readonly #byTag = new Map<number, ZoneKey[]>();
  readonly count: number;

  /** Keeps the keys that may sign a zone's data, and no others. */
  constructor(records: readonly ResourceRecord[]) {
    let count = 0;
    for (const { data } of records) {
      if (data.type !== "DNSKEY" || !isZoneKey(data)) continue;
      const tag = keyTag(data);
      const tagged = this.#byTag.get(tag);
      if (tagged === undefined) this.#byTag.set(tag, [new ZoneKey(data, tag)]);
      else tagged.push(new ZoneKey(data, tag));
      count++;
    }
    this.count = count;
  }

  /** Usually one; tags can collide. */
  find(tag: number, algorithm: number): readonly ZoneKey[] {
    const tagged = this.#byTag.get(tag) ?? [];
    return tagged.every((key) => key.algorithm === algorithm)
      ? tagged
      : tagged.filter((key) => key.algorithm === algorithm);
  }
}

/** RFC 4034 §2.1: the zone key flag and protocol 3. A revoked key signs nothing any more. */
export function isZoneKey(data: DnskeyData): boolean {
  return (data.flags & zoneKeyFlag) !== 0 && (data.flags & revokedFlag) === 0 && data.protocol === 3;
}

/** RFC 4034 appendix B. */
export function keyTag(data: DnskeyData): number {
  const rdata = canonicalRdata(data);
  // Appendix B.1, for RSA/MD5 alone.
  if (data.algorithm === 1) return ((rdata[rdata.length - 3] ?? 0) << 8) | (rdata[rdata.length - 2] ?? 0);
  let sum = 0;
  for (let at = 0; at < rdata.length; at++) sum += at % 2 === 0 ? (rdata[at] ?? 0) << 8 : (rdata[at] ?? 0);
  return (sum + (sum >>> 16)) & 0xffff;
}

/** What a DS record says of a key, without the zone that it stands in (RFC 4034 §5). A trust anchor has the same shape. */
export type KeyDigest = Pick<DsData, "keyTag" | "algorithm" | "digestType" | "digest">;

/** RFC 4034 §5.1.4: the digest is over the owner's name and the key's data. */
export function matchesDigest(suite: Suite, zone: WireName, data: DnskeyData, digest: KeyDigest): boolean {
  const own = digestOf(suite, digest.digestType, nameOctets(zone), canonicalRdata(data));
  return own !== undefined && own.equals(digest.digest);
}

/** The DS record that stands for a key. `digestType` 2 or 4. */
export function dsOf(zone: WireName, data: DnskeyData, digestType: 2 | 4): DsData {
  const hash = createHash(digestType === 2 ? "sha256" : "sha384");
  const digest = new Uint8Array(hash.update(nameOctets(zone)).update(canonicalRdata(data)).digest());
  return { type: "DS", keyTag: keyTag(data), algorithm: data.algorithm, digestType, digest };
}
