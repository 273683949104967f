import { performance } from "node:perf_hooks";
import type { Clock } from "../base/index.ts";

const timerMaxMs = 2 ** 31 - 1;

/** The machine's own clock. Its timers are unref'd: open sockets keep the process alive, waiting does not. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), timerMaxMs));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
