/**
 * Reads a DNS message from bytes that anyone may have sent. Whatever they are, the answer is a Message or a fault, after work
 * that is bounded by the length of the bytes: names are at most 255 octets, a compression pointer only ever points
 * backwards, and every record has to fit its stated length exactly.
 */
import { err, ip, ok, type IpAddress, type Result } from "../base/index.ts";
import { dnsLimits } from "./limits.ts";
import {
  classIn,
  typeName,
  type Edns,
  type Message,
  type Question,
  type RecordData,
  type ResourceRecord,
} from "./message.ts";
import { labelText, rootName, wireNameMaxOctets, type WireName } from "./name.ts";
import { joined, nameOctets, readRdata } from "./rdata.ts";

/** What was wrong, in English, made of nothing that the sender chose. */
export type WireFault = string;

/** Reads one message; bytes behind it are ignored. */
export function decodeMessage(bytes: Uint8Array): Result<Message, WireFault> {
  try {
    return ok(new Reader(bytes).message());
  } catch (error) {
    if (error instanceof Malformed) return err(error.message);
    throw error;
  }
}

/** The id of a message, if there are enough bytes to be one. */
export function messageId(bytes: Uint8Array): number | undefined {
  return bytes.length < headerBytes ? undefined : ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

export const headerBytes = 12;
const optType = 41;

/** Ends the reading; never leaves this file. */
class Malformed extends Error {}

/** What a section holds: records of class IN, and OPT, which is none. */
interface Section {
  readonly records: ResourceRecord[];
  edns?: Edns & { readonly extendedRcode: number };
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A plain array even for a Buffer, whose `slice` would share memory.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(): Message {
    const id = this.#u16();
    const flags = this.#u16();
    const [questionCount, answerCount, authorityCount, additionalCount] = [
      this.#u16(),
      this.#u16(),
      this.#u16(),
      this.#u16(),
    ];
    const questions = Array.from({ length: questionCount }, () => this.#question());
    const answers = this.#section(answerCount);
    const authorities = this.#section(authorityCount);
    const additionals = this.#section(additionalCount);
    if (answers.edns !== undefined || authorities.edns !== undefined)
      throw new Malformed("OPT outside the additional section");
    const opt = additionals.edns;
    return {
      id,
      response: (flags & 0x8000) !== 0,
      opcode: (flags >> 11) & 0xf,
      authoritative: (flags & 0x0400) !== 0,
      truncated: (flags & 0x0200) !== 0,
      recursionDesired: (flags & 0x0100) !== 0,
      recursionAvailable: (flags & 0x0080) !== 0,
      authenticData: (flags & 0x0020) !== 0,
      checkingDisabled: (flags & 0x0010) !== 0,
      rcode: (flags & 0xf) | ((opt?.extendedRcode ?? 0) << 4),
      questions,
      answers: answers.records,
      authorities: authorities.records,
      additionals: additionals.records,
      ...(opt === undefined ? {} : { edns: withoutRcode(opt) }),
    };
  }

  #question(): Question {
    return { name: this.#name(), type: typeName(this.#u16()), class: this.#u16() };
  }

  #section(count: number): Section {
    const section: Section = { records: [] };
    // The count is the sender's claim: where the bytes end, so does the reading.
    for (let index = 0; index < count; index++) this.#record(section);
    return section;
  }

  #record(section: Section): void {
    const name = this.#name();
    const type = this.#u16();
    const recordClass = this.#u16();
    const ttl = this.#u32();
    const length = this.#u16();
    const end = this.#at + length;
    this.#need(length);
    if (type === optType) {
      if (section.edns !== undefined) throw new Malformed("two OPT records");
      if (name !== rootName) throw new Malformed("an OPT record with a name");
      section.edns = this.#opt(recordClass, ttl, end);
    } else if (recordClass === classIn) {
      section.records.push({ name, ttlSeconds: ttl > 0x7fffffff ? 0 : ttl, data: this.#data(type, length) });
    } else this.#at = end;
    if (this.#at !== end) throw new Malformed(`a ${typeName(type)} record that does not fit its length`);
  }

  #data(code: number, length: number): RecordData {
    const end = this.#at + length;
    const type = typeName(code);
    switch (type) {
      case "A":
        return { type: "A", address: ipv4(this.#take(4)) };
      case "AAAA":
        return { type: "AAAA", address: ipv6(this.#take(16)) };
      case "CNAME":
      case "NS":
      case "PTR":
      case "DNAME":
        return { type, target: this.#name() };
      case "MX":
        return { type: "MX", preference: this.#u16(), exchange: this.#name() };
      case "TXT": {
        const strings: Uint8Array[] = [];
        while (this.#at < end) strings.push(this.#take(this.#u8()));
        return { type: "TXT", strings };
      }
      case "SOA":
        return {
          type: "SOA",
          mname: this.#name(),
          rname: this.#name(),
          serial: this.#u32(),
          refresh: this.#u32(),
          retry: this.#u32(),
          expire: this.#u32(),
          minimum: this.#u32(),
        };
      default: {
        const rdata = layouts.has(code) ? this.#expanded(layouts.get(code) ?? "", length) : this.#take(length);
        return readRdata(type, rdata) ?? { type: "other", code, rdata };
      }
    }
  }

  /**
   * Data with names in it that are compared without case: uncompressed and in lower case, which is the form that is signed
   * (RFC 3597 §4, RFC 4034 §6.2). Data that does not fit the layout stays as it is.
   */
  #expanded(layout: string, length: number): Uint8Array {
    const start = this.#at;
    const end = start + length;
    try {
      const parts: Uint8Array[] = [];
      for (const part of layout) {
        if (this.#at > end) break;
        if (part === "n") parts.push(nameOctets(this.#name()));
        else if (part === "s") parts.push(this.#take(1 + this.#byteAt(this.#at)));
        else if (part === "*") parts.push(this.#take(end - this.#at));
        else parts.push(this.#take(Number(part)));
      }
      if (this.#at === end) return joined(...parts);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
    this.#at = start;
    return this.#take(length);
  }

  /** RFC 6891 §6.1.2, 6.1.3: the class is the payload size, the TTL is rcode, version and flags. */
  #opt(udpPayload: number, ttl: number, end: number): NonNullable<Section["edns"]> {
    const options: { code: number; data: Uint8Array }[] = [];
    while (this.#at < end) options.push({ code: this.#u16(), data: this.#take(this.#u16()) });
    return {
      udpPayload,
      extendedRcode: ttl >>> 24,
      version: (ttl >>> 16) & 0xff,
      dnssecOk: (ttl & 0x8000) !== 0,
      options,
    };
  }

  /**
   * RFC 1035 §4.1.4. A pointer must lead to before the run of labels that it ends, so that following them always ends.
   */
  #name(): WireName {
    const labels: string[] = [];
    let at = this.#at;
    let runStart = at;
    let behind: number | undefined;
    let octets = 1;
    let pointers = 0;
    for (;;) {
      const length = this.#byteAt(at);
      if (length === 0) break;
      if ((length & 0xc0) === 0xc0) {
        const target = ((length & 0x3f) << 8) | this.#byteAt(at + 1);
        behind ??= at + 2;
        if (target >= runStart) throw new Malformed("a compression pointer that does not point backwards");
        if (++pointers > dnsLimits.pointersPerNameMax) throw new Malformed("too many compression pointers");
        at = target;
        runStart = target;
        continue;
      }
      if ((length & 0xc0) !== 0) throw new Malformed("an unknown kind of label");
      octets += length + 1;
      if (octets > wireNameMaxOctets) throw new Malformed("a name of more than 255 octets");
      if (at + 1 + length > this.#bytes.length) throw new Malformed(short);
      labels.push(labelText(this.#bytes, at + 1, at + 1 + length));
      at += length + 1;
    }
    this.#at = behind ?? at + 1;
    return labels.length === 0 ? rootName : (labels.join(".") as WireName);
  }

  #need(count: number): void {
    if (this.#at + count > this.#bytes.length) throw new Malformed(short);
  }

  #byteAt(at: number): number {
    const byte = this.#bytes[at];
    if (byte === undefined) throw new Malformed(short);
    return byte;
  }

  #take(count: number): Uint8Array {
    this.#need(count);
    this.#at += count;
    // A copy: what is kept of a message must not keep the whole message in memory.
    return this.#bytes.slice(this.#at - count, this.#at);
  }

  #u8(): number {
    this.#need(1);
    this.#at += 1;
    return this.#view.getUint8(this.#at - 1);
  }

  #u16(): number {
    this.#need(2);
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2);
  }

  #u32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }
}

const short = "the message ends too early";

/**
 * The other types of RFC 4034 §6.2, by number: `n` a name, `s` a string with its length before it, a digit that many octets.
 * MD, MF, MB, MG, MR; MINFO, RP; AFSDB, RT, KX; SIG and NXT; PX, SRV, NAPTR.
 */
const layouts: ReadonlyMap<number, string> = new Map([
  ...[3, 4, 7, 8, 9].map((code) => [code, "n"] as const),
  [14, "nn"],
  [17, "nn"],
  ...[18, 21, 36].map((code) => [code, "2n"] as const),
  [24, "99n*"],
  [26, "2nn"],
  [30, "n*"],
  [33, "6n"],
  [35, "4sssn"],
]);

function withoutRcode({ udpPayload, version, dnssecOk, options }: Edns): Edns {
  return { udpPayload, version, dnssecOk, options };
}

function ipv4(octets: Uint8Array): IpAddress {
  return ip(octets.join("."));
}

function ipv6(octets: Uint8Array): IpAddress {
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push((((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)).toString(16));
  return ip(groups.join(":"));
}
