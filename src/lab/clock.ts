import type { Clock, Timer } from "../base/index.ts";

export interface LeapingClock extends Clock {
  /** Lets that much time have passed at once: timers that fell due meanwhile run now, the others that much sooner. */
  leap(byMs: number): void;
}

/** A clock that goes as `clock` does and can be moved on: hours pass in the lab without anybody's waiting for them. */
export function leapingClock(clock: Clock): LeapingClock {
  let leapt = 0;
  const timers = new Map<object, { readonly at: number; readonly fire: () => void; handle: Timer }>();
  const monotonic = (): number => clock.monotonic() + leapt;
  return {
    now: () => clock.now() + leapt,
    monotonic,
    after(delayMs, callback) {
      const key = {};
      const fire = (): void => {
        timers.delete(key);
        callback();
      };
      timers.set(key, { at: monotonic() + delayMs, fire, handle: clock.after(delayMs, fire) });
      return {
        cancel() {
          timers.get(key)?.handle.cancel();
          timers.delete(key);
        },
      };
    },
    leap(byMs) {
      leapt += byMs;
      const now = monotonic();
      for (const timer of timers.values()) {
        timer.handle.cancel();
        timer.handle = clock.after(Math.max(0, timer.at - now), timer.fire);
      }
    },
  };
}
