/**
 * A lane: everything under way to one recipient domain.
 *
 * Its width, the number of deliveries at once, adapts: one wider after each success up to the operator's limit, half as
 * wide when the destination shows strain (a 421, a connection that breaks). When no host of the domain can be
 * reached at all the lane closes for a while, longer each time, instead of spending a timeout on each message.
 * A hop that fails to *prove* itself does not close the lane: each message must meet that by itself and have it in its story.
 */
import type { DomainName, Instant } from "../base/index.ts";
import type { Lease } from "../queue/index.ts";

export type LaneSignal = "ok" | "strained" | "unreachable" | "neutral";

const initialWidth = 5;
const closedFirstMs = 30_000;
const closedMaxMs = 600_000;
const unreachableBeforeClosing = 2;

export class Lane {
  readonly domain: DomainName;
  readonly #widthMax: number;
  readonly #closedFirstMs: number;
  readonly waiting: Lease[] = [];
  active = 0;
  width: number;
  closedUntil: Instant = 0;
  #unreachable = 0;

  constructor(domain: DomainName, widthMax: number, retryFirstMs: number) {
    this.domain = domain;
    this.#widthMax = widthMax;
    this.#closedFirstMs = Math.min(closedFirstMs, retryFirstMs);
    this.width = Math.min(initialWidth, widthMax);
  }

  /** True if no more should be leased for this domain. A little is leased ahead, so that a free place is filled at once. */
  isFull(now: Instant): boolean {
    return now < this.closedUntil || this.active + this.waiting.length >= this.width * 2;
  }

  canStart(): boolean {
    return this.active < this.width && this.waiting.length > 0;
  }

  isIdle(now: Instant): boolean {
    return this.active === 0 && this.waiting.length === 0 && now >= this.closedUntil;
  }

  /** Learns from an attempt that ended at `now`. */
  learn(signal: LaneSignal, now: Instant): void {
    switch (signal) {
      case "ok":
        this.width = Math.min(this.#widthMax, this.width + 1);
        this.#unreachable = 0;
        return;
      case "neutral":
        this.#unreachable = 0;
        return;
      case "strained":
        this.width = Math.max(1, Math.floor(this.width / 2));
        return;
      case "unreachable":
        this.width = 1;
        this.#unreachable += 1;
        if (this.#unreachable < unreachableBeforeClosing) return;
        this.closedUntil =
          now +
          Math.min(closedMaxMs, this.#closedFirstMs * 2 ** Math.min(this.#unreachable - unreachableBeforeClosing, 16));
    }
  }
}
