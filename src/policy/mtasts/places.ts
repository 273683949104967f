/** So many at once; others wait their turn, so many of them and so long. */
import type { Clock } from "../../base/index.ts";

export interface PlacesLimits {
  readonly max: number;
  readonly waitingMax: number;
  readonly waitMaxMs: number;
}

export type Leave = () => void;

export class Places {
  readonly #clock: Clock;
  readonly #limits: PlacesLimits;
  readonly #waiting = new Set<(leave: Leave | undefined) => void>();
  #taken = 0;

  constructor(clock: Clock, limits: PlacesLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** What comes back gives the place up again; undefined: none was free in time. */
  enter(): Promise<Leave | undefined> {
    if (this.#taken < this.#limits.max) return Promise.resolve(this.#take());
    if (this.#waiting.size >= this.#limits.waitingMax) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const settle = (leave: Leave | undefined): void => {
        timer.cancel();
        this.#waiting.delete(settle);
        resolve(leave);
      };
      const timer = this.#clock.after(this.#limits.waitMaxMs, () => settle(undefined));
      this.#waiting.add(settle);
    });
  }

  #take(): Leave {
    this.#taken++;
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      this.#taken--;
      const [next] = this.#waiting;
      next?.(this.#take());
    };
  }
}
