/**
 * The data of the types whose names are never compressed (RFC 3597 §4, RFC 4034, RFC 5155, RFC 6698, RFC 8659): bytes to
 * shapes and back. What does not fit its type's format is no record of that type: it is passed on as bytes.
 */
import type { Nsec3Data, NsecData, RecordData } from "./message.ts";
import { labelsOf, labelText, rootName, wireNameMaxOctets, type WireName } from "./name.ts";

/** Undefined if the type is not one of these, or the bytes are not its format. */
export function readRdata(type: string, rdata: Uint8Array): RecordData | undefined {
  const read = readers[type];
  if (read === undefined) return undefined;
  const cursor = new Cursor(rdata);
  const data = read(cursor, rdata);
  return data === undefined || !cursor.ended ? undefined : data;
}

/** The types whose data has a reader and a writer here. */
type Uncompressed = Exclude<
  RecordData,
  { readonly type: "A" | "AAAA" | "CNAME" | "NS" | "PTR" | "DNAME" | "MX" | "TXT" | "SOA" | "other" }
>;

/** The bytes of such data. */
export function writeRdata(data: Uncompressed): Uint8Array {
  switch (data.type) {
    case "DNSKEY":
      return joined(u16(data.flags), [data.protocol, data.algorithm], data.publicKey);
    case "DS":
      return joined(u16(data.keyTag), [data.algorithm, data.digestType], data.digest);
    case "RRSIG":
      return joined(
        u16(data.covered),
        [data.algorithm, data.labels],
        u32(data.originalTtl),
        u32(data.expiration),
        u32(data.inception),
        u16(data.keyTag),
        nameOctets(data.signer),
        data.signature,
      );
    case "NSEC":
      return data.rdata;
    case "NSEC3":
      return joined(nsec3Head(data), [data.nextHash.length], data.nextHash, data.bitmap);
    case "NSEC3PARAM":
      return nsec3Head(data);
    case "TLSA":
    case "SMIMEA":
      return joined([data.usage, data.selector, data.matching], data.association);
    case "OPENPGPKEY":
      return data.key;
    case "CAA":
      return joined([data.flags, data.tag.length], Buffer.from(data.tag, "latin1"), data.value);
  }
}

/** An NSEC record's data from its parts. `types` by their numbers. */
export function nsecData(next: WireName, types: Iterable<number>): NsecData {
  const bitmap = writeBitmap(types);
  return { type: "NSEC", next, bitmap, rdata: joined(nameOctets(next), bitmap) };
}

/** True if a type bitmap has the type (RFC 4034 §4.1.2). */
export function hasType(bitmap: Uint8Array, code: number): boolean {
  const window = code >> 8;
  for (let at = 0; at + 2 <= bitmap.length; at += 2 + (bitmap[at + 1] ?? 0)) {
    if (bitmap[at] !== window) continue;
    const octet = (code & 0xff) >> 3;
    if (octet >= (bitmap[at + 1] ?? 0)) return false;
    return ((bitmap[at + 2 + octet] ?? 0) & (0x80 >> (code & 7))) !== 0;
  }
  return false;
}

/** All types of a bitmap, by number, in order. */
export function typesOf(bitmap: Uint8Array): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at + 2 <= bitmap.length; at += 2 + (bitmap[at + 1] ?? 0)) {
    const window = bitmap[at] ?? 0;
    const length = bitmap[at + 1] ?? 0;
    for (let octet = 0; octet < length; octet++) {
      for (let bit = 0; bit < 8; bit++) {
        if (((bitmap[at + 2 + octet] ?? 0) & (0x80 >> bit)) !== 0) types.push((window << 8) | (octet << 3) | bit);
      }
    }
  }
  return types;
}

/** RFC 4034 §4.1.2. */
export function writeBitmap(types: Iterable<number>): Uint8Array {
  const windows = new Map<number, number[]>();
  for (const type of [...types].toSorted((a, b) => a - b)) {
    const octets = windows.get(type >> 8) ?? [];
    windows.set(type >> 8, octets);
    const at = (type & 0xff) >> 3;
    while (octets.length <= at) octets.push(0);
    octets[at] = (octets[at] ?? 0) | (0x80 >> (type & 7));
  }
  return Uint8Array.from([...windows].flatMap(([window, octets]) => [window, octets.length, ...octets]));
}

/** A name as it stands on the wire, without compression and in lower case: its canonical form (RFC 4034 §6.2). */
export function nameOctets(name: WireName): Uint8Array {
  if (name === rootName) return Uint8Array.of(0);
  if (!name.includes("\\")) return plainNameOctets(name);
  return joined(...labelsOf(name).flatMap((label) => [[label.length], label]), [0]);
}

/** The common case, where each character is an octet and each dot ends a label. */
function plainNameOctets(name: WireName): Uint8Array {
  const octets = new Uint8Array(name.length + 2);
  let lengthAt = 0;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code === dot) {
      octets[lengthAt] = at - lengthAt;
      lengthAt = at + 1;
    } else octets[at + 1] = code;
  }
  octets[lengthAt] = name.length - lengthAt;
  return octets;
}

const dot = 0x2e;

type Read = (cursor: Cursor, rdata: Uint8Array) => RecordData | undefined;

const readers: Readonly<Record<string, Read>> = {
  DNSKEY(cursor) {
    const [flags, protocol, algorithm] = [cursor.u16(), cursor.u8(), cursor.u8()];
    return { type: "DNSKEY", flags, protocol, algorithm, publicKey: cursor.rest() };
  },
  DS(cursor) {
    const [keyTag, algorithm, digestType] = [cursor.u16(), cursor.u8(), cursor.u8()];
    return { type: "DS", keyTag, algorithm, digestType, digest: cursor.rest() };
  },
  RRSIG(cursor) {
    const [covered, algorithm, labels] = [cursor.u16(), cursor.u8(), cursor.u8()];
    const [originalTtl, expiration, inception] = [cursor.u32(), cursor.u32(), cursor.u32()];
    const keyTag = cursor.u16();
    const signer = cursor.name();
    if (signer === undefined) return undefined;
    const signature = cursor.rest();
    return {
      type: "RRSIG",
      covered,
      algorithm,
      labels,
      originalTtl,
      expiration,
      inception,
      keyTag,
      signer,
      signature,
    };
  },
  NSEC(cursor, rdata) {
    const next = cursor.name();
    const bitmap = cursor.rest();
    return next === undefined || !isBitmap(bitmap) ? undefined : { type: "NSEC", next, bitmap, rdata };
  },
  NSEC3(cursor) {
    const head = readNsec3Head(cursor);
    const nextHash = cursor.take(cursor.u8());
    const bitmap = cursor.rest();
    return nextHash.length === 0 || !isBitmap(bitmap) ? undefined : { type: "NSEC3", ...head, nextHash, bitmap };
  },
  NSEC3PARAM: (cursor) => ({ type: "NSEC3PARAM", ...readNsec3Head(cursor) }),
  TLSA: (cursor) => ({ type: "TLSA", ...readAssociation(cursor) }),
  SMIMEA: (cursor) => ({ type: "SMIMEA", ...readAssociation(cursor) }),
  OPENPGPKEY: (cursor) => ({ type: "OPENPGPKEY", key: cursor.rest() }),
  CAA(cursor) {
    const flags = cursor.u8();
    const tag = Buffer.from(cursor.take(cursor.u8())).toString("latin1");
    return { type: "CAA", flags, tag, value: cursor.rest() };
  },
};

type Nsec3Head = Pick<Nsec3Data, "hashAlgorithm" | "flags" | "iterations" | "salt">;

function readNsec3Head(cursor: Cursor): Nsec3Head {
  const [hashAlgorithm, flags, iterations] = [cursor.u8(), cursor.u8(), cursor.u16()];
  return { hashAlgorithm, flags, iterations, salt: cursor.take(cursor.u8()) };
}

function nsec3Head({ hashAlgorithm, flags, iterations, salt }: Nsec3Head): Uint8Array {
  return joined([hashAlgorithm, flags], u16(iterations), [salt.length], salt);
}

function readAssociation(cursor: Cursor): {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  readonly association: Uint8Array;
} {
  const [usage, selector, matching] = [cursor.u8(), cursor.u8(), cursor.u8()];
  return { usage, selector, matching, association: cursor.rest() };
}

/** RFC 4034 §4.1.2: windows in ascending order, each of 1 to 32 octets. */
function isBitmap(bytes: Uint8Array): boolean {
  let last = -1;
  let at = 0;
  while (at < bytes.length) {
    const window = bytes[at] ?? 0;
    const length = bytes[at + 1] ?? 0;
    if (window <= last || length < 1 || length > 32 || at + 2 + length > bytes.length) return false;
    last = window;
    at += 2 + length;
  }
  return true;
}

/** Reads forward; reading beyond the end gives zeros and is told by `ended`. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  u8(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  u16(): number {
    return (this.u8() << 8) | this.u8();
  }

  u32(): number {
    return ((this.u16() << 16) | this.u16()) >>> 0;
  }

  take(count: number): Uint8Array {
    this.#at += count;
    return this.#bytes.slice(this.#at - count, this.#at);
  }

  rest(): Uint8Array {
    return this.#at > this.#bytes.length ? new Uint8Array() : this.take(this.#bytes.length - this.#at);
  }

  name(): WireName | undefined {
    const labels: string[] = [];
    for (let octets = 1; ;) {
      const length = this.#bytes[this.#at];
      if (length === undefined || length > 63) return undefined;
      this.#at++;
      if (length === 0) return labels.length === 0 ? rootName : (labels.join(".") as WireName);
      octets += length + 1;
      if (octets > wireNameMaxOctets || this.#at + length > this.#bytes.length) return undefined;
      labels.push(labelText(this.#bytes, this.#at, this.#at + length));
      this.#at += length;
    }
  }
}

function u16(value: number): readonly number[] {
  return [value >> 8, value & 0xff];
}

function u32(value: number): readonly number[] {
  return [value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
}

export function joined(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
