/**
 * Floor 5: what other mail servers say, told to people. A bounce, a piece of a log or a TLS report comes in as bytes; out come
 * explanations: what happened, whether somebody could read the message, who can mend it.
 *
 *   sniff.ts       what is it? mail, JSON (gzip or not), lines
 *   readers/       one file a source: text to `Incident`, what the text tells and nothing else
 *   codes.ts       enhanced status codes (RFC 5248), those of big providers, TLS-RPT result types (RFC 8460 §4.3)
 *   phrases.ts     sentences of servers as causes
 *   judge.ts       from what is told to what follows; pure
 *   tell.ts        in words
 *
 * One law: what the text does not tell is told as not told. `no` to "was it exposed?" needs a line that shows that nothing was sent,
 * or that the other side was proven.
 */
import { judge } from "./judge.ts";
import { cleanLine, cleanText, fit } from "./clean.ts";
import { explainLimits } from "./limits.ts";
import { Log } from "./log.ts";
import { readMail } from "./readers/mail.ts";
import { incidentOf, talesIn } from "./readers/prose.ts";
import { readTlsReport } from "./readers/tlsrpt.ts";
import { isGzip, looksLike, unpack, type Looks } from "./sniff.ts";
import type { Incident, Judgement } from "./types.ts";

export { explainLimits } from "./limits.ts";
export { tellExplanation, type Told } from "./tell.ts";
export { causes, hops, mends, notes, outcomes, sources } from "./types.ts";
export type { Cause, Exposed, Hop, Incident, Judgement, Mends, Note, Outcome, Reader, Sent, Source } from "./types.ts";

export interface Explanation {
  readonly incident: Incident;
  readonly judgement: Judgement;
}

export interface Summary {
  readonly kind: "mail" | "log" | "tls-report" | "text" | "nothing";
  readonly explained: number;
  /** Why not all of it was read. */
  readonly cut?: "bytes" | "lines" | "incidents";
}

/**
 * Reads to the end, or to a limit. `tell` hears each explanation once, in a log as soon as its message is done with. Rejects only if
 * the input does.
 */
export async function explain(input: AsyncIterable<Uint8Array>, tell: (one: Explanation) => void): Promise<Summary> {
  const teller = new Teller(tell);
  const reading = new Reading(teller);
  let size = 0;
  let cut: Summary["cut"];
  for await (const chunk of input) {
    const room = explainLimits.inputMaxBytes - size;
    size += chunk.length;
    reading.push(chunk.subarray(0, room));
    cut = size > explainLimits.inputMaxBytes ? "bytes" : reading.cut;
    if (cut !== undefined) break;
  }
  const kind = await reading.end();
  const isFull = teller.isFull ? "incidents" : undefined;
  const why = cut ?? reading.cut ?? isFull;
  return { kind, explained: teller.told, ...(why === undefined ? {} : { cut: why }) };
}

/** Bounds what is told. */
class Teller {
  readonly #tell: (one: Explanation) => void;
  told = 0;
  isFull = false;

  constructor(tell: (one: Explanation) => void) {
    this.#tell = tell;
  }

  all(incidents: readonly Incident[]): void {
    for (const incident of incidents) {
      if (this.told >= explainLimits.incidentsMax) {
        this.isFull = true;
        return;
      }
      this.told++;
      const clean = fit(incident);
      this.#tell({ incident: clean, judgement: judge(clean) });
    }
  }
}

/** States: not yet known what it is; lines, told as they come; whole, kept until the end. */
class Reading {
  readonly #teller: Teller;
  readonly #log = new Log();
  readonly #decoder = new TextDecoder();
  #looks: Looks | undefined;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #rest = "";
  #prose = "";

  constructor(teller: Teller) {
    this.#teller = teller;
  }

  get cut(): Summary["cut"] {
    return this.#log.lines >= explainLimits.linesMax ? "lines" : undefined;
  }

  push(chunk: Uint8Array): void {
    if (this.#looks === "lines") return this.#lines(this.#decoder.decode(chunk, { stream: true }));
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    if (this.#looks !== undefined) return;
    this.#looks = looksLike(Buffer.concat(this.#kept), this.#keptBytes >= explainLimits.sniffMaxBytes);
    if (this.#looks === "lines") this.#start();
  }

  async end(): Promise<Summary["kind"]> {
    this.#looks ??= looksLike(Buffer.concat(this.#kept), true);
    if (this.#looks === "whole") return this.#whole(Buffer.concat(this.#kept));
    this.#start();
    this.#lines(this.#decoder.decode());
    return this.#endOfLines();
  }

  #start(): void {
    const kept = this.#kept;
    this.#kept = [];
    for (const chunk of kept) this.#lines(this.#decoder.decode(chunk, { stream: true }));
  }

  #lines(text: string): void {
    const parts = (this.#rest + text).split(/\r?\n/);
    // A line that does not end is cut: what is beyond the limit would not be looked at.
    this.#rest = (parts.pop() ?? "").slice(0, explainLimits.lineMaxChars);
    for (const part of parts) this.#line(part);
  }

  #line(text: string): void {
    const line = cleanLine(text);
    if (this.#prose.length < explainLimits.proseMaxChars) this.#prose += `${line}\n`;
    this.#teller.all(this.#log.push(line));
  }

  #endOfLines(): Summary["kind"] {
    if (this.#rest !== "") this.#line(this.#rest);
    this.#teller.all(this.#log.end());
    if (this.#log.known > 0 && this.#teller.told > 0) return "log";
    return this.#text(this.#prose) ?? (this.#log.known > 0 ? "log" : "nothing");
  }

  /** A text that was pasted. */
  #text(text: string): Summary["kind"] | undefined {
    const incidents = talesIn(text)
      .map((tale) => incidentOf(tale, "text"))
      .filter((incident) => incident !== undefined);
    this.#teller.all(incidents);
    return incidents.length > 0 ? "text" : undefined;
  }

  async #whole(bytes: Uint8Array): Promise<Summary["kind"]> {
    if (isGzip(bytes)) return this.#unpacked(await unpack(bytes));
    const text = new TextDecoder().decode(bytes);
    const report = text.trimStart().startsWith("{") ? readTlsReport(text) : undefined;
    if (report !== undefined) return this.#report(report);
    const { incidents, reports } = await readMail(bytes);
    for (const one of reports) {
      const content = isGzip(one) ? await unpack(one) : one;
      const read = content === undefined ? undefined : readTlsReport(new TextDecoder().decode(content));
      if (read !== undefined) return this.#report(read);
    }
    this.#teller.all(incidents);
    if (incidents.length > 0) return "mail";
    return this.#text(cleanText(text)) ?? "nothing";
  }

  #unpacked(bytes: Uint8Array | undefined): Summary["kind"] {
    if (bytes === undefined) return "nothing";
    const text = new TextDecoder().decode(bytes);
    const report = readTlsReport(text);
    if (report !== undefined) return this.#report(report);
    // A log that was rotated.
    this.#lines(text);
    return this.#endOfLines();
  }

  #report(incidents: readonly Incident[]): "tls-report" {
    this.#teller.all(incidents);
    return "tls-report";
  }
}
