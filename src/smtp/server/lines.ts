/**
 * The bytes that have come and are not read yet, and command lines out of them. Only CRLF ends a line (TLS-8); a bare LF is
 * part of the line and makes it a bad one. A line longer than its limit is thrown away up to its CRLF.
 */
import { limits } from "../../base/index.ts";

export type LineResult =
  /** The line without its CRLF. A view, to be read at once. */
  | { readonly kind: "line"; readonly line: Buffer }
  /** It has been thrown away. */
  | { readonly kind: "too-long" }
  /** So much without a CRLF that nobody means it. */
  | { readonly kind: "hopeless" }
  /** No whole line yet. */
  | { readonly kind: "none" };

/** Bytes of one overlong line that are thrown away before the connection is. */
const skippedMaxBytes = 1_048_576;

export class InputBuffer {
  /** The chunk being read, and where: content is read from here without copying. Valid after `fill` said true. */
  chunk: Buffer = empty;
  at = 0;
  /** Bytes in chunks behind `chunk`. */
  waiting = 0;

  readonly #behind: Buffer[] = [];
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #skipped = 0;
  #afterCr = false;

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.at === this.chunk.length && this.#behind.length === 0) {
      this.chunk = chunk;
      this.at = 0;
      return;
    }
    this.#behind.push(chunk);
    this.waiting += chunk.length;
  }

  /** True if there is a byte at `chunk[at]`. */
  fill(): boolean {
    if (this.at < this.chunk.length) return true;
    const next = this.#behind.shift();
    if (next === undefined) {
      this.chunk = empty;
      this.at = 0;
      return false;
    }
    this.waiting -= next.length;
    this.chunk = next;
    this.at = 0;
    return true;
  }

  /** True if a byte is here that no line has taken, a begun line included. */
  get hasUnread(): boolean {
    return this.at < this.chunk.length || this.#behind.length > 0 || this.#partialBytes > 0 || this.#skipped > 0;
  }

  forget(): void {
    this.chunk = empty;
    this.at = 0;
    this.waiting = 0;
    this.#behind.length = 0;
    this.#dropPartial();
    this.#skipped = 0;
    this.#afterCr = false;
  }

  /** `authLine`: a response of AUTH is expected, which may be longer. */
  nextLine(authLine: boolean): LineResult {
    while (this.fill()) {
      const { chunk, at } = this;
      const end = this.#lineEnd(chunk, at);
      const stop = end < 0 ? chunk.length : end;
      if (end < 0) this.#afterCr = chunk[chunk.length - 1] === cr;
      this.at = stop;
      const result = this.#take(chunk.subarray(at, stop), end >= 0, authLine);
      if (result !== undefined) return result;
    }
    return none;
  }

  /** The index behind the first CRLF, or -1. */
  #lineEnd(chunk: Buffer, from: number): number {
    for (let at = chunk.indexOf(lf, from); at >= 0; at = chunk.indexOf(lf, at + 1)) {
      const afterCr = at > from ? chunk[at - 1] === cr : this.#afterCr;
      if (afterCr) return at + 1;
    }
    return -1;
  }

  #take(piece: Buffer, whole: boolean, authLine: boolean): LineResult | undefined {
    if (whole) this.#afterCr = false;
    if (this.#skipped > 0) return this.#skip(piece.length, whole);
    const length = this.#partialBytes + piece.length;
    if (length > limits.commandLineMaxBytes && length > this.#limit(piece, authLine)) {
      this.#dropPartial();
      return this.#skip(length, whole);
    }
    if (!whole) {
      // A copy: a few bytes must not keep a whole chunk alive.
      this.#partial.push(Buffer.from(piece));
      this.#partialBytes = length;
      return undefined;
    }
    if (this.#partialBytes === 0) return { kind: "line", line: piece.subarray(0, -2) };
    const line = Buffer.concat([...this.#partial, piece]).subarray(0, -2);
    this.#dropPartial();
    return { kind: "line", line };
  }

  #skip(bytes: number, whole: boolean): LineResult | undefined {
    this.#skipped += bytes;
    if (this.#skipped > skippedMaxBytes) return hopeless;
    if (!whole) return undefined;
    this.#skipped = 0;
    return tooLong;
  }

  #limit(piece: Buffer, authLine: boolean): number {
    if (authLine) return limits.authLineMaxBytes;
    const start = Buffer.concat([...this.#partial, piece.subarray(0, 5)]).toString("latin1", 0, 5);
    return start.toUpperCase() === "AUTH " ? limits.authLineMaxBytes : limits.commandLineMaxBytes;
  }

  #dropPartial(): void {
    this.#partial = [];
    this.#partialBytes = 0;
  }
}

const cr = 13;
const lf = 10;
const empty = Buffer.alloc(0);
const none: LineResult = { kind: "none" };
const tooLong: LineResult = { kind: "too-long" };
const hopeless: LineResult = { kind: "hopeless" };
