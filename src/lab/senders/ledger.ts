/** What has become of each message, as a driver reads it out of the logs of its program. */
import { senderLimits, type MailState } from "./types.ts";

interface Entry {
  /** Attempts that have come to something, and those that must have when nothing is under way. */
  outcomes: number;
  expected: number;
  state: Exclude<MailState, "under-way">;
  readonly words: string[];
}

export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #taken = new Set<string>();

  /** A message of ours: of others, notices of failure for example, nothing is expected. */
  taken(id: string): void {
    this.#taken.add(id);
  }

  /** A line about the message. Programs begin to talk before we know that there is such a message. */
  said(id: string, line: string): void {
    const { words } = this.#entry(id);
    if (words.length < senderLimits.wordsMax) words.push(line);
  }

  /** What an attempt has come to. */
  cameTo(id: string, state: Entry["state"]): void {
    const entry = this.#entry(id);
    entry.outcomes++;
    entry.state = state;
  }

  /** Before messages that wait are tried again: which they are. */
  expectRetries(): readonly string[] {
    const waiting = [...this.#taken].filter((id) => this.state(id) === "waiting");
    for (const id of waiting) this.#entry(id).expected = this.#entry(id).outcomes + 1;
    return waiting;
  }

  /** An attempt is being made just now at a message of ours. */
  get isBusy(): boolean {
    return [...this.#taken].some((id) => this.state(id) === "under-way");
  }

  state(id: string): MailState {
    const { outcomes, expected, state } = this.#entry(id);
    return outcomes < expected ? "under-way" : state;
  }

  words(id: string): readonly string[] {
    return [...this.#entry(id).words];
  }

  /** Messages that were talked of in such a line, ours or not. */
  countOf(isAbout: (line: string) => boolean): number {
    return [...this.#entries.values()].filter(({ words }) => words.some(isAbout)).length;
  }

  #entry(id: string): Entry {
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const made: Entry = { outcomes: 0, expected: 1, state: "waiting", words: [] };
    this.#entries.set(id, made);
    return made;
  }
}
