/**
 * Numbers and names of messages. A row's number tells when it was made (milliseconds × 1,024, counted up within one), so that
 * new rows are always appended to their table; a message's public id is that number and 75 bits of chance.
 */
import type { Instant, MessageId, Random } from "../../base/index.ts";

/** Crockford's base 32: no letter that is taken for another. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const serialChars = 11;
const nonceChars = 15;
const noncesPerDraw = 64;
const perMs = 1024;

export interface MessageKey {
  readonly serial: number;
  readonly nonce: string;
}

/** Never repeats and never falls, even if the clock does. Holds until the year 2248 (2^53). */
export class Serials {
  #last: number;

  constructor(last: number) {
    this.#last = last;
  }

  next(now: Instant, count = 1): number {
    const first = Math.max(this.#last + 1, Math.floor(now) * perMs);
    this.#last = first + count - 1;
    return first;
  }
}

/** Draws for many messages at a time: asking the system for chance costs more than all else about an id. */
export class Nonces {
  readonly #random: Random;
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): string {
    if (this.#at + nonceChars > this.#bytes.length) {
      this.#bytes = this.#random.bytes(nonceChars * noncesPerDraw);
      this.#at = 0;
    }
    let text = "";
    for (const byte of this.#bytes.subarray(this.#at, this.#at + nonceChars)) text += alphabet.charAt(byte & 31);
    this.#at += nonceChars;
    return text;
  }
}

export function formatMessageId({ serial, nonce }: MessageKey): MessageId {
  let rest = serial;
  let text = "";
  for (let place = 0; place < serialChars; place++) {
    text = alphabet.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return (text + nonce) as MessageId;
}

/** Undefined if it cannot be the id of any message of this queue. */
export function parseMessageId(id: string): MessageKey | undefined {
  if (id.length !== serialChars + nonceChars) return undefined;
  let serial = 0;
  for (const char of id) {
    if (!alphabet.includes(char)) return undefined;
  }
  for (const char of id.slice(0, serialChars)) serial = serial * 32 + alphabet.indexOf(char);
  return Number.isSafeInteger(serial) ? { serial, nonce: id.slice(serialChars) } : undefined;
}
