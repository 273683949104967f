/** Single words of zone text, each turned into the octets of one field. */
import { algorithmNumber, typeNumber } from "./registry.ts";

/** Ends the reading of a line; never leaves the reader. `unknown-type`: a type whose text form is not read here. */
export class Unreadable extends Error {
  readonly code: "unknown-type" | "malformed";
  constructor(code: "unknown-type" | "malformed", detail: string) {
    super(detail);
    this.code = code;
  }
}

export function malformed(detail: string): Unreadable {
  return new Unreadable("malformed", detail);
}

export function integer(word: string, max: number): number {
  if (!/^\d+$/.test(word) || Number(word) > max) throw malformed(`not a number up to ${max}: ${word}`);
  return Number(word);
}

const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

export function seconds(word: string): number {
  const parts = [...word.toLowerCase().matchAll(/(\d+)([wdhms]?)/g)];
  if (parts.map(([whole]) => whole).join("") !== word.toLowerCase() || parts.length === 0)
    throw malformed(`not a time to live: ${word}`);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 1), 0) >>> 0;
}

/** RFC 4034 §3.2. */
export function time(word: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(word)?.slice(1).map(Number);
  if (parts === undefined) return integer(word, 0xffffffff);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  return (Date.UTC(year, month - 1, day, hour, minute, second) / 1000) >>> 0;
}

export function algorithm(word: string): number {
  const number = algorithmNumber(word);
  if (number === undefined) throw malformed(`not an algorithm: ${word}`);
  return number;
}

export function bigEndian(value: number, bytes: number): Uint8Array {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

export function sized(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 255) throw malformed("more than 255 octets");
  return Uint8Array.from([bytes.length, ...bytes]);
}

export function characterString(text: string): Uint8Array {
  return sized(unescaped(text));
}

export function unescaped(text: string): Uint8Array {
  const octets = [...text.matchAll(/\\(\d{3})|\\?([^])/g)].flatMap(([, digits, plain]) =>
    digits === undefined ? [...Buffer.from(plain ?? "", "utf8")] : [Number(digits) & 0xff],
  );
  return Uint8Array.from(octets);
}

export function hex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw malformed(`not hexadecimal: ${text.slice(0, 40)}`);
  return Buffer.from(text, "hex");
}

const base32Digits = "0123456789abcdefghijklmnopqrstuv";

export function base32(text: string): Uint8Array {
  const octets: number[] = [];
  let held = 0;
  let bits = 0;
  for (const letter of text.toLowerCase().replace(/=+$/, "")) {
    const digit = base32Digits.indexOf(letter);
    if (digit < 0) throw malformed(`not base32: ${text}`);
    held = (held << 5) | digit;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    octets.push((held >> bits) & 0xff);
    held &= (1 << bits) - 1;
  }
  return Uint8Array.from(octets);
}

/** RFC 4034 §4.1.2: blocks of 256 types, each with the length of its bitmap. */
export function bitmaps(words: readonly string[]): Uint8Array {
  const blocks = new Map<number, number[]>();
  for (const word of words) {
    const type = typeNumber(word);
    if (type === undefined) throw new Unreadable("unknown-type", `cannot read ${word}`);
    const block = blocks.get(type >> 8) ?? [];
    const at = (type & 0xff) >> 3;
    while (block.length <= at) block.push(0);
    block[at] = (block[at] ?? 0) | (0x80 >> (type & 7));
    blocks.set(type >> 8, block);
  }
  const ordered = [...blocks].sort(([a], [b]) => a - b);
  return Uint8Array.from(ordered.flatMap(([number, bytes]) => [number, bytes.length, ...bytes]));
}

export function ipv4(text: string): Uint8Array {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) throw malformed(`not an IPv4 address: ${text}`);
  return Uint8Array.from(parts);
}

export function ipv6(text: string): Uint8Array {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted?.[2] === undefined ? [] : [...ipv4(dotted[2])];
  const words = dotted?.[1] === undefined ? text : dotted[1].replace(/([^:]):$/, "$1");
  const [left = "", right, ...more] = words.split("::");
  const groups = (part: string): number[] =>
    part
      .split(":")
      .filter((group) => group !== "")
      .flatMap((group) => {
        if (!/^[0-9a-f]{1,4}$/i.test(group)) throw malformed(`not an IPv6 address: ${text}`);
        const value = Number.parseInt(group, 16);
        return [value >> 8, value & 0xff];
      });
  const head = groups(left);
  const end = [...groups(right ?? ""), ...tail];
  const gap = 16 - head.length - end.length;
  if (more.length > 0 || gap < 0 || (right === undefined && gap !== 0)) throw malformed(`not an IPv6 address: ${text}`);
  return Uint8Array.from([...head, ...Array.from({ length: gap }, () => 0), ...end]);
}
