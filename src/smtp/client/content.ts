/**
 * Content on its way to the wire (RFC 5321 §4.5.2, TLS-8): every line ends in CRLF and nothing else, a bare CR and a bare
 * LF each become CRLF, and for DATA a dot at the start of a line is doubled. So no receiver, however lax, can see an end of
 * the message before ours.
 *
 * Chunks may be split anywhere. A chunk that needs no change is passed on as it is; else it is copied once.
 * The state between chunks: whether the next byte begins a line, and whether a CR waits for its LF.
 */
export class ContentEncoder {
  readonly #stuffDots: boolean;
  #atLineStart = true;
  #afterCr = false;

  /** `data`: dots are stuffed and the end is a lone dot. `bdat`: neither. */
  constructor(mode: "data" | "bdat") {
    this.#stuffDots = mode === "data";
  }

  /** The chunk as it goes on the wire; possibly a view of `chunk` itself. */
  push(chunk: Uint8Array): Uint8Array {
    if (chunk.length === 0) return chunk;
    const carried = this.#afterCr;
    const extra = this.#measure(chunk);
    if (extra === 0 && !carried) return this.#afterCr ? chunk.subarray(0, -1) : chunk;
    const out = Buffer.allocUnsafe(chunk.length + extra + 2);
    return out.subarray(0, this.#copy(chunk, out, 0, carried));
  }

  /** What must follow the last chunk. */
  end(): Uint8Array {
    const lineEnd = this.#afterCr || !this.#atLineStart;
    if (!this.#stuffDots) return lineEnd ? crlf : nothing;
    return lineEnd ? crlfDotCrlf : dotCrlf;
  }

  #startsLine = true;

  /** Bytes that the chunk grows by; moves the state past the chunk and keeps the state before it for `#copy`. */
  #measure(chunk: Uint8Array): number {
    let extra = 0;
    let atLineStart = this.#atLineStart;
    let afterCr = this.#afterCr;
    this.#startsLine = atLineStart;
    const { length } = chunk;
    for (let at = 0; at < length; at++) {
      let byte = chunk[at] ?? 0;
      // Most bytes are of this kind: within a line.
      if (!atLineStart && !afterCr) while (byte > cr && at + 1 < length) byte = chunk[++at] ?? 0;
      if (byte === lf) {
        if (!afterCr) extra++;
        afterCr = false;
        atLineStart = true;
        continue;
      }
      if (afterCr) {
        // A bare CR: its LF is missing.
        extra++;
        afterCr = false;
        atLineStart = true;
      }
      if (byte === cr) {
        afterCr = true;
        continue;
      }
      if (atLineStart) {
        if (byte === dot && this.#stuffDots) extra++;
        atLineStart = false;
      }
    }
    this.#atLineStart = atLineStart;
    this.#afterCr = afterCr;
    return extra;
  }

  /** Writes the chunk to `out`, a CR at its very end left for the next. Returns where it ended. */
  #copy(chunk: Uint8Array, out: Uint8Array, from: number, carried: boolean): number {
    let to = from;
    let atLineStart = this.#startsLine;
    let afterCr = carried;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (afterCr || byte === lf) {
        out[to++] = cr;
        out[to++] = lf;
        atLineStart = true;
        afterCr = false;
        if (byte === lf) continue;
      }
      if (byte === cr) {
        afterCr = true;
        continue;
      }
      if (atLineStart && byte === dot && this.#stuffDots) out[to++] = dot;
      atLineStart = false;
      out[to++] = byte;
    }
    return to;
  }
}

/** A whole small message with its end, in one piece: one write carries it. */
export function encodeWhole(content: Uint8Array, mode: "data" | "bdat"): Uint8Array {
  const encoder = new ContentEncoder(mode);
  const body = encoder.push(content);
  const end = encoder.end();
  if (end.length === 0) return body;
  const whole = Buffer.allocUnsafe(body.length + end.length);
  whole.set(body, 0);
  whole.set(end, body.length);
  return whole;
}

const cr = 13;
const lf = 10;
const dot = 46;
const nothing = new Uint8Array(0);
const crlf = Buffer.from("\r\n");
const dotCrlf = Buffer.from(".\r\n");
const crlfDotCrlf = Buffer.from("\r\n.\r\n");
