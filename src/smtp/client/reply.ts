/**
 * Reads SMTP replies out of whatever pieces the network brings (RFC 5321 §4.2).
 *
 * A reply is lines of `code-text` and a last line `code text`, all with the same code, each ended by CRLF and by nothing
 * else: a bare LF or a bare CR is a protocol error (TLS-8), as are a code outside 200 to 599, differing codes, and lines or
 * replies over their limits. After a protocol error nothing more is read. Control characters in the text become `?`.
 */
import { err, limits, ok, splitEnhanced, type Result, type SmtpReply } from "../../base/index.ts";

export class ReplyReader {
  /** What came and was not read yet. */
  #buffer: Buffer = nothing;
  #at = 0;
  #code = 0;
  #first: ReturnType<typeof splitEnhanced> = { text: "" };
  #lines: string[] = [];

  /** Takes what the network brought. */
  feed(chunk: Uint8Array): void {
    const fresh = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#buffer = this.#at === this.#buffer.length ? fresh : Buffer.concat([this.#buffer.subarray(this.#at), fresh]);
    this.#at = 0;
  }

  /** True if bytes or lines are there that no finished reply accounts for. */
  get hasMore(): boolean {
    return this.#at < this.#buffer.length || this.#lines.length > 0;
  }

  /** The next whole reply; undefined if more must come first; an error in English if what came is not SMTP. */
  next(): Result<SmtpReply | undefined, string> {
    for (;;) {
      const end = this.#buffer.indexOf(lf, this.#at);
      const length = (end < 0 ? this.#buffer.length : end + 1) - this.#at;
      if (length > limits.replyLineMaxBytes) return err("a reply line is too long");
      if (end < 0) return ok(undefined);
      if (end === this.#at || this.#buffer[end - 1] !== cr) return err("a reply line ends in a bare LF");
      const line = this.#buffer.toString("utf8", this.#at, end - 1);
      this.#at = end + 1;
      const last = this.#line(line);
      if (!last.ok) return last;
      if (last.value) return ok(this.#take());
    }
  }

  /** Reads one line; true if it is the reply's last. */
  #line(line: string): Result<boolean, string> {
    const code = codeOf(line);
    if (code === undefined) return err("a reply does not begin with a code");
    if (line.includes("\r")) return err("a reply line has a bare CR");
    if (this.#lines.length === 0) this.#code = code;
    else if (this.#code !== code) return err("the lines of a reply have different codes");
    if (this.#lines.length >= limits.replyLinesMax) return err("a reply has too many lines");
    const part = splitEnhanced(code, clean(line.slice(4)));
    if (this.#lines.length === 0) this.#first = part;
    // The status is repeated on each line; only the first one's counts (RFC 2034 §4).
    this.#lines.push(part.enhanced === this.#first.enhanced ? part.text : clean(line.slice(4)));
    return ok(line[3] !== "-");
  }

  #take(): SmtpReply {
    const { enhanced } = this.#first;
    const reply = { code: this.#code, ...(enhanced === undefined ? {} : { enhanced }), lines: this.#lines };
    this.#lines = [];
    return reply;
  }
}

const nothing = Buffer.alloc(0);
const lf = 10;
const cr = 13;

/** The code of `250-text`, `250 text` or `250`; undefined for anything else. */
function codeOf(line: string): number | undefined {
  const separator = line[3];
  if (separator !== undefined && separator !== " " && separator !== "-") return undefined;
  const hundreds = line.charCodeAt(0) - zero;
  const tens = line.charCodeAt(1) - zero;
  const ones = line.charCodeAt(2) - zero;
  const isCode = hundreds >= 2 && hundreds <= 5 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
  return isCode ? hundreds * 100 + tens * 10 + ones : undefined;
}

const zero = 48;
const control = /[\x00-\x1f\x7f-\x9f]/;

function clean(text: string): string {
  return control.test(text) ? text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?") : text;
}
