/** What became of a message, in words that fit both senders. */

export const outcomes = [
  /** Delivered to a host that had proven who it is. */
  "verified",
  /** Delivered over TLS, to whomever. */
  "unverified",
  "clear",
  "deferred",
  "bounced",
] as const;

export type Outcome = (typeof outcomes)[number];

/** What each attempt came to, the first and, where that was not the end, the second. */
export type Attempts = readonly [Outcome] | readonly [Outcome, Outcome];

export const levels = ["dane", "secure"] as const;

/** `dane`: what the recipient publishes, and whatever there is where nothing is published. `secure`: proof of identity, always. */
export type Level = (typeof levels)[number];

export interface Sender {
  /** In the words of a report. */
  readonly name: string;
  /** Hands one message to each domain in, waits for what becomes of it, and has what waits tried once more. */
  send(domains: readonly string[], mailbox: string): Promise<ReadonlyMap<string, Attempts>>;
  close(): Promise<void>;
}

export const sentFrom = "alice@source.example";
