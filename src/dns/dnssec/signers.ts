/**
 * A zone's keys as they stand in its own DNSKEY set, each with the signatures that it made over that very set (RFC 5011 §2.1). Nothing
 * here is believed yet: whoever asks decides which keys count, and at what time. Pure.
 */
import { RecordSets } from "./rrsets.ts";
import { standardSuite } from "./algorithms.ts";
import { keyTag, matchesDigest, ZoneKey, type KeyDigest } from "./keys.ts";
import { validatorLimits } from "./limits.ts";
import { serialDifference, signedData } from "./verify.ts";
import type { DnskeyData, Message, WireName } from "../wire.ts";

export interface SelfSigner {
  readonly data: DnskeyData;
  /** As the data stands: the tag of a key changes when it is revoked. */
  readonly tag: number;
  readonly isRevoked: boolean;
  /** RFC 4034 §2.1.1: meant to be a trust anchor. */
  readonly isEntryPoint: boolean;
  /** Those that this key really made, whatever their times are. */
  readonly signatures: readonly KeySignature[];
}

export interface KeySignature {
  /** Seconds since 1970, modulo 2^32. */
  readonly inception: number;
  readonly expiration: number;
  readonly originalTtlSeconds: number;
}

/** Empty if the message has no keys of the zone. The same bounds hold as for any set that is validated. */
export function selfSigners(message: Message, zone: WireName): readonly SelfSigner[] {
  const set = new RecordSets(message.answers, message.authorities).get(zone, dnskeyType);
  if (set === undefined) return [];
  const keys = set.records.flatMap(({ data }) => (data.type === "DNSKEY" && mayBeKey(data) ? [data] : []));
  const zoneKeys = keys.slice(0, keysMax).map((data) => new ZoneKey(data, keyTag(data)));
  const made = new Map<ZoneKey, KeySignature[]>(zoneKeys.map((key) => [key, []]));
  let failures: number = validatorLimits.failedVerificationsMax;
  for (const signature of set.signatures.slice(0, validatorLimits.signaturesPerSetMax)) {
    if (signature.signer !== zone) continue;
    const data = signedData(set, signature);
    const named = zoneKeys.filter((key) => key.tag === signature.keyTag && key.algorithm === signature.algorithm);
    for (const key of named.slice(0, validatorLimits.keysPerSignatureMax)) {
      if (failures <= 0) break;
      if (!key.verifies(standardSuite, data, signature.signature)) failures--;
      else {
        const { inception, expiration, originalTtl } = signature;
        made.get(key)?.push({ inception, expiration, originalTtlSeconds: originalTtl });
      }
    }
  }
  return [...made].map(([{ data, tag }, signatures]) => ({
    data,
    tag,
    isRevoked: (data.flags & revokedFlag) !== 0,
    isEntryPoint: (data.flags & entryPointFlag) !== 0,
    signatures,
  }));
}

/**
 * Where a signature stands in time: 0 if it is good now; by how many seconds it lies in the future (more than 0) or in the past (less
 * than 0), the usual tolerance taken off.
 */
export function secondsOff({ inception, expiration }: KeySignature, nowSeconds: number): number {
  const skew = validatorLimits.signatureSkewSeconds;
  const early = serialDifference(inception, nowSeconds) - skew;
  if (early > 0) return early;
  return Math.min(0, serialDifference(expiration, nowSeconds) + skew);
}

/** True if one of the digests stands for the key (RFC 4034 §5). */
export function isStoodFor(zone: WireName, data: DnskeyData, digests: readonly KeyDigest[]): boolean {
  const tag = keyTag(data);
  return digests.some(
    (digest) =>
      digest.keyTag === tag && digest.algorithm === data.algorithm && matchesDigest(standardSuite, zone, data, digest),
  );
}

/** The key as it was before it was revoked: that is what anchors and memories stand for (RFC 5011 §2.1). */
export function unrevoked(data: DnskeyData): DnskeyData {
  return { ...data, flags: data.flags & ~revokedFlag };
}

const dnskeyType = 48;
const entryPointFlag = 0x0001;
const zoneKeyFlag = 0x0100;
/** RFC 5011 §7. */
const revokedFlag = 0x0080;
/** Keys of one set that are looked at. */
const keysMax = 32;

function mayBeKey(data: DnskeyData): boolean {
  return (data.flags & zoneKeyFlag) !== 0 && data.protocol === 3;
}
