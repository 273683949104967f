/**
 * The waiting deliveries that are at hand: the beginning of the queue in the order of leasing, held as a line for each
 * domain. The queue itself is on disk and may be of any length; this is bounded.
 *
 * `frontier`: every waiting delivery up to there is in here, or leased, or stands behind its line's `more`.
 * `more`: of this domain, deliveries behind this position (and up to the frontier) may be on disk alone. A line gets it when it
 * is long enough, or when its domain takes nothing at the moment.
 */
import type { DomainName, Instant } from "../../base/index.ts";
import type { Position, WaitingRow } from "./protocol.ts";

export interface Waiting<Fresh> extends WaitingRow {
  readonly domain: DomainName;
  /** What is known of a delivery that has just been accepted, so that nothing need be read to lease it. */
  readonly fresh?: Fresh;
}

/** Where a line goes on on disk. */
export interface More extends Position {
  readonly domain: DomainName;
  readonly isMore: true;
}

interface Line<Fresh> {
  readonly domain: DomainName;
  items: Waiting<Fresh>[];
  more: More | undefined;
}

type Head<Fresh> = Waiting<Fresh> | More;

export interface WindowLimits {
  readonly deliveriesMax: number;
  readonly deliveriesPerDomainMax: number;
}

export const beginning: Position = { due: -1, id: 0 };

export function endOf(due: Instant): Position {
  return { due, id: Number.MAX_SAFE_INTEGER };
}

export function isBefore(a: Position, b: Position): boolean {
  return a.due < b.due || (a.due === b.due && a.id < b.id);
}

export class Window<Fresh> {
  readonly #limits: WindowLimits;
  readonly #onDrop: (fresh: Fresh) => void;
  readonly #lines = new Map<DomainName, Line<Fresh>>();
  readonly #known = new Map<number, Waiting<Fresh>>();
  readonly #heads = new Heads<Head<Fresh>>();
  /** Lines whose domain was refused at the last look; they are not among the heads. */
  readonly #parked = new Set<Line<Fresh>>();
  #frontier: Position = beginning;

  /** `onDrop`: a delivery with fresh data leaves without being taken. */
  constructor(limits: WindowLimits, onDrop: (fresh: Fresh) => void) {
    this.#limits = limits;
    this.#onDrop = onDrop;
  }

  get size(): number {
    return this.#known.size;
  }

  get isFull(): boolean {
    return this.#known.size >= this.#limits.deliveriesMax;
  }

  get frontier(): Position {
    return this.#frontier;
  }

  advance(to: Position): void {
    if (isBefore(this.#frontier, to)) this.#frontier = to;
  }

  /**
   * Takes a waiting delivery in, or notes that its line goes on behind what is here. False: the window is full; then the frontier
   * must not pass this delivery.
   */
  add(item: Waiting<Fresh>, refused?: ReadonlySet<DomainName>): boolean {
    if (this.#known.has(item.id)) return this.#drop(item);
    const line = this.#lines.get(item.domain) ?? { domain: item.domain, items: [], more: undefined };
    if (line.more !== undefined && isBefore(line.more, item)) return this.#drop(item);
    const last = line.items.at(-1);
    const isLong = line.items.length >= this.#limits.deliveriesPerDomainMax;
    if (last === undefined ? refused?.has(item.domain) === true : isLong && isBefore(last, item)) {
      this.#goOnAfter(line, last ?? { due: item.due, id: item.id - 1 });
      return this.#drop(item);
    }
    if (this.isFull) return !this.#drop(item);
    this.#known.set(item.id, item);
    insert(line.items, item);
    this.#lines.set(line.domain, line);
    if (line.items[0] === item) this.#rank(line);
    return true;
  }

  /**
   * Up to `max` deliveries due by `now`, oldest first, none of a domain in `except`; they are no longer here. `more`: the next is
   * of this line and must be read first. Nothing behind the frontier: an older one may be on disk.
   */
  take(
    now: Instant,
    max: number,
    except: ReadonlySet<DomainName>,
  ): { readonly taken: readonly Waiting<Fresh>[]; readonly more: More | undefined } {
    this.#unpark(except);
    const taken: Waiting<Fresh>[] = [];
    while (taken.length < max) {
      const head = this.#first();
      if (head === undefined || head.due > now || isBefore(this.#frontier, head)) break;
      const line = this.#lines.get(head.domain) as Line<Fresh>;
      if (except.has(head.domain)) {
        this.#heads.pop();
        this.#parked.add(line);
        continue;
      }
      if (isMore(head)) return { taken, more: head };
      this.#heads.pop();
      line.items.shift();
      this.#known.delete(head.id);
      taken.push(head);
      this.#rank(line);
    }
    return { taken, more: undefined };
  }

  /** Takes one out, for whatever reason. */
  remove(id: number): void {
    const item = this.#known.get(id);
    const line = item === undefined ? undefined : this.#lines.get(item.domain);
    if (item === undefined || line === undefined) return;
    this.#known.delete(id);
    const index = line.items.indexOf(item);
    line.items.splice(index, 1);
    this.#drop(item);
    if (index === 0) this.#rank(line);
  }

  /** What was read behind `more`; `readTo`: how far was read, undefined if that is all up to the frontier. */
  refill(more: More, rows: readonly Waiting<Fresh>[], readTo: Position | undefined): void {
    const line = this.#lines.get(more.domain);
    if (line === undefined || line.more !== more) return;
    line.more = undefined;
    let last: Position = more;
    for (const row of rows) {
      if (!this.add(row)) {
        readTo = last;
        break;
      }
      last = row;
    }
    if (readTo !== undefined && line.more === undefined) this.#goOnAfter(line, readTo);
    else this.#rank(line);
  }

  /** The first delivery here that waits, or where to read for it; undefined if nothing waits up to the frontier. */
  earliest(): Waiting<Fresh> | More | undefined {
    let earliest = this.#first();
    for (const line of this.#parked) {
      const head = headOf(line);
      if (head !== undefined && (earliest === undefined || isBefore(head, earliest))) earliest = head;
    }
    return earliest === undefined || isBefore(this.#frontier, earliest) ? undefined : earliest;
  }

  /** Makes room: lines of refused domains go back to disk first, and then the later half of the others. */
  shrink(refused: ReadonlySet<DomainName>): void {
    for (const domain of refused) {
      const line = this.#lines.get(domain);
      const head = line?.items[0];
      if (line === undefined || head === undefined) continue;
      for (const item of line.items.splice(0)) this.#forget(item);
      line.more = undefined;
      this.#goOnAfter(line, { due: head.due, id: head.id - 1 });
    }
    if (this.isFull) this.#cut();
  }

  /** Forgets everything: it will be read again from disk. */
  reset(): void {
    for (const item of this.#known.values()) this.#drop(item);
    this.#known.clear();
    this.#lines.clear();
    this.#parked.clear();
    this.#heads.clear();
    this.#frontier = beginning;
  }

  /** The delivery that was refused for want of room, and all behind it, is on disk alone. */
  retreat(from: Position): void {
    const frontier = { due: from.due, id: from.id - 1 };
    if (isBefore(frontier, this.#frontier)) this.#frontier = frontier;
  }

  #cut(): void {
    const all = [...this.#known.values()].sort((a, b) => (isBefore(a, b) ? -1 : 1));
    const end = all[Math.floor(all.length / 2)];
    if (end === undefined) return;
    this.retreat(end);
    for (const line of this.#lines.values()) {
      const kept = line.items.filter((item) => isBefore(item, end));
      for (const item of line.items) if (!isBefore(item, end)) this.#forget(item);
      line.items = kept;
      if (line.more !== undefined && !isBefore(line.more, this.#frontier)) line.more = undefined;
      this.#rank(line);
    }
  }

  #forget(item: Waiting<Fresh>): void {
    this.#known.delete(item.id);
    this.#drop(item);
  }

  #drop({ fresh }: Waiting<Fresh>): true {
    if (fresh !== undefined) this.#onDrop(fresh);
    return true;
  }

  #goOnAfter(line: Line<Fresh>, { due, id }: Position): void {
    line.more = { due, id, domain: line.domain, isMore: true };
    this.#lines.set(line.domain, line);
    this.#rank(line);
  }

  /** After the line's head may have changed. */
  #rank(line: Line<Fresh>): void {
    const head = headOf(line);
    if (head === undefined) {
      this.#parked.delete(line);
      this.#lines.delete(line.domain);
    } else if (!this.#parked.has(line)) this.#heads.push(head);
  }

  #unpark(except: ReadonlySet<DomainName>): void {
    for (const line of this.#parked) {
      if (except.has(line.domain)) continue;
      this.#parked.delete(line);
      this.#rank(line);
    }
  }

  /** The first head that is one still. */
  #first(): Head<Fresh> | undefined {
    for (;;) {
      const head = this.#heads.first();
      if (head === undefined) return undefined;
      const line = this.#lines.get(head.domain);
      if (line !== undefined && headOf(line) === head && !this.#parked.has(line)) return head;
      this.#heads.pop();
    }
  }
}

export function isMore(head: Position): head is More {
  return "isMore" in head;
}

function headOf<Fresh>(line: Line<Fresh>): Head<Fresh> | undefined {
  return line.items[0] ?? line.more;
}

/** Into its place; nearly always the end. */
function insert<T extends Position>(items: T[], item: T): void {
  let at = items.length;
  while (at > 0 && isBefore(item, items[at - 1] as T)) at--;
  items.splice(at, 0, item);
}

/** A binary heap. It may hold entries that head their line no longer: whoever reads it skips them. */
class Heads<T extends Position> {
  #items: T[] = [];

  first(): T | undefined {
    return this.#items[0];
  }

  clear(): void {
    this.#items = [];
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = items[up] as T;
      if (!isBefore(item, above)) break;
      items[at] = above;
      at = up;
    }
    items[at] = item;
  }

  pop(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && isBefore(items[below + 1] as T, items[below] as T)) below++;
      const smaller = items[below] as T;
      if (!isBefore(smaller, last)) break;
      items[at] = smaller;
      at = below;
    }
    items[at] = last;
  }
}
