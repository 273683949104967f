/** Messages on a byte stream (RFC 1035 §4.2.2): each with its length in two bytes before it. */
import { headerBytes } from "./decode.ts";

/** A message of at most 65,535 bytes, as it goes onto the stream: in one write (RFC 7766 §8). */
export function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(message.length + 2);
  frame[0] = message.length >> 8;
  frame[1] = message.length & 0xff;
  frame.set(message, 2);
  return frame;
}

/**
 * Cuts a stream into messages, however its pieces fall. Holds one message at most, so 65,535 bytes. A length that no message
 * can have means that what comes is not DNS: from then on nothing of the stream is read.
 */
export class Frames {
  #length = 0;
  #lengthOctets = 0;
  #message: Uint8Array = none;
  #filled = 0;
  #broken = false;

  get broken(): boolean {
    return this.#broken;
  }

  /** The messages that this piece completes. */
  add(chunk: Uint8Array): readonly Uint8Array[] {
    const messages: Uint8Array[] = [];
    for (let at = 0; at < chunk.length && !this.#broken;) {
      if (this.#lengthOctets < 2) this.#takeLength(chunk[at++] ?? 0);
      else at += this.#takeContent(chunk.subarray(at, at + this.#length - this.#filled));
      if (!this.#broken && this.#lengthOctets === 2 && this.#filled === this.#length) messages.push(this.#finish());
    }
    return messages;
  }

  #takeLength(octet: number): void {
    this.#length = (this.#length << 8) | octet;
    if (++this.#lengthOctets < 2) return;
    if (this.#length < headerBytes) this.#broken = true;
    else this.#message = new Uint8Array(this.#length);
  }

  #takeContent(piece: Uint8Array): number {
    this.#message.set(piece, this.#filled);
    this.#filled += piece.length;
    return piece.length;
  }

  #finish(): Uint8Array {
    const message = this.#message;
    this.#length = 0;
    this.#lengthOctets = 0;
    this.#message = none;
    this.#filled = 0;
    return message;
  }
}

const none = new Uint8Array();
