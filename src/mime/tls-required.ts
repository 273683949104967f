/**
 * Looks for `TLS-Required: No` in the header of a message that passes by (RFC 8689 §3). A header section longer than is looked at says nothing,
 * which only ever asks for more.
 */
import { mimeLimits } from "./limits.ts";

export class TlsRequiredSpotter {
  #text = "";
  #isOver = false;
  #found = false;

  push(chunk: Uint8Array): void {
    if (this.#isOver) return;
    const piece = chunk.subarray(0, mimeLimits.headerMaxBytes - this.#text.length);
    const from = Math.max(0, this.#text.length - 3);
    this.#text += Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString("latin1");
    const end = this.#text.startsWith("\r\n") ? 0 : this.#text.indexOf("\r\n\r\n", from);
    if (end < 0 && this.#text.length < mimeLimits.headerMaxBytes) return;
    this.#isOver = true;
    this.#found = end >= 0 && field.test(this.#text.slice(0, end));
    this.#text = "";
  }

  /** True once the header section is over and has said so. */
  get found(): boolean {
    return this.#found;
  }
}

/** RFC 8689 §3: the value is the word alone; it may be folded (RFC 5322 §2.2.3). */
const field = /^tls-required:(?:[ \t]|\r\n[ \t])*no[ \t]*\r?$/im;
