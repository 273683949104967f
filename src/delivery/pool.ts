/**
 * Connections kept open for a moment after a message, for the next one that demands the same.
 *
 * A connection is found again only under the key that it was put away with: the recipient's domain and the very
 * requirement that it was verified for (traps 21 and 26). What was good enough for one message is never good
 * enough for another by being open already.
 */
import { limits, type Clock, type Timer } from "../base/index.ts";
import type { SmtpSession } from "../smtp/index.ts";

export interface Pooled {
  readonly session: SmtpSession;
  /** Messages that it has carried. */
  carried: number;
}

interface Idle {
  readonly pooled: Pooled;
  readonly since: number;
}

export const poolLimits = { idleMax: 200, idlePerKeyMax: 20, sweepMs: 1_000 } as const;

export class SessionPool {
  readonly #clock: Clock;
  readonly #idle = new Map<string, Idle[]>();
  #count = 0;
  #sweep: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A connection that was proven for exactly this key, or undefined. */
  take(key: string): Pooled | undefined {
    const stack = this.#idle.get(key) ?? [];
    for (let idle = stack.pop(); idle !== undefined; idle = stack.pop()) {
      this.#count -= 1;
      if (stack.length === 0) this.#idle.delete(key);
      if (!idle.pooled.session.closed) return idle.pooled;
    }
    return undefined;
  }

  /** Puts a connection away, or says goodbye to it where it has done its share. */
  put(key: string, pooled: Pooled): void {
    if (pooled.session.closed) return;
    const stack = this.#idle.get(key) ?? [];
    const worn = pooled.carried >= limits.messagesPerOutgoingConnectionMax;
    if (worn || stack.length >= poolLimits.idlePerKeyMax || this.#count >= poolLimits.idleMax) {
      void pooled.session.quit();
      return;
    }
    stack.push({ pooled, since: this.#clock.monotonic() });
    this.#idle.set(key, stack);
    this.#count += 1;
    this.#sweep ??= this.#clock.after(poolLimits.sweepMs, () => this.#sweepIdle());
  }

  /** Says QUIT on every idle connection. */
  async close(): Promise<void> {
    this.#sweep?.cancel();
    const all = [...this.#idle.values()].flat();
    this.#idle.clear();
    this.#count = 0;
    await Promise.all(all.map((idle) => idle.pooled.session.quit()));
  }

  #sweepIdle(): void {
    this.#sweep = undefined;
    const oldest = this.#clock.monotonic() - limits.idleConnectionKeepMs;
    for (const [key, stack] of this.#idle) {
      const kept = stack.filter((idle) => {
        if (idle.pooled.session.closed) return false;
        if (idle.since > oldest) return true;
        void idle.pooled.session.quit();
        return false;
      });
      this.#count -= stack.length - kept.length;
      if (kept.length === 0) this.#idle.delete(key);
      else this.#idle.set(key, kept);
    }
    if (this.#count > 0) this.#sweep = this.#clock.after(poolLimits.sweepMs, () => this.#sweepIdle());
  }
}
