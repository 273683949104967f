/** What passed on a connection, as somebody on the path sees it: lines while it is in clear, and then only that TLS came. */

export interface TranscriptLine {
  readonly who: "client" | "server" | "note";
  readonly text: string;
}

export const transcriptLimits = {
  /** Of one connection, and of one run. */
  linesMax: 80,
  lineMaxChars: 200,
  /** Kept of each direction, for finding a secret in it. */
  rawKeptMaxBytes: 131_072,
} as const;

/** One connection's. Takes bytes as they come. */
export class Transcript {
  readonly #lines: TranscriptLine[] = [];
  #raw = "";
  readonly #rest = { client: "", server: "" };
  #encrypted = { client: 0, server: 0 };
  #isAgreed = false;
  #lastClient = "";

  push(who: "client" | "server", bytes: Uint8Array): void {
    if (this.#encrypted[who] > 0) {
      this.#encrypted[who] += bytes.length;
      return;
    }
    // A handshake record: from here on this side is TLS (RFC 8446 §5.1).
    if (this.#isAgreed && bytes[0] === handshakeRecord && this.#rest[who] === "") {
      this.#encrypted[who] += bytes.length;
      this.#note(who === "client" ? "client-hello" : "server-hello");
      return;
    }
    const text = Buffer.from(bytes).toString("latin1");
    if (this.#raw.length < transcriptLimits.rawKeptMaxBytes) this.#raw += text;
    const parts = (this.#rest[who] + text).split("\n");
    this.#rest[who] = (parts.pop() ?? "").slice(0, transcriptLimits.lineMaxChars * 4);
    for (const part of parts) this.#line(who, part.replace(/\r$/, ""));
  }

  /** How it ended, if that is worth telling. */
  ended(how: "reset" | "refused"): void {
    this.#note(how);
  }

  /** Whether these words passed in clear. */
  has(words: string): boolean {
    return this.#raw.includes(words);
  }

  lines(): readonly TranscriptLine[] {
    const { client, server } = this.#encrypted;
    const tail: readonly TranscriptLine[] =
      client + server > 0 ? [{ who: "note", text: `encrypted ${client} ${server}` }] : [];
    return [...this.#lines, ...this.#tail("server"), ...tail];
  }

  /** A line that was never ended: garbage, or one cut off. */
  #tail(who: "client" | "server"): readonly TranscriptLine[] {
    return this.#rest[who] === "" ? [] : [{ who, text: shown(this.#rest[who]) }];
  }

  #line(who: "client" | "server", text: string): void {
    if (who === "client") this.#lastClient = text.toUpperCase();
    if (who === "server" && text.startsWith("220") && this.#lastClient === "STARTTLS") this.#isAgreed = true;
    if (this.#lines.length < transcriptLimits.linesMax) this.#lines.push({ who, text: shown(text) });
  }

  #note(text: string): void {
    if (this.#lines.length < transcriptLimits.linesMax) this.#lines.push({ who: "note", text });
  }
}

const handshakeRecord = 0x16;

/** For people: no character of the wire's drives a terminal or a page. */
function shown(text: string): string {
  const printable = text.replace(/\t/g, "  ").replace(/[^\x20-\x7e]/g, ".");
  return printable.length > transcriptLimits.lineMaxChars
    ? `${printable.slice(0, transcriptLimits.lineMaxChars)}...`
    : printable;
}
