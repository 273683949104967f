import type { Instant } from "../../base/index.ts";
import type { Delivery, Lease } from "../types.ts";
import type { LeaseContent } from "./body.ts";
import { states } from "./schema.ts";

/**
 * One worker's hold on a delivery. It lives in memory alone: only one process leases from a directory, so that when the
 * process ends, everything it had leased is waiting again.
 */
export class QueueLease implements Lease {
  /** Number of the delivery and of its message. */
  readonly key: number;
  readonly message: number;
  /** As stored: where it waits again if the lease runs out. */
  readonly due: Instant;
  leasedUntil: Instant;
  /** Settled, given back or lost. */
  isOver = false;
  /** How it is stored: an operator may have held or deleted it meanwhile, which counts when the attempt ends. */
  stored: number = states.waiting;
  /** Written down as leased. */
  isMarked = false;
  /** Bytes of memory that it counts for. */
  charge = 0;
  #delivery: Delivery | undefined;
  #content: LeaseContent | undefined;

  constructor(row: { readonly id: number; readonly message: number; readonly due: Instant }, leasedUntil: Instant) {
    this.key = row.id;
    this.message = row.message;
    this.due = row.due;
    this.leasedUntil = leasedUntil;
  }

  fill(delivery: Delivery, content: LeaseContent, charge: number): void {
    this.#delivery = delivery;
    this.#content = content;
    this.charge = charge;
  }

  get isFilled(): boolean {
    return this.#delivery !== undefined;
  }

  get delivery(): Delivery {
    if (this.#delivery === undefined) throw new Error("this lease has no delivery yet");
    return this.#delivery;
  }

  get inline(): Uint8Array | undefined {
    return this.#content?.inline;
  }

  async *content(): AsyncGenerator<Uint8Array> {
    if (this.#content === undefined) throw new Error("this lease has no content yet");
    if (this.#content.inline !== undefined) yield this.#content.inline;
    else yield* this.#content.read();
  }
}
