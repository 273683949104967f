/**
 * Doubt: when answers that fail validation pile up, is it the domains that are under attack, or has the resolver begun to spoil answers
 * (SEC-5)? A few of them in a short time are a reason to look, and not again for a while.
 */
import type { Clock } from "../../base/index.ts";
import { checkupLimits } from "./limits.ts";
import type { DnsFinding } from "./types.ts";

export interface DoubtWatchOptions {
  readonly clock: Pick<Clock, "monotonic">;
  /** The look: `checkUpstreams` with its options. */
  readonly check: () => Promise<readonly DnsFinding[]>;
  /** What came of it; an empty list says that the resolvers are well, and the domains' answers are what is wrong. */
  readonly onChecked: (findings: readonly DnsFinding[]) => void;
}

export interface DoubtWatch {
  /** To be called for every bogus answer. */
  bogus(): void;
}

export function createDoubtWatch({ clock, check, onChecked }: DoubtWatchOptions): DoubtWatch {
  let times: readonly number[] = [];
  let restsUntil = Number.NEGATIVE_INFINITY;
  return {
    bogus() {
      const now = clock.monotonic();
      if (now < restsUntil) return;
      times = [...times.filter((at) => now - at < checkupLimits.doubtWindowMs), now];
      if (times.length < checkupLimits.doubtBogusMax) return;
      times = [];
      restsUntil = now + checkupLimits.doubtRestMs;
      void check().then(onChecked, () => {});
    },
  };
}
