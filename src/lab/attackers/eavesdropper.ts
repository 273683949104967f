/**
 * Reads along: what a client says in clear to a mail server, command by command, and of each message its envelope and content
 * (DATA and BDAT). The attackers on the path keep their evidence with it.
 *
 *   commands ──DATA, then 354──► text, to the lone dot ──► commands
 *      └───────BDAT n───────────► n octets ──────────────► commands
 */
import type { Captured } from "./types.ts";

export const eavesdropperLimits = {
  messagesKeptMax: 1000,
  /** Of each message. */
  contentKeptMaxBytes: 262_144,
  /** Nobody sends longer lines in earnest; what is longer is looked at in pieces. */
  lineMaxBytes: 16_384,
  recipientsMax: 1000,
} as const;

export class Eavesdropper {
  readonly #captured: Captured[];
  #from = "";
  #to: string[] = [];
  #content = "";
  #buffer = "";
  #inText = false;
  #chunkLeft = 0;
  #chunkIsLast = false;

  /** Messages are added to `captured`, which several connections may share. */
  constructor(captured: Captured[]) {
    this.#captured = captured;
  }

  /** The server said 354: what comes next is a message. */
  textFollows(): void {
    this.#inText = true;
  }

  /** True while the client sends commands, false within a message. */
  get hearsCommands(): boolean {
    return !this.#inText && this.#chunkLeft === 0;
  }

  /** Takes what the client sent (latin1) and gives back the whole command lines in it, without line ends. */
  hear(text: string): readonly string[] {
    this.#buffer += text;
    const commands: string[] = [];
    while (this.#buffer !== "") {
      if (this.#chunkLeft > 0) this.#takeChunk();
      else {
        const line = this.#takeLine();
        if (line === undefined) break;
        if (this.#inText) this.#textLine(line);
        else this.#command(line, commands);
      }
    }
    return commands;
  }

  #takeLine(): string | undefined {
    const end = this.#buffer.indexOf("\r\n");
    if (end < 0 && this.#buffer.length < eavesdropperLimits.lineMaxBytes) return undefined;
    const length = end < 0 ? this.#buffer.length : end;
    const line = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(end < 0 ? length : end + 2);
    return line;
  }

  #command(line: string, commands: string[]): void {
    commands.push(line);
    const from = /^MAIL FROM:\s*<([^>]*)>/i.exec(line)?.[1];
    if (from !== undefined) this.#begin(from);
    const to = /^RCPT TO:\s*<([^>]*)>/i.exec(line)?.[1];
    if (to !== undefined && this.#to.length < eavesdropperLimits.recipientsMax) this.#to.push(to);
    const chunk = /^BDAT (\d{1,10})( LAST)?$/i.exec(line.trimEnd());
    if (chunk === null) return;
    this.#chunkLeft = Number(chunk[1]);
    this.#chunkIsLast = chunk[2] !== undefined;
    if (this.#chunkLeft === 0 && this.#chunkIsLast) this.#end();
  }

  #textLine(line: string): void {
    if (line === ".") {
      this.#inText = false;
      return this.#end();
    }
    this.#keep(`${line.startsWith(".") ? line.slice(1) : line}\r\n`);
  }

  #takeChunk(): void {
    const part = this.#buffer.slice(0, this.#chunkLeft);
    this.#buffer = this.#buffer.slice(part.length);
    this.#chunkLeft -= part.length;
    this.#keep(part);
    if (this.#chunkLeft === 0 && this.#chunkIsLast) this.#end();
  }

  #keep(text: string): void {
    this.#content += text.slice(0, eavesdropperLimits.contentKeptMaxBytes - this.#content.length);
  }

  #begin(from: string): void {
    this.#from = from;
    this.#to = [];
    this.#content = "";
  }

  #end(): void {
    const content = Buffer.from(this.#content, "latin1").toString("utf8");
    this.#captured.push({ from: this.#from, to: this.#to, content, tls: false });
    if (this.#captured.length > eavesdropperLimits.messagesKeptMax) this.#captured.shift();
    this.#begin("");
  }
}
