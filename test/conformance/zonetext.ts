/**
 * Records and questions as zone files write them (RFC 1035 §5.1, RFC 3597 §5, RFC 4034, RFC 5155), one a line, into wire format.
 * Every record can also be written in the generic form `TYPE123 \# 2 abcd`.
 */
import { err, ok, type Result } from "../../src/base/index.ts";
import { parseWireName, type WireName } from "../../src/dns/index.ts";
import {
  algorithm,
  base32,
  bigEndian,
  bitmaps,
  characterString,
  hex,
  integer,
  ipv4,
  ipv6,
  malformed,
  seconds,
  sized,
  time,
  unescaped,
  Unreadable,
} from "./fields.ts";
import { layoutOf, type Field } from "./layouts.ts";
import { classNumber, typeNumber, typeWord } from "./registry.ts";

/** A record as bytes: owner in lower case, data uncompressed and exactly as it was written. */
export interface RawRecord {
  readonly owner: WireName;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  readonly rdata: Uint8Array;
}

export interface RawQuestion {
  readonly name: WireName;
  readonly type: number;
  readonly class: number;
}

export interface ZoneContext {
  /** Ends every name that does not end with a dot. */
  readonly origin: string;
  readonly ttlSeconds: number;
}

/** `unknown-type`: the text form of this type is not read here, which says nothing about the text. */
export interface ZoneFault {
  readonly code: "unknown-type" | "malformed";
  readonly detail: string;
}

export function readRecord(line: string, context: ZoneContext): Result<RawRecord, ZoneFault> {
  return attempt(() => {
    const words = new Words(line, context.origin);
    const owner = words.wireName();
    let ttlSeconds = context.ttlSeconds;
    let recordClass = 1;
    for (;;) {
      const word = words.peek();
      const asClass = classNumber(word);
      if (/^\d[\dwdhms]*$/i.test(word)) ttlSeconds = seconds(words.next());
      else if (asClass !== undefined && word.toUpperCase() !== "ANY") {
        recordClass = asClass;
        words.next();
      } else break;
    }
    const type = words.type();
    return { owner, type, class: recordClass, ttlSeconds, rdata: words.data(type) };
  });
}

/** `www.example.com. IN A`; the class may be left out. */
export function readQuestion(line: string, context: ZoneContext): Result<RawQuestion, ZoneFault> {
  return attempt(() => {
    const words = new Words(line, context.origin);
    const name = words.wireName();
    const asClass = words.left > 1 ? classNumber(words.peek()) : undefined;
    if (asClass !== undefined) words.next();
    return { name, type: words.type(), class: asClass ?? 1 };
  });
}

/** The labels of a name and the root's, uncompressed, letters as they were written. */
export function nameBytes(text: string, origin = "."): Uint8Array {
  if (text === "@") return nameBytes(origin);
  const octets: number[] = [];
  let label: number[] = [];
  let absolute = false;
  if (text === ".") return Uint8Array.of(0);
  for (let at = 0; at < text.length; at++) {
    const escape = /^\\(\d{3}|.)/.exec(text.slice(at));
    absolute = text[at] === ".";
    if (absolute) {
      octets.push(label.length, ...label);
      label = [];
    } else if (escape?.[1] === undefined) label.push(text.charCodeAt(at));
    else {
      label.push(escape[1].length === 3 ? Number(escape[1]) : escape[1].charCodeAt(0));
      at += escape[1].length;
    }
  }
  if (absolute) return Uint8Array.from([...octets, 0]);
  octets.push(label.length, ...label);
  return Uint8Array.from([...octets, ...nameBytes(origin)]);
}

function attempt<T>(read: () => T): Result<T, ZoneFault> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof Unreadable) return err({ code: error.code, detail: error.message });
    throw error;
  }
}

/** The words of one line, taken one after another. */
class Words {
  readonly #words: readonly string[];
  readonly #origin: string;
  #at = 0;

  constructor(line: string, origin: string) {
    this.#origin = origin;
    const found = line.matchAll(/"((?:[^"\\]|\\.)*)"|;.*$|[()]|((?:[^\s;()"\\]|\\.)+)/g);
    this.#words = [...found].flatMap(([, quoted, plain]) => quoted ?? plain ?? []);
  }

  get left(): number {
    return this.#words.length - this.#at;
  }

  peek(): string {
    const word = this.#words[this.#at];
    if (word === undefined) throw malformed("the line ends too early");
    return word;
  }

  next(): string {
    const word = this.peek();
    this.#at++;
    return word;
  }

  wireName(): WireName {
    const text = this.next();
    const whole =
      text === "@" ? this.#origin : text.endsWith(".") ? text : `${text}.${this.#origin.replace(/^\./, "")}`;
    const name = parseWireName(whole);
    if (!name.ok) throw malformed(`not a name: ${text}`);
    return name.value;
  }

  type(): number {
    const word = this.next();
    const type = typeNumber(word);
    if (type === undefined) throw new Unreadable("unknown-type", `cannot read ${word}`);
    return type;
  }

  data(type: number): Uint8Array {
    if (this.left > 0 && this.peek() === "\\#") return this.#generic();
    const layout = layoutOf(type);
    if (layout === undefined) throw new Unreadable("unknown-type", `cannot read ${typeWord(type)}`);
    const parts = layout.map((field) => this.#field(field));
    if (this.left > 0) throw malformed(`more words than a ${typeWord(type)} record has: ${this.peek()}`);
    return Buffer.concat(parts);
  }

  /** RFC 3597 §5. */
  #generic(): Uint8Array {
    this.next();
    const length = integer(this.next(), 0xffff);
    const data = hex(this.#rest());
    if (data.length !== length) throw malformed("generic data of another length than it says");
    return data;
  }

  #field(field: Field): Uint8Array {
    switch (field) {
      case "u8":
        return bigEndian(integer(this.next(), 0xff), 1);
      case "u16":
        return bigEndian(integer(this.next(), 0xffff), 2);
      case "u32":
        return bigEndian(integer(this.next(), 0xffffffff), 4);
      case "ttl":
        return bigEndian(seconds(this.next()), 4);
      case "time":
        return bigEndian(time(this.next()), 4);
      case "name":
      case "exact-name":
        return this.#name();
      case "ip4":
        return ipv4(this.next());
      case "ip6":
        return ipv6(this.next());
      case "string":
        return characterString(this.next());
      case "strings":
        return Buffer.concat(this.#all().map(characterString));
      case "text":
        return unescaped(this.next());
      case "type":
        return bigEndian(this.type(), 2);
      case "algorithm":
        return bigEndian(algorithm(this.next()), 1);
      case "base64":
        return Buffer.from(this.#rest(), "base64");
      case "hex":
        return hex(this.#rest());
      case "salt":
        return sized(this.peek() === "-" ? (this.next(), new Uint8Array()) : hex(this.next()));
      case "hash":
        return sized(base32(this.next()));
      case "types":
        return bitmaps(this.#all());
    }
  }

  #name(): Uint8Array {
    const text = this.peek();
    this.wireName();
    return nameBytes(text, this.#origin);
  }

  #all(): readonly string[] {
    return Array.from({ length: this.left }, () => this.next());
  }

  #rest(): string {
    return this.#all().join("");
  }
}
