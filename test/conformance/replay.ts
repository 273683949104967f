/** A replay, read: what the simulated name servers say when, what is asked, and what must come of it. Shapes only. */
import type { RawQuestion, RawRecord } from "./zonetext.ts";

/** One clause of the configuration, `server:` or `stub-zone:`, with its options in order. */
export interface Clause {
  readonly name: string;
  readonly options: readonly Option[];
}

export interface Option {
  readonly name: string;
  readonly values: readonly string[];
}

export interface Sections {
  readonly answer: readonly RawRecord[];
  readonly authority: readonly RawRecord[];
  readonly additional: readonly RawRecord[];
}

/** A packet with rules: as an answer of a server, as a question of a client, or as what a client expects. */
export interface Entry {
  readonly line: number;
  /** `opcode`, `qname`, `all`, `ede=6`, `TCP` …, as written. */
  readonly match: readonly string[];
  /** `copy_id`, `copy_query`, `sleep=1` … */
  readonly adjust: readonly string[];
  /** `QR`, `AA`, `DO` … */
  readonly flags: ReadonlySet<string>;
  readonly opcode: number;
  readonly rcode: number;
  readonly question?: RawQuestion;
  readonly sections: Sections;
  /** Parts of the format that are known and not carried out: `HEX_ANSWER_BEGIN`, `EXTRA_PACKET` … */
  readonly oddities: readonly string[];
}

/** What a server says from one step to another, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** Any address if empty. */
  readonly addresses: readonly string[];
  readonly entries: readonly Entry[];
}

export interface Step {
  readonly line: number;
  readonly number: number;
  /** `QUERY`, `CHECK_ANSWER`, `TIME_PASSES` … */
  readonly kind: string;
  readonly words: readonly string[];
  readonly entry?: Entry;
}

export interface Replay {
  readonly title: string;
  readonly config: readonly Clause[];
  readonly ranges: readonly Range[];
  readonly steps: readonly Step[];
  /** Record types, macros and the like that the reader met and could not read. */
  readonly unreadable: readonly string[];
}
