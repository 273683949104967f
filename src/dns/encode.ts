/** Writes DNS messages: questions for the stub, whole answers for the lab's name server. Names are compressed. */
import { isIpv6, type IpAddress } from "../base/index.ts";
import {
  classIn,
  codeOf,
  typeCode,
  type Edns,
  type Message,
  type RecordData,
  type ResourceRecord,
  type SoaData,
} from "./message.ts";
import { labelMaxOctets, labelsOf, parentName, wireNameMaxOctets, type WireName } from "./name.ts";
import { joined, nameOctets, writeRdata } from "./rdata.ts";

/** Throws a RangeError if the message, a name or a string in it is longer than the format allows: a bug of the caller. */
export function encodeMessage(message: Message): Uint8Array {
  const writer = new Writer();
  writer.u16(message.id);
  writer.u16(flagsOf(message));
  writer.u16(message.questions.length);
  writer.u16(message.answers.length);
  writer.u16(message.authorities.length);
  writer.u16(message.additionals.length + (message.edns === undefined ? 0 : 1));
  for (const question of message.questions) {
    writer.name(question.name);
    writer.u16(typeCode(question.type));
    writer.u16(question.class);
  }
  for (const record of [...message.answers, ...message.authorities, ...message.additionals])
    writeRecord(writer, record);
  if (message.edns !== undefined) writeOpt(writer, message.edns, message.rcode >> 4);
  return writer.done();
}

/**
 * The data in the form that is signed (RFC 4034 §6.2, RFC 6840 §5.1): no compression, and names in lower case except NSEC's. A
 * name here is always in lower case, and NSEC keeps its bytes.
 */
export function canonicalRdata(data: RecordData): Uint8Array {
  switch (data.type) {
    case "A":
    case "AAAA":
      return octetsOf(data.address);
    case "CNAME":
    case "NS":
    case "PTR":
    case "DNAME":
      return nameOctets(data.target);
    case "MX":
      return joined([data.preference >> 8, data.preference & 0xff], nameOctets(data.exchange));
    case "SOA":
      return joined(nameOctets(data.mname), nameOctets(data.rname), soaNumbers(data));
    case "TXT":
      return joined(...data.strings.flatMap((string) => [[string.length], string]));
    case "other":
      return data.rdata;
    default:
      return writeRdata(data);
  }
}

/** True if the name is short enough to be asked about (an address literal may not be). */
export function isEncodable(name: WireName): boolean {
  const labels = labelsOf(name);
  const octets = labels.reduce((sum, label) => sum + label.length + 1, 1);
  return octets <= wireNameMaxOctets && labels.every((label) => label.length > 0 && label.length <= labelMaxOctets);
}

const messageMaxBytes = 65_535;
const pointerTargetMax = 0x3fff;
const optType = 41;

function flagsOf(message: Message): number {
  return (
    (message.response ? 0x8000 : 0) |
    ((message.opcode & 0xf) << 11) |
    (message.authoritative ? 0x0400 : 0) |
    (message.truncated ? 0x0200 : 0) |
    (message.recursionDesired ? 0x0100 : 0) |
    (message.recursionAvailable ? 0x0080 : 0) |
    (message.authenticData ? 0x0020 : 0) |
    (message.checkingDisabled ? 0x0010 : 0) |
    (message.rcode & 0xf)
  );
}

function writeRecord(writer: Writer, record: ResourceRecord): void {
  writer.name(record.name);
  writer.u16(codeOf(record.data));
  writer.u16(classIn);
  writer.u32(record.ttlSeconds);
  writer.sized(() => writeData(writer, record.data));
}

function writeData(writer: Writer, data: RecordData): void {
  switch (data.type) {
    case "A":
    case "AAAA":
      return writer.bytes(octetsOf(data.address));
    case "CNAME":
    case "NS":
    case "PTR":
      return writer.name(data.target);
    case "DNAME":
      // RFC 6672 §2.5: never compressed.
      return writer.bytes(nameOctets(data.target));
    case "MX":
      writer.u16(data.preference);
      return writer.name(data.exchange);
    case "TXT":
      for (const string of data.strings) {
        if (string.length > 255) throw new RangeError("a TXT string of more than 255 octets");
        writer.u8(string.length);
        writer.bytes(string);
      }
      return;
    case "SOA":
      writer.name(data.mname);
      writer.name(data.rname);
      return writer.bytes(soaNumbers(data));
    case "other":
      return writer.bytes(data.rdata);
    default:
      return writer.bytes(writeRdata(data));
  }
}

function soaNumbers({ serial, refresh, retry, expire, minimum }: SoaData): Uint8Array {
  const numbers = new DataView(new ArrayBuffer(20));
  for (const [index, value] of [serial, refresh, retry, expire, minimum].entries()) numbers.setUint32(4 * index, value);
  return new Uint8Array(numbers.buffer);
}

/** RFC 6891 §6.1.2. */
function writeOpt(writer: Writer, edns: Edns, extendedRcode: number): void {
  writer.u8(0);
  writer.u16(optType);
  writer.u16(edns.udpPayload);
  writer.u32(((extendedRcode << 24) | (edns.version << 16) | (edns.dnssecOk ? 0x8000 : 0)) >>> 0);
  writer.sized(() => {
    for (const option of edns.options) {
      writer.u16(option.code);
      writer.u16(option.data.length);
      writer.bytes(option.data);
    }
  });
}

class Writer {
  #buffer = Buffer.allocUnsafe(512);
  #at = 0;
  /** Where each name already stands, for compression (RFC 1035 §4.1.4). */
  readonly #places = new Map<WireName, number>();

  u8(value: number): void {
    this.#room(1);
    this.#at = this.#buffer.writeUInt8(value, this.#at);
  }

  u16(value: number): void {
    this.#room(2);
    this.#at = this.#buffer.writeUInt16BE(value, this.#at);
  }

  u32(value: number): void {
    this.#room(4);
    this.#at = this.#buffer.writeUInt32BE(value, this.#at);
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  name(name: WireName): void {
    if (!isEncodable(name)) throw new RangeError(`a name that is too long: ${JSON.stringify(name)}`);
    let rest: WireName | undefined = name;
    for (const label of labelsOf(name)) {
      const place: number | undefined = rest === undefined ? undefined : this.#places.get(rest);
      if (place !== undefined) return this.u16(0xc000 | place);
      if (rest !== undefined && this.#at <= pointerTargetMax) this.#places.set(rest, this.#at);
      this.u8(label.length);
      this.bytes(label);
      rest = rest === undefined ? undefined : parentName(rest);
    }
    this.u8(0);
  }

  /** Writes what `write` writes, with its length in two bytes before it. */
  sized(write: () => void): void {
    const lengthAt = this.#at;
    this.u16(0);
    write();
    this.#buffer.writeUInt16BE(this.#at - lengthAt - 2, lengthAt);
  }

  done(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, 0, this.#at);
  }

  #room(count: number): void {
    const needed = this.#at + count;
    if (needed > messageMaxBytes) throw new RangeError("a message of more than 65,535 bytes");
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.min(messageMaxBytes, Math.max(needed, this.#buffer.length * 2)));
    larger.set(this.#buffer.subarray(0, this.#at));
    this.#buffer = larger;
  }
}

/** 4 or 16 octets. An IpAddress is canonical: IPv6 compressed, without an embedded IPv4 part. */
function octetsOf(address: IpAddress): Uint8Array {
  if (!isIpv6(address)) return Uint8Array.from(address.split("."), Number);
  const [head = "", tail] = address.split("::");
  const left = groupsOf(head);
  const right = groupsOf(tail ?? "");
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => 0);
  return Uint8Array.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}
