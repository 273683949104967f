/**
 * Reads the replays of unbound's testbound (`.rpl`), line by line:
 *
 *     server: …                         the configuration, an unbound.conf
 *     CONFIG_END
 *     SCENARIO_BEGIN title
 *     RANGE_BEGIN 0 100                 what a server says from step 0 to step 100
 *       ADDRESS 192.0.2.1
 *       ENTRY_BEGIN
 *       MATCH opcode qtype qname        which questions this entry answers
 *       ADJUST copy_id                  what of the answer is taken from the question
 *       REPLY QR AA NOERROR             flags and rcode
 *       SECTION QUESTION                and ANSWER, AUTHORITY, ADDITIONAL: records, one a line
 *       ENTRY_END
 *     RANGE_END
 *     STEP 1 QUERY                      with an entry: what the client asks
 *     STEP 10 CHECK_ANSWER              with an entry: what it must hear
 *     STEP 20 TIME_PASSES ELAPSE 5
 *     SCENARIO_END
 *
 * `;` begins a comment. What the format has and this reader cannot read (a record type, a macro) is noted in `unreadable`;
 * what the format does not have is a fault.
 */
import { err, ok, type Result } from "../../src/base/index.ts";
import { readConfig } from "./config.ts";
import { opcodeNumber, rcodeNumber } from "./registry.ts";
import type { Entry, Range, Replay, Sections, Step } from "./replay.ts";
import { readQuestion, readRecord, type RawQuestion, type RawRecord, type ZoneFault } from "./zonetext.ts";

/** `line 12: …` */
export type ReplayFault = string;

export function readReplay(text: string): Result<Replay, ReplayFault> {
  const reader = new Reader(text.split(/\r?\n/));
  try {
    return ok(reader.replay());
  } catch (error) {
    if (error instanceof Unreadable) return err(`line ${reader.line}: ${error.message}`);
    throw error;
  }
}

class Unreadable extends Error {}

/** An entry while it is read. */
interface Draft {
  line: number;
  match: string[];
  adjust: string[];
  flags: Set<string>;
  opcode: number;
  rcode: number;
  question?: RawQuestion;
  sections: { [section in keyof Sections]: RawRecord[] };
  oddities: string[];
}

type SectionName = keyof Sections | "question";

const sectionNames: Readonly<Record<string, SectionName>> = {
  QUESTION: "question",
  ANSWER: "answer",
  AUTHORITY: "authority",
  ADDITIONAL: "additional",
};

const blocks: Readonly<Record<string, string>> = {
  HEX_ANSWER_BEGIN: "HEX_ANSWER_END",
  HEX_EDNSDATA_BEGIN: "HEX_EDNSDATA_END",
  HEX_EDNS_BEGIN: "HEX_EDNS_END",
};

/** What testbound takes for the TTL of a record that has none. */
const defaultTtlSeconds = 3600;

class Reader {
  readonly #lines: readonly string[];
  readonly #unreadable = new Set<string>();
  #at = 0;
  #origin = ".";
  #ttlSeconds = defaultTtlSeconds;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** The line that was read last, from 1. */
  get line(): number {
    return this.#at;
  }

  replay(): Replay {
    const config = this.#config();
    const begin = this.#next("SCENARIO_BEGIN");
    const title = /^SCENARIO_BEGIN\s*(.*)$/.exec(begin)?.[1]?.trim();
    if (title === undefined) throw new Unreadable(`SCENARIO_BEGIN expected, not ${begin}`);
    const ranges: Range[] = [];
    const steps: Step[] = [];
    for (;;) {
      const line = this.#next("SCENARIO_END");
      const [word, ...words] = split(line);
      if (word === "SCENARIO_END") break;
      if (word === "RANGE_BEGIN") ranges.push(this.#range(words));
      else if (word === "STEP") steps.push(this.#step(words));
      else if (!this.#directive(line)) throw new Unreadable(`a range or a step expected, not ${line}`);
    }
    return { title, config, ranges, steps, unreadable: [...this.#unreadable] };
  }

  #config(): Replay["config"] {
    const from = this.#at;
    while (this.#lines[this.#at]?.trim().startsWith("CONFIG_END") === false) this.#at++;
    if (this.#at >= this.#lines.length) throw new Unreadable("CONFIG_END is missing");
    const lines = this.#lines.slice(from, this.#at++);
    if (lines.some((line) => /^[^#;]*\$\{/.test(line))) this.#unreadable.add("macros");
    return readConfig(lines);
  }

  #range(words: readonly string[]): Range {
    const [from, to] = words.map(Number);
    if (from === undefined || to === undefined || !(from <= to)) throw new Unreadable("a range needs two steps");
    const addresses: string[] = [];
    const entries: Entry[] = [];
    for (;;) {
      const line = this.#next("RANGE_END");
      const [word, value] = split(line);
      if (word === "RANGE_END") return { from, to, addresses, entries };
      if (word === "ADDRESS" && value !== undefined) addresses.push(value);
      else if (word === "ENTRY_BEGIN") entries.push(this.#entry());
      else if (!this.#directive(line)) throw new Unreadable(`an address or an entry expected, not ${line}`);
    }
  }

  #step([number, kind, ...words]: readonly string[]): Step {
    if (number === undefined || !/^\d+$/.test(number) || kind === undefined)
      throw new Unreadable("a step needs a number and a kind");
    const line = this.#at;
    const [body] = split(this.#peek());
    if (body === "FILE_BEGIN") this.#skipTo("FILE_END");
    const entry = body === "ENTRY_BEGIN" ? (this.#next("ENTRY_BEGIN"), this.#entry()) : undefined;
    return { line, number: Number(number), kind, words, ...(entry === undefined ? {} : { entry }) };
  }

  #entry(): Entry {
    const draft: Draft = {
      line: this.#at,
      match: [],
      adjust: [],
      flags: new Set(),
      opcode: 0,
      rcode: 0,
      sections: { answer: [], authority: [], additional: [] },
      oddities: [],
    };
    let section: SectionName | undefined;
    for (;;) {
      const line = this.#next("ENTRY_END");
      const [word = "", ...words] = split(line);
      const blockEnd = blocks[word];
      if (word === "ENTRY_END") return draft;
      if (word === "MATCH") draft.match.push(...words);
      else if (word === "ADJUST") draft.adjust.push(...words);
      else if (word === "REPLY") this.#reply(draft, words);
      else if (word === "EXTRA_PACKET") draft.oddities.push(word);
      else if (blockEnd !== undefined) {
        draft.oddities.push(word);
        this.#skipTo(blockEnd);
      } else if (word === "SECTION") {
        section = sectionNames[words[0] ?? ""];
        if (section === undefined) throw new Unreadable(`not a section: ${words.join(" ")}`);
      } else if (!this.#directive(line)) this.#record(draft, section, line);
    }
  }

  #reply(draft: Draft, words: readonly string[]): void {
    for (const word of words) {
      const opcode = opcodeNumber(word);
      const rcode = rcodeNumber(word);
      if (opcode !== undefined) draft.opcode = opcode;
      else if (rcode !== undefined) draft.rcode = rcode;
      else if (/^(?:QR|AA|TC|RD|CD|RA|AD|DO)$/.test(word)) draft.flags.add(word);
      else throw new Unreadable(`not a flag: ${word}`);
    }
  }

  #record(draft: Draft, section: SectionName | undefined, line: string): void {
    const context = { origin: this.#origin, ttlSeconds: this.#ttlSeconds };
    if (section === undefined) throw new Unreadable(`a section expected, not ${line}`);
    if (section === "question") {
      const question = this.#read(readQuestion(line, context));
      if (question !== undefined) draft.question = question;
      return;
    }
    const record = this.#read(readRecord(line, context));
    if (record !== undefined) draft.sections[section].push(record);
  }

  #read<T>(read: Result<T, ZoneFault>): T | undefined {
    if (read.ok) return read.value;
    if (read.error.code === "malformed") throw new Unreadable(read.error.detail);
    this.#unreadable.add(read.error.detail);
    return undefined;
  }

  /** `$ORIGIN` and `$TTL` stand anywhere. */
  #directive(line: string): boolean {
    const [word = "", value = ""] = split(line);
    if (word === "$ORIGIN") this.#origin = value.endsWith(".") ? value : `${value}.`;
    else if (word === "$TTL") this.#ttlSeconds = Number(value);
    else return false;
    return true;
  }

  #skipTo(end: string): void {
    while (!this.#next(end).startsWith(end));
  }

  /** The next line that says something, without what is around it. */
  #next(expected: string): string {
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined) throw new Unreadable(`the file ends where ${expected} is expected`);
      this.#at++;
      const text = line.trim();
      if (text === "" || text.startsWith(";")) continue;
      if (text.includes("${")) this.#unreadable.add("macros");
      return text;
    }
  }

  #peek(): string {
    const at = this.#lines.slice(this.#at).find((line) => line.trim() !== "" && !line.trim().startsWith(";"));
    return at?.trim() ?? "";
  }
}

/** The words of a line of the format's own; a comment may follow. */
function split(line: string): readonly string[] {
  return line.replace(/;.*$/, "").trim().split(/\s+/);
}
