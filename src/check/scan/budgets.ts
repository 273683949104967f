/**
 * Who may be connected to now: how many connections at once, and how many in a minute, for each address, each network block, and each
 * operator of MX hosts; and how many in all. Pure: the time is an argument, and what may begin is a result.
 *
 * A request belongs to a few groups. It is in one of three states:
 *
 *   waiting   parked at the first of its groups that would not have it, or at the door where the whole is full
 *   open      counted in every one of its groups, until it is closed
 *   gone      closed
 *
 * A group is *free* when it has fewer open requests than it may have, and its next beginning has come. Each beginning puts the next off
 * by the minute divided by what the minute allows, so that a group is never met by a burst, and never by more in any minute than its
 * budget. Three things make a group free: a request of it closes, its time comes, and nothing else; each wakes those that are parked
 * there, first come first served. Whoever is woken and meets another group that is not free is parked there instead. So no request
 * waits where nothing will wake it, and a blocked group keeps nobody waiting but its own.
 */
import type { Instant } from "../../base/index.ts";
import { Fifo } from "./fifo.ts";
import { TimeHeap } from "./heap.ts";

export interface Budget {
  /** Connections open at once; at least 1. */
  readonly atOnce: number;
  /** Connections begun in any minute; at least 1. `Infinity`: not paced. */
  readonly perMinute: number;
}

/** The name of a group. Those of different kinds never are the same. */
export type GroupKey = string;

export interface BudgetRequest {
  readonly groups: readonly GroupKey[];
}

interface Group {
  readonly key: GroupKey;
  readonly budget: Budget;
  readonly intervalMs: number;
  readonly waiting: Fifo<BudgetRequest>;
  open: number;
  nextAt: Instant;
  /** Stands in the heap. */
  isTimed: boolean;
}

const minuteMs = 60_000;

/** `R` goes in by `ask` and comes out of what may begin. Times are monotonic milliseconds. */
export class Budgets<R extends BudgetRequest> {
  readonly #openMax: number;
  readonly #budgetOf: (key: GroupKey) => Budget;
  readonly #groups = new Map<GroupKey, Group>();
  readonly #times = new TimeHeap<Group>();
  readonly #door = new Fifo<BudgetRequest>();
  #open = 0;
  #waiting = 0;

  constructor(openMax: number, budgetOf: (key: GroupKey) => Budget) {
    this.#openMax = openMax;
    this.#budgetOf = budgetOf;
  }

  get open(): number {
    return this.#open;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Groups that are remembered: those in use, and those whose next beginning is still to come. */
  get groups(): number {
    return this.#groups.size;
  }

  /** True: it may begin now. False: it will be among what a later call lets begin. */
  ask(request: R, now: Instant): boolean {
    this.#waiting++;
    return this.#admit(request, now);
  }

  /** What may begin now that this one is closed. */
  close(request: R, now: Instant): readonly R[] {
    this.#open--;
    const groups = request.groups.map((key) => this.#group(key));
    for (const group of groups) group.open--;
    const begun: BudgetRequest[] = [];
    this.#openDoor(now, begun);
    for (const group of groups) this.#wake(group, now, begun);
    for (const group of groups) this.#forget(group, now);
    return begun as R[];
  }

  /** What may begin now that it is so late. */
  advance(now: Instant): readonly R[] {
    const begun: BudgetRequest[] = [];
    for (let group = this.#times.popDue(now); group !== undefined; group = this.#times.popDue(now)) {
      group.isTimed = false;
      if (group.nextAt > now) {
        this.#setTime(group);
        continue;
      }
      this.#wake(group, now, begun);
      this.#forget(group, now);
    }
    return begun as R[];
  }

  /** When `advance` has something to do; undefined: never, as things are. */
  nextAt(): Instant | undefined {
    return this.#times.nextAt();
  }

  /** Nothing begins in this group before `until`. What is open stays so. */
  pause(key: GroupKey, until: Instant): void {
    const group = this.#group(key);
    group.nextAt = Math.max(group.nextAt, until);
    this.#setTime(group);
  }

  /** All that wait, who will not begin any more. */
  clear(): readonly R[] {
    const given = [...this.#door.drain(), ...[...this.#groups.values()].flatMap((group) => group.waiting.drain())];
    this.#waiting = 0;
    return given as R[];
  }

  #admit(request: BudgetRequest, now: Instant): boolean {
    for (const key of request.groups) {
      const group = this.#group(key);
      if (isFree(group, now)) continue;
      group.waiting.push(request);
      return false;
    }
    if (this.#open >= this.#openMax) {
      this.#door.push(request);
      return false;
    }
    this.#begin(request, now);
    return true;
  }

  #begin(request: BudgetRequest, now: Instant): void {
    this.#waiting--;
    this.#open++;
    for (const key of request.groups) {
      const group = this.#group(key);
      group.open++;
      group.nextAt = now + group.intervalMs;
      if (group.intervalMs > 0) this.#setTime(group);
    }
  }

  #openDoor(now: Instant, begun: BudgetRequest[]): void {
    while (this.#open < this.#openMax) {
      const request = this.#door.shift();
      if (request === undefined) return;
      if (this.#admit(request, now)) begun.push(request);
    }
  }

  /** Each of those that wait here gets one chance: who is parked elsewhere meanwhile does not come back to this queue twice. */
  #wake(group: Group, now: Instant, begun: BudgetRequest[]): void {
    for (let chances = group.waiting.length; chances > 0 && isFree(group, now); chances--) {
      const request = group.waiting.shift();
      if (request === undefined) return;
      if (this.#admit(request, now)) begun.push(request);
    }
  }

  #group(key: GroupKey): Group {
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const budget = this.#budgetOf(key);
    const intervalMs = minuteMs / budget.perMinute;
    const made: Group = {
      key,
      budget,
      intervalMs,
      waiting: new Fifo(),
      open: 0,
      nextAt: Number.NEGATIVE_INFINITY,
      isTimed: false,
    };
    this.#groups.set(key, made);
    return made;
  }

  #setTime(group: Group): void {
    if (group.isTimed) return;
    group.isTimed = true;
    this.#times.push(group.nextAt, group);
  }

  /** One that still stands in the heap is forgotten when its time comes. */
  #forget(group: Group, now: Instant): void {
    if (group.open > 0 || group.waiting.length > 0 || group.nextAt > now || group.isTimed) return;
    this.#groups.delete(group.key);
  }
}

function isFree({ open, budget, nextAt }: Group, now: Instant): boolean {
  return open < budget.atOnce && now >= nextAt;
}
