/**
 * Who has what: from waiting to leased and back.
 *
 *   backlog ──take──► lease ──settle, giveBack──► done, or offered to the backlog again
 *                       └── ran out ──► offered again
 *
 * A delivery is leased if it stands in `#leases`, from the moment it is taken until the change that ends the lease is durable. A lease
 * that ran out no longer stands there, but whoever holds it may still settle it as long as nobody else has taken the delivery.
 */
import type { Clock, DomainName, Instant } from "../../base/index.ts";
import { QueueError, type Delivery, type Lease, type Settlement } from "../types.ts";
import { Backlog, type BacklogLimits } from "./backlog.ts";
import { contentOf, type LeaseContent } from "./body.ts";
import type { Group } from "./group.ts";
import { formatMessageId } from "./ids.ts";
import { QueueLease } from "./lease.ts";
import type { Link } from "./link.ts";
import type { AfterChange, Change, FetchedRow } from "./protocol.ts";
import { deliveryId, readDelivery } from "./records.ts";
import { states } from "./schema.ts";
import type { Waiting } from "./window.ts";

/** What a delivery just accepted brings along. */
export interface Fresh {
  readonly delivery: Delivery;
  readonly content: LeaseContent;
  /** Bytes of memory, roughly. */
  readonly charge: number;
}

export interface LeasingLimits extends BacklogLimits {
  /** Content and envelopes kept in memory, of deliveries just accepted and of those leased. */
  readonly memoryMaxBytes: number;
}

export interface LeasingParts {
  readonly link: Link;
  readonly group: Group;
  readonly clock: Clock;
  readonly spool: string;
  readonly leaseMs: number;
  /** A number for a block of a story. */
  readonly serial: () => number;
  readonly limits: LeasingLimits;
}

export const leasingLimits: LeasingLimits = {
  deliveriesMax: 20_000,
  deliveriesPerDomainMax: 500,
  memoryMaxBytes: 32 * 1024 * 1024,
  scanRowsMax: 1000,
};

export class Leasing {
  readonly #parts: LeasingParts;
  readonly #leases = new Map<number, QueueLease>();
  readonly #backlog: Backlog<Fresh>;
  /** Messages on their way out: not to be leased any more. */
  readonly #doomed = new Set<number>();
  #memory = 0;

  constructor(parts: LeasingParts) {
    this.#parts = parts;
    this.#backlog = new Backlog<Fresh>({
      ...parts,
      isLeased: (id) => this.#leases.has(id),
      onDrop: (fresh) => void (this.#memory -= fresh.charge),
    });
  }

  get count(): number {
    return this.#leases.size;
  }

  get leases(): Iterable<QueueLease> {
    return this.#leases.values();
  }

  /** Leases of deliveries that are stored in one of these states. */
  countStored(...stored: readonly number[]): number {
    let count = 0;
    for (const lease of this.#leases.values()) if (stored.includes(lease.stored)) count++;
    return count;
  }

  isLeased(message: number): boolean {
    for (const lease of this.#leases.values()) if (lease.message === message) return true;
    return false;
  }

  onReady(callback: () => void): void {
    this.#backlog.onReady(callback);
  }

  reset(): void {
    this.#backlog.reset();
  }

  close(): void {
    this.#backlog.close();
  }

  /** True if `bytes` more may be kept in memory. */
  hasRoom(bytes: number): boolean {
    return this.#memory + bytes <= this.#parts.limits.memoryMaxBytes;
  }

  /** A delivery that is stored as waiting. */
  offer(item: Waiting<Fresh>): void {
    // A scan may have met it first, and somebody may have it already.
    if (this.#leases.has(item.id)) return;
    if (item.fresh !== undefined) this.#memory += item.fresh.charge;
    this.#backlog.offer(item);
  }

  async lease(now: Instant, max: number, except: ReadonlySet<DomainName>): Promise<Lease[]> {
    await this.#runOut(now);
    const leases: QueueLease[] = [];
    do {
      const wanted = max - leases.length;
      await this.#backlog.take(now, wanted, except, (item) => this.#begin(item, now, leases));
      await this.#fill(leases);
    } while (this.#dropOver(leases) > 0);
    return leases;
  }

  async nextDue(now: Instant): Promise<Instant | undefined> {
    await this.#runOut(now);
    return this.#backlog.nextDue(now);
  }

  async settle(lease: Lease, settlement: Settlement): Promise<void> {
    const mine = this.#claim(lease);
    const { recipients, memo, events } = settlement;
    const { attempts, recipients: known } = mine.delivery;
    if (recipients.length !== known.length) throw new TypeError("a state for each recipient, please");
    const due = Math.ceil(settlement.dueAt);
    const isDone = recipients.every((state) => state.kind !== "pending");
    await this.#end(mine, isDone ? undefined : due, {
      kind: "settle",
      delivery: mine.key,
      attempts,
      done: isDone,
      due: isDone ? this.#parts.clock.now() : due,
      outcomes: JSON.stringify(recipients),
      memo: isDone || memo === undefined || memo === null ? null : JSON.stringify(memo),
      serial: this.#parts.serial(),
      events: JSON.stringify(events),
    });
  }

  async giveBack(lease: Lease, dueAt: Instant): Promise<void> {
    const mine = this.#claim(lease);
    const due = Math.ceil(dueAt);
    await this.#end(mine, due, { kind: "giveBack", delivery: mine.key, attempts: mine.delivery.attempts, due });
  }

  /** Also written down, so that an operator beside us sees what has been under way for so long. */
  async extend(lease: Lease): Promise<void> {
    const mine = this.#claim(lease);
    mine.leasedUntil = this.#parts.clock.now() + this.#parts.leaseMs;
    this.#leases.delete(mine.key);
    this.#leases.set(mine.key, mine);
    mine.isMarked = true;
    const { after } = await this.#parts.group.make({
      kind: "mark",
      delivery: mine.key,
      attempts: mine.delivery.attempts,
    });
    if (after !== "lost") return;
    this.#drop(mine);
    throw lost();
  }

  /** What an operator did to deliveries that are under way must be known of their leases. */
  async reviewLeases(): Promise<void> {
    const keys = [...this.#leases.keys()];
    const found = await this.#parts.link.ask({ kind: "states", deliveries: keys });
    keys.forEach((key, index) => {
      const lease = this.#leases.get(key);
      if (lease !== undefined) lease.stored = found[index] ?? states.doomed;
    });
  }

  /** Nothing of this message is leased from now on. */
  doom(message: number): void {
    this.#doomed.add(message);
  }

  undoom(message: number): void {
    this.#doomed.delete(message);
  }

  async purgeUnlessLeased(message: number): Promise<void> {
    if (this.isLeased(message)) return;
    await this.#parts.group.make({ kind: "purge", message });
    this.#doomed.delete(message);
  }

  /** The lease as the one that holds the delivery; one that ran out may, as long as nobody else has it. */
  #claim(lease: Lease): QueueLease {
    const holder = lease instanceof QueueLease ? (this.#leases.get(lease.key) ?? lease) : undefined;
    if (holder === undefined || holder !== lease || holder.isOver) throw lost();
    this.#backlog.remove(holder.key);
    this.#leases.set(holder.key, holder);
    return holder;
  }

  /** Makes the change; then the delivery waits again from `due`, if it waits. */
  async #end(lease: QueueLease, due: Instant | undefined, change: Change): Promise<void> {
    lease.isOver = true;
    let after: AfterChange | undefined;
    try {
      ({ after } = await this.#parts.group.make(change));
    } catch (error) {
      // Not made: still ours.
      lease.isOver = false;
      throw error;
    }
    this.#release(lease);
    if (after === "waiting" && due !== undefined) this.#offerAgain(lease, due);
    else if (after === "doomed") await this.purgeUnlessLeased(lease.message);
    else if (after === "lost") throw lost();
  }

  #begin({ id, message, due, fresh }: Waiting<Fresh>, now: Instant, leases: QueueLease[]): void {
    if (this.#doomed.has(message)) return void (this.#memory -= fresh?.charge ?? 0);
    const lease = new QueueLease({ id, message, due }, now + this.#parts.leaseMs);
    if (fresh !== undefined) lease.fill(fresh.delivery, fresh.content, fresh.charge);
    this.#leases.set(id, lease);
    leases.push(lease);
  }

  /** Leases that ran out are waiting again; in the order of the map, which is that of their ends. */
  async #runOut(now: Instant): Promise<void> {
    const changes: Promise<void>[] = [];
    for (const lease of this.#leases.values()) {
      if (lease.leasedUntil > now) break;
      if (lease.isOver || !lease.isFilled) continue;
      this.#release(lease);
      if (this.#doomed.has(lease.message)) changes.push(this.purgeUnlessLeased(lease.message));
      else if (lease.isMarked) changes.push(this.#unmark(lease));
      else if (lease.stored !== states.held) this.#offerAgain(lease, lease.due);
    }
    // What could not be written is tried again: a purge at the next start, an end of a lease at the next look.
    if (changes.length > 0) await Promise.allSettled(changes);
  }

  /** It was written down as leased: only what is stored as waiting may be offered. */
  async #unmark(lease: QueueLease): Promise<void> {
    const { attempts } = lease.delivery;
    try {
      const { after } = await this.#parts.group.make({ kind: "giveBack", delivery: lease.key, attempts, due: null });
      if (after === "waiting") this.#offerAgain(lease, lease.due);
    } catch (error) {
      this.#leases.set(lease.key, lease);
      throw error;
    }
  }

  #offerAgain({ key, message, delivery: { domain } }: QueueLease, due: Instant): void {
    this.offer({ id: key, message, due, domain });
  }

  #release(lease: QueueLease): void {
    this.#leases.delete(lease.key);
    this.#memory -= lease.charge;
    lease.charge = 0;
  }

  #drop(lease: QueueLease): void {
    lease.isOver = true;
    this.#release(lease);
  }

  /** Takes out those that are over; returns how many. */
  #dropOver(leases: QueueLease[]): number {
    const over = leases.filter((lease) => lease.isOver).length;
    if (over > 0) leases.splice(0, leases.length, ...leases.filter((lease) => !lease.isOver));
    return over;
  }

  /** Reads what the leases are of. What is gone or held by now is over before it began. */
  async #fill(leases: readonly QueueLease[]): Promise<void> {
    const empty = leases.filter((lease) => !lease.isFilled);
    if (empty.length === 0) return;
    try {
      const deliveries = empty.map((lease) => lease.key);
      const bodyMaxBytes = Math.max(0, this.#parts.limits.memoryMaxBytes - this.#memory);
      const rows = await this.#parts.link.ask({ kind: "fetch", deliveries, bodyMaxBytes });
      const found = new Map(rows.map((row) => [row.id, row]));
      for (const lease of empty) this.#fillOne(lease, found.get(lease.key));
    } catch (error) {
      for (const lease of leases) this.#drop(lease);
      this.reset();
      throw error;
    }
  }

  #fillOne(lease: QueueLease, row: FetchedRow | undefined): void {
    if (row === undefined || row.state !== states.waiting) return this.#drop(lease);
    const id = formatMessageId({ serial: row.message, nonce: row.nonce });
    const charge = row.body?.length ?? 0;
    this.#memory += charge;
    lease.fill(readDelivery(row, id, deliveryId(id, row.id - row.first)), contentOf(this.#parts, row, id), charge);
  }
}

function lost(): QueueError {
  return new QueueError("lost", "the lease ran out and the delivery is no longer this worker's");
}
