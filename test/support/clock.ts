import type { Clock, Random } from "../../src/base/index.ts";
import { TimeHeap } from "../../src/check/scan/heap.ts";
import { leapingClock as leaping, type LeapingClock } from "../../src/lab/clock.ts";
import { systemClock } from "../../src/system/clock.ts";

export type { LeapingClock };

export interface ManualClock extends Clock {
  /** Moves time forward, running every timer that falls due, in order. */
  advance(byMs: number): Promise<void>;
}

/** A clock that stands still until it is told to move. */
export function manualClock(startAt = Date.UTC(2026, 0, 1)): ManualClock {
  let elapsed = 0;
  let serial = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  return {
    now: () => startAt + elapsed,
    monotonic: () => elapsed,
    after(delayMs, callback) {
      const id = ++serial;
      timers.set(id, { at: elapsed + Math.max(0, delayMs), callback });
      return { cancel: () => void timers.delete(id) };
    },
    async advance(byMs) {
      const until = elapsed + byMs;
      for (;;) {
        await settle();
        const due = [...timers]
          .filter(([, timer]) => timer.at <= until)
          .sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        elapsed = due[1].at;
        due[1].callback();
      }
      elapsed = until;
      await settle();
    },
  };
}

/** Lets promises that are already settled run their reactions. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** The same dice for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { fraction, bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(fraction() * 256)) };
}

export interface EventClock extends Clock {
  /** Runs every timer that falls due, in order, until `isDone` or until none is left. True: it was done. */
  run(isDone: () => boolean): Promise<boolean>;
}

/** Simulated time for large simulations: it goes on from one timer to the next, by whole milliseconds, as fast as the work allows. */
export function eventClock(startAt = Date.UTC(2026, 0, 1)): EventClock {
  let elapsed = 0;
  const timers = new TimeHeap<{ callback: (() => void) | undefined }>();
  return {
    now: () => startAt + elapsed,
    monotonic: () => elapsed,
    after(delayMs, callback) {
      const timer: { callback: (() => void) | undefined } = { callback };
      timers.push(elapsed + Math.max(0, Math.ceil(delayMs)), timer);
      return { cancel: () => void (timer.callback = undefined) };
    },
    async run(isDone) {
      for (;;) {
        // A turn of the event loop: every promise that can go on has gone on.
        await new Promise((resolve) => setImmediate(resolve));
        if (isDone()) return true;
        const at = timers.nextAt();
        if (at === undefined) return false;
        elapsed = Math.max(elapsed, at);
        for (let due = timers.popDue(elapsed); due !== undefined; due = timers.popDue(elapsed)) due.callback?.();
      }
    },
  };
}

/** The machine's clock, which can be moved on: for tests over real sockets that must not wait for hours. */
export function leapingClock(): LeapingClock {
  return leaping(systemClock);
}
