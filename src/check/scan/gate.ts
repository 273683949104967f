/** The budgets with a clock: whoever wants to connect waits here until it may. */
import type { Clock, Instant, Timer } from "../../base/index.ts";
import { Budgets, type BudgetRequest } from "./budgets.ts";
import { addressGroup, budgetIn, groupsOf, type ProbeTarget, type ScanBudgets } from "./groups.ts";

/** One connection may be made. Giving it back twice does nothing the second time. */
export interface Permit {
  release(): void;
}

/** Undefined: no more, the scan is being stopped. */
export type Admit = () => Promise<Permit | undefined>;

interface Waiting extends BudgetRequest {
  readonly begin: (permit: Permit | undefined) => void;
}

export class Gate {
  readonly #clock: Clock;
  readonly #budgets: Budgets<Waiting>;
  #timer: { readonly at: Instant; readonly timer: Timer } | undefined;
  #isClosed = false;

  constructor(clock: Clock, budgets: ScanBudgets, openMax: number) {
    this.#clock = clock;
    this.#budgets = new Budgets(openMax, budgetIn(budgets));
  }

  get open(): number {
    return this.#budgets.open;
  }

  get waiting(): number {
    return this.#budgets.waiting;
  }

  enter(target: ProbeTarget): Promise<Permit | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const request: Waiting = { groups: groupsOf(target), begin: resolve };
      if (this.#budgets.ask(request, this.#clock.monotonic())) this.#begin(request);
      this.#setTimer();
    });
  }

  /** Nobody connects to this address for a while. */
  pause({ address }: ProbeTarget, forMs: number): void {
    this.#budgets.pause(addressGroup(address), this.#clock.monotonic() + forMs);
    this.#setTimer();
  }

  /** Whoever waits is sent away, and nobody comes in any more. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    for (const { begin } of this.#budgets.clear()) begin(undefined);
  }

  #begin(request: Waiting): void {
    let isOpen = true;
    request.begin({
      release: () => {
        if (!isOpen) return;
        isOpen = false;
        this.#beginAll(this.#budgets.close(request, this.#clock.monotonic()));
      },
    });
  }

  #beginAll(requests: readonly Waiting[]): void {
    for (const request of requests) this.#begin(request);
    this.#setTimer();
  }

  #setTimer(): void {
    const at = this.#budgets.nextAt();
    if (at === undefined || this.#isClosed) return;
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.timer.cancel();
    // Rounded up: a clock that rings a little early would find nothing to do, and ring again.
    const delayMs = Math.max(0, Math.ceil(at - this.#clock.monotonic()));
    const timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#beginAll(this.#budgets.advance(this.#clock.monotonic()));
    });
    this.#timer = { at, timer };
  }
}
