/**
 * The queue over SQLite: what waits and what is leased is known in memory (`Leasing`), what is durable is in the `Store`.
 *
 *   commit ──► group ──► one transaction, one fsync ──► window (due now, content still in memory) ──► lease
 *                                 │                        ▲
 *                                 └─► due later, or no room ─► disk ── scan, when its time has come
 *
 * A lease is written nowhere (but see `extend`): a directory has one owner, and when that process ends all it had leased is
 * waiting again. An operator's command changes rows beside the owner, who notices by SQLite's data version within `pollMs`,
 * forgets the window and reads it anew.
 */
import type {
  Clock,
  DomainName,
  Instant,
  Log,
  MessageId,
  Metrics,
  Random,
  StoryEntry,
  Timer,
} from "../../base/index.ts";
import {
  QueueError,
  type Incoming,
  type Lease,
  type ListRequest,
  type MessageStory,
  type MessageSummary,
  type Queue,
  type QueueDepth,
  type Settlement,
} from "../types.ts";
import { accept, type AcceptanceParts } from "./acceptance.ts";
import { Group } from "./group.ts";
import { OperatorHand } from "./hand.ts";
import { Nonces, parseMessageId, Serials } from "./ids.ts";
import { IncomingMessage, type IncomingHost } from "./incoming.ts";
import { Leasing, type LeasingLimits } from "./leasing.ts";
import type { Link } from "./link.ts";
import type { Lock } from "./lock.ts";
import type { Tidings } from "./protocol.ts";
import { states } from "./schema.ts";

export interface QueueParts {
  readonly directory: string;
  readonly spool: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly leaseMs: number;
  readonly limits: LeasingLimits;
  readonly freeBytes: () => Promise<number>;
  readonly link: Link;
  /** The relay's; an operator's command has none. */
  readonly lock: Lock | undefined;
}

const pollMs = 500;
/** Space left for settling what is under way: no new mail is taken when less than this is free. */
const freeBytesMin = 64 * 1024 * 1024;
const freeCheckMs = 1_000;

export class SqliteQueue implements Queue {
  readonly #parts: QueueParts;
  readonly #link: Link;
  readonly #group: Group;
  readonly #serials: Serials;
  readonly #nonces: Nonces;
  readonly #leasing: Leasing;
  readonly #hand: OperatorHand;
  readonly #incomingHost: IncomingHost;
  readonly #isOwner: boolean;
  #stored: Tidings;
  #fault: QueueError | undefined;
  #poll: Timer | undefined;
  /** Another process has changed the database, and we have not looked yet. */
  #hasMoved = false;
  #freeBytes = Infinity;
  #freeCheckedAt = -Infinity;

  constructor(parts: QueueParts) {
    const { link, clock, metrics, log, spool } = parts;
    this.#parts = parts;
    this.#link = link;
    this.#isOwner = parts.lock !== undefined;
    this.#stored = link.opened;
    this.#serials = new Serials(link.opened.lastSerial);
    this.#nonces = new Nonces(parts.random);
    this.#group = new Group(link, clock, metrics);
    const serial = (count?: number): number => this.#serials.next(clock.now(), count);
    const inner = { ...parts, group: this.#group, serial };
    this.#leasing = new Leasing(inner);
    this.#hand = new OperatorHand({ ...inner, leasing: this.#leasing, isOwner: this.#isOwner });
    const acceptance: AcceptanceParts = { ...inner, leasing: this.#leasing };
    this.#incomingHost = {
      spool,
      refusal: () => this.#refusal(),
      accept: (...message) => accept(acceptance, ...message),
    };
    link.onTidings((tidings) => this.#hear(tidings));
    link.onLost((fault) => {
      if (this.#fault === undefined) log.error("the queue is lost", { error: fault.message });
      this.#fault ??= fault;
    });
  }

  /** Ends what was left to end when the queue was last closed. */
  async start(): Promise<void> {
    if (!this.#isOwner) return;
    await this.#checkFree();
    await this.#hand.purgeDoomed();
    this.#pollLater();
  }

  receive(): Incoming {
    this.#checkOwner();
    const { clock } = this.#parts;
    if (clock.monotonic() - this.#freeCheckedAt >= freeCheckMs) void this.#checkFree();
    const key = { serial: this.#serials.next(clock.now()), nonce: this.#nonces.next() };
    return new IncomingMessage(key, this.#incomingHost);
  }

  async lease(request: {
    readonly now: Instant;
    readonly max: number;
    readonly except: ReadonlySet<DomainName>;
  }): Promise<readonly Lease[]> {
    this.#checkOwner();
    return this.#leasing.lease(request.now, request.max, request.except);
  }

  async settle(lease: Lease, settlement: Settlement): Promise<void> {
    this.#checkOwner();
    await this.#leasing.settle(lease, settlement);
  }

  async giveBack(lease: Lease, dueAt: Instant): Promise<void> {
    this.#checkOwner();
    await this.#leasing.giveBack(lease, dueAt);
  }

  async extend(lease: Lease): Promise<void> {
    this.#checkOwner();
    await this.#leasing.extend(lease);
  }

  onReady(callback: () => void): void {
    this.#leasing.onReady(callback);
  }

  async nextDue(): Promise<Instant | undefined> {
    this.#checkOwner();
    return this.#leasing.nextDue(this.#parts.clock.now());
  }

  async depth(): Promise<QueueDepth> {
    this.#check();
    return this.#depth();
  }

  async list(request: ListRequest): Promise<readonly MessageSummary[]> {
    this.#check();
    const found = await this.#link.ask({ kind: "list", request });
    return found.map((message) => this.#withLeases(message));
  }

  async show(id: MessageId): Promise<MessageStory | undefined> {
    this.#check();
    const key = parseMessageId(id);
    if (key === undefined) return undefined;
    const found = await this.#link.ask({ kind: "show", message: key.serial, nonce: key.nonce });
    return found === undefined ? undefined : this.#withLeases(found);
  }

  async tell(id: MessageId, events: readonly StoryEntry[]): Promise<void> {
    this.#check();
    await this.#hand.tell(id, events);
  }

  async hold(id: MessageId, now: Instant, by: string): Promise<boolean> {
    this.#check();
    return this.#hand.order("hold", id, now, { code: "held", by });
  }

  async release(id: MessageId, now: Instant, by: string): Promise<boolean> {
    this.#check();
    return this.#hand.order("release", id, now, { code: "released", by });
  }

  async retry(id: MessageId, now: Instant, by: string): Promise<boolean> {
    this.#check();
    return this.#hand.order("retry", id, now, { code: "retry-asked", by });
  }

  async delete(id: MessageId, _now: Instant, by: string): Promise<boolean> {
    this.#check();
    return this.#hand.delete(id, by);
  }

  async forget(before: Instant): Promise<number> {
    this.#check();
    return this.#hand.forget(before);
  }

  async close(): Promise<void> {
    if (this.#fault?.code === "closed") return;
    this.#fault = new QueueError("closed", "the queue is closed");
    this.#poll?.cancel();
    this.#leasing.close();
    await this.#group.idle();
    await this.#link.close();
    this.#parts.lock?.release();
  }

  #check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  #checkOwner(): void {
    this.#check();
    if (!this.#isOwner)
      throw new QueueError("io", "only the relay takes and delivers mail: this is an operator's view");
  }

  #refusal(): QueueError | undefined {
    if (this.#fault !== undefined) return this.#fault;
    if (this.#freeBytes >= freeBytesMin) return undefined;
    return new QueueError("full", `only ${this.#freeBytes} bytes are free in ${this.#parts.directory}`);
  }

  async #checkFree(): Promise<void> {
    this.#freeCheckedAt = this.#parts.clock.monotonic();
    this.#freeBytes = await this.#parts.freeBytes().catch(() => Infinity);
  }

  #hear(tidings: Tidings): void {
    this.#stored = tidings;
    this.#hasMoved ||= tidings.moved;
    const { metrics } = this.#parts;
    for (const [state, count] of Object.entries(this.#depth())) {
      metrics.gauge("surehop_queue_deliveries", count as number, { state });
    }
  }

  #depth(): QueueDepth {
    const { waiting, held } = this.#stored;
    const leased = this.#leasing.count;
    const ofWaiting = this.#leasing.countStored(states.waiting, states.marked);
    const ofHeld = this.#leasing.countStored(states.held);
    return { waiting: Math.max(0, waiting - ofWaiting), leased, held: Math.max(0, held - ofHeld) };
  }

  #pollLater(): void {
    if (this.#fault === undefined) this.#poll = this.#parts.clock.after(pollMs, () => void this.#lookAround());
  }

  async #lookAround(): Promise<void> {
    try {
      await this.#link.ask({ kind: "poll" });
      if (this.#hasMoved) {
        this.#hasMoved = false;
        await this.#hand.catchUp();
      }
    } catch (error) {
      if (this.#fault === undefined) {
        this.#parts.log.warn("the queue could not be looked at", { error: String(error) });
      }
    }
    this.#pollLater();
  }

  /** What is leased is so in our memory alone. */
  #withLeases<T extends MessageSummary>(message: T): T {
    const leased = new Set<string>();
    for (const lease of this.#leasing.leases) if (lease.isFilled) leased.add(lease.delivery.id);
    if (!message.deliveries.some(({ id }) => leased.has(id))) return message;
    const deliveries = message.deliveries.map((delivery) =>
      leased.has(delivery.id) ? { ...delivery, state: "leased" as const } : delivery,
    );
    return { ...message, deliveries };
  }
}
