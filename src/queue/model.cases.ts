/**
 * Random lives of a queue against a model of a few lines that keeps all in an array. What the queue leases, says and counts must
 * be what the model expects, through restarts, lost leases and the operator's hand.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domain, type DomainName, type Instant, type MessageId } from "../base/index.ts";
import { manualClock, type ManualClock } from "../../test/support/clock.ts";
import { contentOf, deferred, delivered, leaseMs, must, putMessage, type QueuePlace } from "./contract.cases.ts";
import type { DeliveryStateName, Lease, Queue } from "./index.ts";

interface ModelDelivery {
  readonly message: MessageId;
  readonly domain: string;
  readonly serial: number;
  stored: "waiting" | "held" | "done" | "doomed";
  due: Instant;
  attempts: number;
  lease: Lease | undefined;
}

type Step =
  | { readonly kind: "put"; readonly domains: readonly number[]; readonly inMs: number; readonly held: boolean }
  | { readonly kind: "lease"; readonly max: number; readonly except: readonly number[] }
  | { readonly kind: "settle"; readonly which: number; readonly inMs: number; readonly done: boolean }
  | { readonly kind: "giveBack" | "extend"; readonly which: number; readonly inMs: number }
  | { readonly kind: "hold" | "release" | "retry" | "delete"; readonly which: number }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "reopen" }
  | { readonly kind: "forget" };

const domainsMax = 4;
const domainName = (index: number): string => `d${index}.example`;
const which = fc.nat(1_000);
const inMs = fc.constantFrom(-5_000, 0, 0, 1, 7_000, leaseMs * 2);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      domains: fc.uniqueArray(fc.nat(domainsMax - 1), { minLength: 1, maxLength: 3 }),
      inMs,
      held: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("lease" as const),
      max: fc.integer({ min: 1, max: 6 }),
      except: fc.subarray([0, 1, 2, 3]),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("settle" as const), which, inMs, done: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("giveBack" as const, "extend" as const), which, inMs }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("hold" as const, "release" as const, "retry" as const, "delete" as const),
      which,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("advance" as const), ms: fc.constantFrom(1, 6_999, 7_000, leaseMs) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "reopen" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "forget" as const }) },
);

/** `runs` lives of up to `steps` steps. */
export function queueModel(name: string, makePlace: () => QueuePlace, runs = 150, steps = 60): void {
  describe(`random lives of the queue ${name}`, () => {
    test("are those of a simple model", { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: steps }), async (script) => {
          const place = makePlace();
          const life = new Life(place);
          try {
            await life.run(script);
          } finally {
            await life.queue?.close();
            await place.remove();
          }
        }),
        { numRuns: runs },
      );
    });
  });
}

class Life {
  readonly #place: QueuePlace;
  readonly #clock: ManualClock = manualClock();
  queue: Queue | undefined;
  #all: ModelDelivery[] = [];
  #serial = 0;

  constructor(place: QueuePlace) {
    this.#place = place;
  }

  async run(script: readonly Step[]): Promise<void> {
    this.queue = await this.#place.open({ clock: this.#clock, leaseMs });
    for (const step of script) {
      await this.#make(step, this.queue);
      await this.#compare(this.queue);
    }
  }

  async #make(step: Step, queue: Queue): Promise<void> {
    switch (step.kind) {
      case "put":
        return this.#put(step, queue);
      case "lease":
        return this.#lease(step, queue);
      case "settle":
        return this.#settle(step, queue);
      case "giveBack":
      case "extend":
        return this.#giveBackOrExtend(step, queue);
      case "hold":
      case "release":
      case "retry":
      case "delete":
        return this.#order(step, queue);
      case "advance":
        return this.#clock.advance(step.ms);
      case "reopen":
        await queue.close();
        for (const delivery of this.#all) delivery.lease = undefined;
        this.#all = this.#all.filter(({ stored }) => stored !== "doomed");
        this.queue = await this.#place.open({ clock: this.#clock, leaseMs });
        return;
      case "forget":
        return this.#forget(queue);
    }
  }

  async #put({ domains, inMs, held }: Extract<Step, { kind: "put" }>, queue: Queue): Promise<void> {
    const due = this.#clock.now() + inMs;
    const to = domains.map((index) => `x@${domainName(index)}`);
    const message = await putMessage(queue, this.#clock, { to, dueAt: due, held, content: `#${this.#serial}` });
    for (const index of domains) {
      const stored = held ? "held" : "waiting";
      const serial = this.#serial++;
      this.#all.push({ message, domain: domainName(index), serial, stored, due, attempts: 0, lease: undefined });
    }
  }

  async #lease({ max, except }: Extract<Step, { kind: "lease" }>, queue: Queue): Promise<void> {
    const now = this.#clock.now();
    this.#runOut(now);
    const refused: ReadonlySet<DomainName> = new Set(except.map((index) => domain(domainName(index))));
    const expected = this.#all
      .filter(({ stored, lease, due }) => stored === "waiting" && lease === undefined && due <= now)
      .filter((delivery) => !refused.has(delivery.domain as DomainName))
      .sort((a, b) => a.due - b.due || a.serial - b.serial)
      .slice(0, max);
    const leases = await queue.lease({ now, max, except: refused });
    expect(leases.map(({ delivery }) => `${delivery.message} ${delivery.domain} ${delivery.attempts}`)).toEqual(
      expected.map((delivery) => `${delivery.message} ${delivery.domain} ${delivery.attempts}`),
    );
    expected.forEach((delivery, index) => (delivery.lease = leases[index]));
    for (const lease of leases) expect(await contentOf(lease)).toMatch(/^#\d+$/);
  }

  async #settle({ which, inMs, done }: Extract<Step, { kind: "settle" }>, queue: Queue): Promise<void> {
    const delivery = this.#leased(which);
    if (delivery === undefined) return;
    const lease = must(delivery.lease);
    const due = this.#clock.now() + inMs;
    await queue.settle(lease, done ? delivered(lease, this.#clock) : deferred(lease, due));
    delivery.attempts++;
    delivery.due = due;
    if (done && delivery.stored !== "doomed") delivery.stored = "done";
    this.#end(delivery);
  }

  async #giveBackOrExtend(step: Extract<Step, { kind: "giveBack" | "extend" }>, queue: Queue): Promise<void> {
    const delivery = this.#leased(step.which);
    if (delivery === undefined) return;
    const lease = must(delivery.lease);
    if (step.kind === "extend") return queue.extend(lease);
    const due = this.#clock.now() + step.inMs;
    await queue.giveBack(lease, due);
    delivery.due = due;
    this.#end(delivery);
  }

  async #order(
    { kind, which }: Extract<Step, { kind: "delete" | "hold" | "release" | "retry" }>,
    queue: Queue,
  ): Promise<void> {
    const now = this.#clock.now();
    const chosen = this.#all[which % Math.max(1, this.#all.length)];
    if (chosen === undefined) return;
    const all = this.#all.filter(({ message }) => message === chosen.message);
    const concerned = all.filter(({ stored }) => {
      if (kind === "delete") return stored !== "doomed";
      return stored === (kind === "release" ? "held" : "waiting");
    });
    expect(await queue[kind](chosen.message, now, "op")).toBe(concerned.length > 0);
    for (const delivery of concerned) {
      if (kind === "hold") delivery.stored = "held";
      if (kind === "release") delivery.stored = "waiting";
      if (kind === "delete") delivery.stored = "doomed";
      if (kind === "release" || kind === "retry") delivery.due = Math.min(delivery.due, now);
    }
    this.#sweep();
  }

  async #forget(queue: Queue): Promise<void> {
    const before = this.#clock.now() + 1;
    const finished = [...new Set(this.#all.map(({ message }) => message))].filter((id) =>
      this.#all.every(({ message, stored }) => message !== id || stored === "done"),
    );
    expect(await queue.forget(before)).toBe(finished.length);
    this.#all = this.#all.filter(({ message }) => !finished.includes(message));
  }

  async #compare(queue: Queue): Promise<void> {
    const now = this.#clock.now();
    const nextDue = await queue.nextDue();
    this.#runOut(now);
    const waiting = this.#all.filter(({ stored, lease }) => stored === "waiting" && lease === undefined);
    expect(nextDue).toBe(waiting.length === 0 ? undefined : Math.min(...waiting.map(({ due }) => due)));
    const count = (state: DeliveryStateName): number =>
      this.#all.filter((delivery) => delivery.stored !== "doomed" && stateOf(delivery) === state).length;
    const doomed = this.#all.filter(({ stored, lease }) => stored === "doomed" && lease !== undefined).length;
    expect(await queue.depth()).toEqual({
      waiting: count("waiting"),
      leased: count("leased") + doomed,
      held: count("held"),
    });
    const listed = (await queue.list({ which: "all", limit: 1000 })).flatMap(({ id, deliveries }) =>
      deliveries.map(({ domain, state, attempts }) => `${id} ${domain} ${state} ${attempts}`),
    );
    const expected = this.#all
      .filter(({ stored }) => stored !== "doomed")
      .map((delivery) => `${delivery.message} ${delivery.domain} ${stateOf(delivery)} ${delivery.attempts}`);
    expect(listed.toSorted()).toEqual(expected.toSorted());
  }

  #leased(which: number): ModelDelivery | undefined {
    this.#runOut(this.#clock.now());
    const leased = this.#all.filter(({ lease }) => lease !== undefined);
    return leased[which % Math.max(1, leased.length)];
  }

  #runOut(now: Instant): void {
    for (const delivery of this.#all) {
      if (delivery.lease !== undefined && delivery.lease.leasedUntil <= now) delivery.lease = undefined;
    }
    this.#sweep();
  }

  #end(delivery: ModelDelivery): void {
    delivery.lease = undefined;
    this.#sweep();
  }

  /** What is doomed goes when nothing of its message is leased. */
  #sweep(): void {
    this.#all = this.#all.filter(
      ({ stored, message }) =>
        stored !== "doomed" || this.#all.some((other) => other.message === message && other.lease !== undefined),
    );
  }
}

function stateOf({ stored, lease }: ModelDelivery): DeliveryStateName {
  if (lease !== undefined) return "leased";
  return stored === "doomed" ? "done" : stored;
}
