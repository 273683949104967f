/** The stories that a relay tells as it goes, kept so that each can be told from its beginning whenever its turn comes. */
import type { Clock, MessageId, StoryEntry } from "../../base/index.ts";
import type { Relay } from "../../system/index.ts";

/** Messages remembered; the oldest are forgotten first. */
const messagesMax = 1_000;

export class Stories {
  readonly #clock: Clock;
  readonly #entries = new Map<MessageId, StoryEntry[]>();
  #next = Promise.withResolvers<void>();
  #listener: ((message: MessageId, entry: StoryEntry) => void) | undefined;

  constructor(relay: Pick<Relay, "onEvent">, clock: Clock) {
    this.#clock = clock;
    relay.onEvent((message, entry) => this.#add(message, entry));
  }

  of(message: MessageId): readonly StoryEntry[] {
    return this.#entries.get(message) ?? [];
  }

  messages(): readonly MessageId[] {
    return [...this.#entries.keys()];
  }

  /** From now on each entry is also passed on as it happens. */
  pushTo(listener: (message: MessageId, entry: StoryEntry) => void): void {
    this.#listener = listener;
  }

  /** The entries from the `from`th on, as they happen, until one is the last or the time is over. */
  async *follow(
    message: MessageId,
    options: { readonly from?: number; readonly isLast: (entry: StoryEntry) => boolean; readonly atMostMs: number },
  ): AsyncGenerator<StoryEntry> {
    const until = this.#clock.monotonic() + options.atMostMs;
    for (let at = options.from ?? 0; ; at++) {
      let entry = this.of(message)[at];
      while (entry === undefined) {
        if (!(await this.#happens(until - this.#clock.monotonic()))) return;
        entry = this.of(message)[at];
      }
      yield entry;
      if (options.isLast(entry)) return;
    }
  }

  /** Waits until `condition` holds, looking again whenever something happens and now and then; false if it never did. */
  async until(condition: () => boolean, atMostMs: number): Promise<boolean> {
    const until = this.#clock.monotonic() + atMostMs;
    while (!condition()) {
      const left = until - this.#clock.monotonic();
      if (left <= 0) return false;
      await this.#happens(Math.min(left, lookAgainMs));
    }
    return true;
  }

  #add(message: MessageId, entry: StoryEntry): void {
    const entries = this.#entries.get(message) ?? [];
    entries.push(entry);
    this.#entries.set(message, entries);
    if (this.#entries.size > messagesMax) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#next.resolve();
    this.#next = Promise.withResolvers();
    this.#listener?.(message, entry);
  }

  /** False if nothing did within the time. */
  #happens(withinMs: number): Promise<boolean> {
    if (withinMs <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = this.#clock.after(withinMs, () => resolve(false));
      void this.#next.promise.then(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }
}

const lookAgainMs = 50;
