/**
 * What DNSSEC computes over records: their canonical form and order, the bytes that a signature covers, key tags and DS digests
 * (RFC 4034 §6, §3.1.8.1, appendix B, §5.1.4). Written for the tests on its own, so that it cannot share a mistake with the validator.
 */
import { createHash } from "node:crypto";
import type { WireName } from "../../src/dns/index.ts";
import { layoutOf } from "./layouts.ts";
import { typeNumber } from "./registry.ts";
import { nameBytes, type RawRecord } from "./zonetext.ts";

export const typeOf = {
  NS: 2,
  CNAME: 5,
  SOA: 6,
  DNAME: 39,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  ANY: 255,
} as const;

/** The fields of an RRSIG (RFC 4034 §3.1). */
export interface Signature {
  readonly covered: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  /** Seconds since 1970. */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  /** In lower case, as bytes. */
  readonly signer: Uint8Array;
  readonly signature: Uint8Array;
}

/** Undefined if the bytes are too few to be an RRSIG. */
export function readSignature(rdata: Uint8Array): Signature | undefined {
  const bytes = Buffer.from(rdata);
  if (bytes.length < 19) return undefined;
  const end = nameEnd(bytes, 18);
  if (end === undefined) return undefined;
  return {
    covered: bytes.readUInt16BE(0),
    algorithm: bytes.readUInt8(2),
    labels: bytes.readUInt8(3),
    originalTtl: bytes.readUInt32BE(4),
    expiration: bytes.readUInt32BE(8),
    inception: bytes.readUInt32BE(12),
    keyTag: bytes.readUInt16BE(16),
    signer: lowerCase(bytes.subarray(18, end)),
    signature: bytes.subarray(end),
  };
}

export function writeSignature(signature: Signature): Uint8Array {
  const head = Buffer.alloc(18);
  head.writeUInt16BE(signature.covered, 0);
  head.writeUInt8(signature.algorithm, 2);
  head.writeUInt8(signature.labels, 3);
  head.writeUInt32BE(signature.originalTtl, 4);
  head.writeUInt32BE(signature.expiration, 8);
  head.writeUInt32BE(signature.inception, 12);
  head.writeUInt16BE(signature.keyTag, 16);
  return Buffer.concat([head, signature.signer, signature.signature]);
}

/** The bytes that a signature over these records signs; undefined if the owner has fewer labels than it says. */
export function signedBytes(signature: Signature, records: readonly RawRecord[]): Uint8Array | undefined {
  const [first] = records;
  if (first === undefined) return undefined;
  const owner = signedOwner(first.owner, signature.labels);
  if (owner === undefined) return undefined;
  const datas = records.map(canonicalData).sort((a, b) => Buffer.compare(a, b));
  const distinct = datas.filter((data, index) => index === 0 || Buffer.compare(data, datas[index - 1] ?? data) !== 0);
  const rest = distinct.map((data) => {
    const head = Buffer.alloc(10);
    head.writeUInt16BE(first.type, 0);
    head.writeUInt16BE(first.class, 2);
    head.writeUInt32BE(signature.originalTtl, 4);
    head.writeUInt16BE(data.length, 8);
    return Buffer.concat([owner, head, data]);
  });
  return Buffer.concat([writeSignature({ ...signature, signature: new Uint8Array() }), ...rest]);
}

/** The data with the names in lower case that RFC 4034 §6.2 lists; data that does not fit its type is left as it is. */
export function canonicalData(record: RawRecord): Uint8Array {
  const layout = layoutOf(record.type);
  if (layout?.includes("name") !== true) return record.rdata;
  const bytes = Buffer.from(record.rdata);
  let at = 0;
  for (const field of layout) {
    if (field === "u8" || field === "algorithm") at += 1;
    else if (field === "u16" || field === "type") at += 2;
    else if (field === "u32" || field === "ttl" || field === "time") at += 4;
    else if (field === "string") at += 1 + (bytes[at] ?? 0);
    else if (field === "name") {
      const end = nameEnd(bytes, at);
      if (end === undefined) return record.rdata;
      bytes.set(lowerCase(bytes.subarray(at, end)), at);
      at = end;
    } else break;
  }
  return bytes;
}

/** RFC 4034 appendix B. */
export function keyTagOf(dnskey: Uint8Array): number {
  const sum = dnskey.reduce((sum, octet, index) => sum + (index % 2 === 0 ? octet << 8 : octet), 0);
  return (sum + Math.floor(sum / 65_536)) & 0xffff;
}

const digests: Readonly<Record<number, string>> = { 1: "sha1", 2: "sha256", 4: "sha384" };

/** Undefined for a digest type that is not known here. */
export function dsDigest(owner: WireName, dnskey: Uint8Array, digestType: number): Uint8Array | undefined {
  const digest = digests[digestType];
  return digest === undefined ? undefined : createHash(digest).update(nameBytes(owner)).update(dnskey).digest();
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Records of one owner, class and type. */
export function rrsetKey(record: RawRecord): string {
  return `${record.owner} ${record.class} ${record.type}`;
}

export function isType(record: RawRecord, word: string): boolean {
  return record.type === typeNumber(word);
}

/** Where an uncompressed name ends. */
function nameEnd(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  for (;;) {
    const length = bytes[at];
    if (length === undefined || length > 63) return undefined;
    at += length + 1;
    if (length === 0) return at;
  }
}

function lowerCase(name: Uint8Array): Uint8Array {
  return Uint8Array.from(name, (octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet));
}

/** RFC 4035 §5.3.2: a name of more labels than the signature counts came from a wildcard. */
function signedOwner(owner: WireName, labels: number): Uint8Array | undefined {
  const bytes = nameBytes(owner);
  const starts: number[] = [];
  for (let at = 0; (bytes[at] ?? 0) !== 0; at += (bytes[at] ?? 0) + 1) starts.push(at);
  if (labels > starts.length) return undefined;
  if (labels === starts.length) return bytes;
  const start = starts[starts.length - labels] ?? bytes.length - 1;
  return Uint8Array.from([1, 0x2a, ...bytes.subarray(start)]);
}
