import type { Instant, Random } from "../base/index.ts";

const growth = 1.8;
const jitterShare = 0.2;

/**
 * When to try again: the delay grows with each attempt and is jittered by ±20 %, so that what failed together does not
 * come back together.
 * @param attempts attempts that have ended, the one just failed included; at least 1
 */
export function nextAttemptAt(
  now: Instant,
  attempts: number,
  settings: { readonly retryFirstMs: number; readonly retryMaxMs: number },
  random: Random,
): Instant {
  const grown = settings.retryFirstMs * growth ** Math.min(Math.max(attempts - 1, 0), 60);
  const delay = Math.min(grown, settings.retryMaxMs);
  return Math.round(now + delay * (1 - jitterShare + 2 * jitterShare * random.fraction()));
}
