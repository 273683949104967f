/** Zone files with one record a line, as the signers write them. */
import type { ZoneRecord } from "../world/shape.ts";

export function writeZone(records: readonly ZoneRecord[]): string {
  return records.map(({ owner, ttlSeconds, type, rdata }) => `${owner} ${ttlSeconds} IN ${type} ${rdata}\n`).join("");
}

/** Reads what a signer wrote: absolute owner, TTL, class and type on each line; comments behind a semicolon. */
export function readZone(text: string): readonly ZoneRecord[] {
  const records: ZoneRecord[] = [];
  for (const line of text.split("\n")) {
    const found = /^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*?)\s*(?:;\{.*)?$/.exec(line);
    if (found === null) {
      if (line.trim() !== "" && !line.startsWith(";")) throw new Error(`not a line of a zone: ${line}`);
      continue;
    }
    const [, owner = "", ttl = "", type = "", rdata = ""] = found;
    records.push({ owner, ttlSeconds: Number(ttl), type, rdata });
  }
  return records;
}

/** The fields of an RRSIG in presentation order (RFC 4034 §3.2). */
export interface SignatureText {
  readonly covered: string;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  /** YYYYMMDDHHmmSS. */
  readonly expiration: string;
  readonly inception: string;
  readonly keyTag: number;
  readonly signer: string;
  readonly signature: string;
}

export function readSignature(rdata: string): SignatureText {
  const [covered = "", algorithm, labels, ttl, expiration = "", inception = "", tag, signer = "", ...rest] =
    rdata.split(/\s+/);
  return {
    covered,
    algorithm: Number(algorithm),
    labels: Number(labels),
    originalTtl: Number(ttl),
    expiration,
    inception,
    keyTag: Number(tag),
    signer,
    signature: rest.join(""),
  };
}

export function signatureText(one: SignatureText): string {
  const { covered, algorithm, labels, originalTtl, expiration, inception, keyTag, signer, signature } = one;
  return `${covered} ${algorithm} ${labels} ${originalTtl} ${expiration} ${inception} ${keyTag} ${signer} ${signature}`;
}

/** The record with some fields of its signature changed. */
export function resigned(record: ZoneRecord, change: Partial<SignatureText>): ZoneRecord {
  return { ...record, rdata: signatureText({ ...readSignature(record.rdata), ...change }) };
}
