/**
 * What waits: the window of what is at hand, and how it is filled from disk.
 *
 *   offer ──► window ──take──►
 *     │          ▲
 *     └─► disk ──┘ scan (behind the frontier), refill (where a line goes on)
 *
 * `diskNext`: no waiting delivery behind the window's frontier is due before it. While it lies ahead nothing need be read, and
 * what has just been accepted goes straight into the window.
 *
 * Answers come in the order of the questions, and changes are questions too. So whatever was written before a scan was read is
 * known here before the scan's answer is; what was written after it is offered after.
 */
import type { Clock, DomainName, Instant, Timer } from "../../base/index.ts";
import type { Link } from "./link.ts";
import type { Position } from "./protocol.ts";
import { endOf, isBefore, isMore, Window, type More, type Waiting, type WindowLimits } from "./window.ts";

export interface BacklogLimits extends WindowLimits {
  readonly scanRowsMax: number;
}

export interface BacklogParts<Fresh> {
  readonly link: Link;
  readonly clock: Clock;
  readonly limits: BacklogLimits;
  /** Somebody has it: it does not wait, whatever is stored. */
  isLeased(id: number): boolean;
  /** A delivery with fresh data will be read from disk after all. */
  onDrop(fresh: Fresh): void;
}

const nothing: ReadonlySet<DomainName> = new Set();

export class Backlog<Fresh> {
  readonly #parts: BacklogParts<Fresh>;
  readonly #window: Window<Fresh>;
  #diskNext: Instant = -Infinity;
  /** Counts what makes a scan under way out of date. */
  #epoch = 0;
  #onReady: () => void = () => {};
  #willWake = false;
  #timer: Timer | undefined;
  #wakesAt: Instant = -Infinity;
  #isClosed = false;

  constructor(parts: BacklogParts<Fresh>) {
    this.#parts = parts;
    this.#window = new Window<Fresh>(parts.limits, (fresh) => parts.onDrop(fresh));
  }

  onReady(callback: () => void): void {
    const before = this.#onReady;
    this.#onReady = () => {
      before();
      callback();
    };
  }

  /** A delivery that is stored as waiting. */
  offer(item: Waiting<Fresh>): void {
    const now = this.#parts.clock.now();
    if (item.due <= now && this.#diskNext > now) this.#window.advance(endOf(now));
    if (isBefore(this.#window.frontier, item)) {
      if (item.fresh !== undefined) this.#parts.onDrop(item.fresh);
      this.#setDiskNext(Math.min(this.#diskNext, item.due));
    } else if (!this.#window.add(item)) {
      this.#window.retreat(item);
      this.#diskNext = Math.min(this.#diskNext, item.due);
      this.#epoch++;
    }
    this.#wake();
  }

  /** Gives `begin` up to `max` deliveries due by `now`, oldest first, none of a domain in `except`. */
  async take(
    now: Instant,
    max: number,
    except: ReadonlySet<DomainName>,
    begin: (item: Waiting<Fresh>) => void,
  ): Promise<void> {
    for (let left = max; ;) {
      const { taken, more } = this.#window.take(now, left, except);
      for (const item of taken) begin(item);
      left -= taken.length;
      if (left <= 0) return;
      if (more !== undefined) await this.#refill(more, except);
      else if (!(await this.#scan(now, except))) return;
    }
  }

  async nextDue(now: Instant): Promise<Instant | undefined> {
    for (;;) {
      const head = this.#window.earliest();
      if (head !== undefined && !isMore(head)) return head.due;
      if (head !== undefined) await this.#refill(head, nothing);
      else if (!(await this.#scan(now, nothing))) return this.#diskNext === Infinity ? undefined : this.#diskNext;
    }
  }

  /** It does not wait any more. */
  remove(id: number): void {
    this.#window.remove(id);
  }

  /** Something changed behind our back: all is read again. */
  reset(): void {
    this.#window.reset();
    this.#diskNext = -Infinity;
    this.#epoch++;
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  /** Brings in the next part of what is due by `now`. False: there is nothing more. */
  async #scan(now: Instant, except: ReadonlySet<DomainName>): Promise<boolean> {
    if (this.#diskNext > now) return false;
    if (this.#window.isFull) this.#shrink(except);
    const epoch = this.#epoch;
    const until = endOf(now);
    const after = this.#window.frontier;
    const max = this.#parts.limits.scanRowsMax;
    const { rows, nextDue } = await this.#parts.link.ask({ kind: "scan", after, until, max });
    if (epoch !== this.#epoch) return true;
    let reached: Position = after;
    for (const row of rows) {
      if (!this.#parts.isLeased(row.id) && !this.#window.add(row as Waiting<Fresh>, except)) {
        this.#window.advance(reached);
        return true;
      }
      reached = row;
    }
    const isAll = rows.length < max;
    this.#window.advance(isAll ? until : reached);
    if (isAll) this.#setDiskNext(nextDue ?? Infinity);
    return true;
  }

  /** Reads on where a line goes on on disk. */
  async #refill(more: More, refused: ReadonlySet<DomainName>): Promise<void> {
    if (this.#window.isFull) this.#shrink(refused);
    const epoch = this.#epoch;
    const { domain } = more;
    const max = this.#parts.limits.deliveriesPerDomainMax;
    const until = this.#window.frontier;
    const { rows } = await this.#parts.link.ask({ kind: "scan", after: more, until, max, domain });
    if (epoch !== this.#epoch) return;
    const waiting = rows.filter((row) => !this.#parts.isLeased(row.id)) as Waiting<Fresh>[];
    // The frontier may have moved on while we read: what was accepted meanwhile stands on disk behind what was read.
    const reached = isBefore(until, this.#window.frontier) ? until : undefined;
    this.#window.refill(more, waiting, rows.length < max ? reached : rows.at(-1));
  }

  /** The frontier may go back: what lies behind it is on disk, and may be due. */
  #shrink(refused: ReadonlySet<DomainName>): void {
    this.#window.shrink(refused);
    this.#diskNext = -Infinity;
    this.#epoch++;
  }

  /** Whoever delivers hears of it when that time comes. */
  #setDiskNext(next: Instant): void {
    this.#diskNext = next;
    if (next === this.#wakesAt) return;
    this.#wakesAt = next;
    this.#timer?.cancel();
    const { clock } = this.#parts;
    if (this.#isClosed || !Number.isFinite(next)) return;
    this.#timer = clock.after(Math.max(0, next - clock.now()), () => this.#wake());
  }

  /** Calls back once for all that becomes ready in this turn. */
  #wake(): void {
    if (this.#willWake) return;
    this.#willWake = true;
    queueMicrotask(() => {
      this.#willWake = false;
      if (!this.#isClosed) this.#onReady();
    });
  }
}
