/**
 * The courier: takes due deliveries from the queue, runs an attempt for each, and writes down what became of it.
 *
 *   queue ──lease──► lane (one per domain) ──► attempt ──► verdict ──► notices ──► settle
 *
 * It is woken by the queue (something new), by an attempt that ended (room), or by the clock (the next due time).
 * Stopping: it leases nothing more, gives back what has not begun, and lets attempts under way end within a grace time; what is
 * cut off then is still in the queue and comes back at the next start.
 */
import {
  type Clock,
  type DomainName,
  type Instant,
  type Log,
  type MailEvent,
  type MessageId,
  type Metrics,
  type Net,
  type Random,
  type SessionObservation,
  type StoryEntry,
  type Timer,
} from "../base/index.ts";
import type { Resolver } from "../dns/index.ts";
import type { LearningMemory, StsSource } from "../policy/index.ts";
import { QueueError, type Lease, type Queue } from "../queue/index.ts";
import type { openSession } from "../smtp/index.ts";
import { eventLog, eventMetrics, exposureAfter, type Exposure } from "../words/index.ts";
import { attempt, type AttemptDeps, type AttemptResult, type RecipientOutcome } from "./attempt.ts";
import type { DryRunResult } from "./dryrun.ts";
import { Lane } from "./lane.ts";
import { parseMemo, type Memo } from "./memo.ts";
import { sendNotices, type NoticeDeps } from "./notices.ts";
import { SessionPool } from "./pool.ts";
import { nextAttemptAt } from "./retry.ts";
import { gatherSettingsOf, type DeliverySettings } from "./settings.ts";
import { judge, problemEvents, stateAfter, stayWaiting, type Judgement } from "./verdict.ts";

export interface CourierDeps {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly queue: Queue;
  readonly resolver: Resolver;
  readonly sts: StsSource;
  readonly memory: LearningMemory;
  /** Who opens sessions; default: `smtp` does. */
  readonly openSession?: typeof openSession;
  /** Told of every session's verdict, and of what kept one from coming about (RPT-1). */
  readonly observe?: (observation: SessionObservation) => void;
  /** Told, where `enforce` is `report`, what would have become of a delivery. */
  readonly onDryRun?: (result: DryRunResult) => void;
  /** Called with each event as it happens, for those who follow a story live. */
  readonly onEvent?: (message: string, entry: StoryEntry) => void;
}

export interface Courier {
  /** Deliveries being attempted now. */
  readonly active: number;
  /** What the attempts under way for a message have met so far; not stored yet. */
  underWay(message: MessageId): readonly StoryEntry[];
  /** Resolves when all has ended or `graceMs` is over. */
  close(graceMs: number): Promise<void>;
}

const wakeMinMs = 20;
const wakeMaxMs = 60_000;
const leaseBatchMax = 100;
const lanesKeptMax = 10_000;
const leaseCheckMs = 60_000;

export function startCourier(deps: CourierDeps, settings: DeliverySettings): Courier {
  const courier = new QueueCourier(deps, settings);
  deps.queue.onReady(() => courier.wake());
  courier.wake();
  return courier;
}

class QueueCourier implements Courier {
  readonly #deps: CourierDeps;
  readonly #settings: DeliverySettings;
  readonly #attemptDeps: AttemptDeps;
  readonly #noticeDeps: NoticeDeps;
  readonly #judgement: Pick<Judgement, "settings" | "random">;
  readonly #pool: SessionPool;
  readonly #lanes = new Map<DomainName, Lane>();
  readonly #full = new Set<DomainName>();
  readonly #leases = new Set<Lease>();
  readonly #running = new Map<Lease, StoryEntry[]>();
  readonly #abort = new AbortController();
  readonly #leaseTimer: () => void;
  #active = 0;
  #waiting = 0;
  #pumping = false;
  #pumpAgain = false;
  #closing = false;
  #timer: Timer | undefined;
  #extendTimer: Timer | undefined;
  #onIdle: (() => void) | undefined;

  constructor(deps: CourierDeps, settings: DeliverySettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#pool = new SessionPool(deps.clock);
    const gatherSettings = gatherSettingsOf(settings);
    this.#attemptDeps = { ...deps, pool: this.#pool, settings, gatherSettings, signal: this.#abort.signal };
    this.#noticeDeps = { ...deps, settings };
    this.#judgement = { settings, random: deps.random };
    this.#leaseTimer = () => {
      for (const lease of this.#leases) void deps.queue.extend(lease).catch(() => {});
      this.#extendTimer = deps.clock.after(leaseCheckMs, this.#leaseTimer);
    };
    this.#extendTimer = deps.clock.after(leaseCheckMs, this.#leaseTimer);
  }

  get active(): number {
    return this.#active;
  }

  underWay(message: MessageId): readonly StoryEntry[] {
    return [...this.#running].flatMap(([lease, events]) => (lease.delivery.message === message ? events : []));
  }

  /** Something may be due. Cheap to call often. */
  wake(): void {
    if (this.#closing) return;
    if (this.#pumping) {
      this.#pumpAgain = true;
      return;
    }
    this.#pumping = true;
    void this.#pump();
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    this.#timer?.cancel();
    this.#extendTimer?.cancel();
    const now = this.#deps.clock.now();
    const unused = [...this.#lanes.values()].flatMap((lane) => lane.waiting.splice(0));
    this.#waiting = 0;
    await Promise.allSettled(unused.map((lease) => this.#deps.queue.giveBack(lease, now)));
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        this.#deps.clock.after(graceMs, () => {
          this.#abort.abort();
          // Aborting ends the attempts; give them the moment that takes.
          this.#deps.clock.after(1_000, resolve);
        });
      });
    }
    await this.#pool.close();
  }

  async #pump(): Promise<void> {
    try {
      do {
        this.#pumpAgain = false;
        await this.#fill();
      } while (this.#pumpAgain && !this.#closing);
    } catch (error) {
      if (!this.#closing) this.#deps.log.error("the queue could not be read; trying again", { error: String(error) });
      this.#sleep(wakeMaxMs / 10);
    } finally {
      this.#pumping = false;
    }
  }

  async #fill(): Promise<void> {
    const { clock, queue } = this.#deps;
    for (;;) {
      const room = this.#settings.connections - this.#active - this.#waiting;
      if (room <= 0 || this.#closing) return;
      const leases = await queue.lease({ now: clock.now(), max: Math.min(room, leaseBatchMax), except: this.#full });
      if (leases.length === 0) break;
      for (const lease of leases) this.#enqueue(lease);
    }
    const nextDue = await queue.nextDue();
    const now = clock.now();
    const opening = this.#earliestOpening(now);
    const wakeAt = Math.min(nextDue === undefined || nextDue <= now ? Infinity : nextDue, opening);
    this.#sleep(wakeAt === Infinity ? wakeMaxMs : wakeAt - now);
  }

  #sleep(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(Math.min(Math.max(ms, wakeMinMs), wakeMaxMs), () => {
      this.#reopenLanes();
      this.wake();
    });
  }

  #earliestOpening(now: Instant): Instant {
    let earliest = Infinity;
    for (const domain of this.#full) {
      const lane = this.#lanes.get(domain);
      if (lane !== undefined && lane.closedUntil > now) earliest = Math.min(earliest, lane.closedUntil);
    }
    return earliest;
  }

  #reopenLanes(): void {
    for (const domain of this.#full) {
      const lane = this.#lanes.get(domain);
      if (lane !== undefined) this.#review(lane);
    }
  }

  #enqueue(lease: Lease): void {
    const lane = this.#lane(lease.delivery.domain);
    lane.waiting.push(lease);
    this.#waiting += 1;
    this.#leases.add(lease);
    this.#start(lane);
  }

  #lane(domain: DomainName): Lane {
    const known = this.#lanes.get(domain);
    if (known !== undefined) return known;
    if (this.#lanes.size >= lanesKeptMax) this.#dropIdleLanes();
    const lane = new Lane(domain, this.#settings.connectionsPerDestination, this.#settings.retryFirstMs);
    this.#lanes.set(domain, lane);
    return lane;
  }

  #dropIdleLanes(): void {
    const now = this.#deps.clock.now();
    for (const [domain, lane] of this.#lanes) if (lane.isIdle(now)) this.#lanes.delete(domain);
  }

  #start(lane: Lane): void {
    while (lane.canStart() && !this.#closing) {
      const lease = lane.waiting.shift();
      if (lease === undefined) break;
      lane.active += 1;
      this.#waiting -= 1;
      this.#active += 1;
      void this.#run(lane, lease);
    }
    this.#review(lane);
  }

  #review(lane: Lane): void {
    if (lane.isFull(this.#deps.clock.now())) this.#full.add(lane.domain);
    else this.#full.delete(lane.domain);
  }

  async #run(lane: Lane, lease: Lease): Promise<void> {
    try {
      const signal = await this.#deliver(lease);
      lane.learn(signal, this.#deps.clock.now());
    } catch (error) {
      // A lost lease belongs to somebody else now. Anything else is a bug of ours: the lease runs out and the message comes back.
      const lost = error instanceof QueueError && error.code === "lost";
      if (!this.#closing || !lost) {
        this.#deps.log.error("an attempt ended abnormally; the message stays in the queue", {
          message: lease.delivery.message,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
      if (!lost) await this.#giveBack(lease);
    } finally {
      this.#leases.delete(lease);
      this.#running.delete(lease);
      lane.active -= 1;
      this.#active -= 1;
      this.#start(lane);
      if (this.#active === 0) this.#onIdle?.();
      this.wake();
    }
  }

  async #giveBack(lease: Lease): Promise<void> {
    const dueAt = nextAttemptAt(this.#deps.clock.now(), lease.delivery.attempts + 1, this.#settings, this.#deps.random);
    await this.#deps.queue.giveBack(lease, dueAt).catch(() => {});
  }

  async #deliver(lease: Lease): Promise<AttemptResult["signal"]> {
    const { clock, queue } = this.#deps;
    const { delivery } = lease;
    const memo = parseMemo(delivery.memo);
    const events: StoryEntry[] = [];
    this.#running.set(lease, events);
    const tell = (event: MailEvent): void => {
      const entry = { at: clock.now(), event };
      events.push(entry);
      this.#observe(lease, entry);
    };
    const result = await attempt(this.#attemptDeps, lease, memo.history, tell);
    const now = clock.now();
    const { outcomes, retryAt } = judge(delivery, result.outcomes, { ...this.#judgement, memo, now });
    const noticed = await this.#notify(lease, outcomes, { events, memo, now, retryAt });
    for (const event of noticed.told) tell(event);
    const states = noticed.outcomes.map((outcome) => stateAfter(outcome, now));
    const next: Memo = { history: result.history, delayNoticed: noticed.delayNoticed, exposure: noticed.exposure };
    await queue.settle(lease, {
      recipients: states,
      dueAt: retryAt,
      memo: states.some((state) => state.kind === "pending") ? next : null,
      events,
    });
    if (states.some((state) => state.kind === "delivered")) {
      this.#deps.metrics.observe("surehop_delivery_seconds", Math.max(0, now - delivery.envelope.receivedAt) / 1000);
    }
    return result.signal;
  }

  /**
   * Tells the sender what has to be told. Where that cannot be made durable, what would have come back stays in the queue.
   */
  async #notify(
    lease: Lease,
    outcomes: readonly RecipientOutcome[],
    seen: { events: readonly StoryEntry[]; memo: Memo; now: Instant; retryAt: Instant },
  ): Promise<{
    outcomes: readonly RecipientOutcome[];
    told: readonly MailEvent[];
    delayNoticed: boolean;
    exposure: Exposure;
  }> {
    const { memo, now, retryAt } = seen;
    const { delayNoticed } = memo;
    const attempted = seen.events.map((entry) => entry.event);
    const problems = problemEvents(lease.delivery, outcomes, retryAt);
    const exposure = exposureAfter(memo.exposure, [...attempted, ...problems]);
    try {
      const request = { lease, outcomes, now, retryAt, exposure, delayNoticed };
      const sent = await sendNotices(this.#noticeDeps, request);
      return { outcomes, told: [...problems, ...sent.events], delayNoticed: sent.delayNoticed, exposure };
    } catch (error) {
      // Not thrown: what was delivered in this attempt must be settled, or it would be delivered again.
      this.#deps.log.error("a notice to the sender could not be queued; the message stays", {
        message: lease.delivery.message,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      const waiting = outcomes.map(stayWaiting);
      return { outcomes: waiting, told: problemEvents(lease.delivery, waiting, retryAt), delayNoticed, exposure };
    }
  }

  #observe(lease: Lease, entry: StoryEntry): void {
    const { log, metrics, onEvent } = this.#deps;
    const line = eventLog(entry.event, { addresses: this.#settings.logAddresses });
    log[line.level](line.message, { message: lease.delivery.message, domain: lease.delivery.domain, ...line.fields });
    for (const [name, labels, by] of eventMetrics(entry.event)) metrics.count(name, labels, by);
    onEvent?.(lease.delivery.message, entry);
  }
}
