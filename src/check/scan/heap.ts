/** Things by their time, the earliest first: a binary heap. */
import type { Instant } from "../../base/index.ts";

interface Timed<T> {
  readonly at: Instant;
  readonly what: T;
}

export class TimeHeap<T> {
  readonly #heap: Timed<T>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  nextAt(): Instant | undefined {
    return this.#heap[0]?.at;
  }

  push(at: Instant, what: T): void {
    const heap = this.#heap;
    const added = { at, what };
    let place = heap.length;
    heap.push(added);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.at <= at) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = added;
  }

  /** The earliest, if its time has come. */
  popDue(now: Instant): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first.what;
  }

  #sink(moved: Timed<T>): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      const left = heap[place * 2 + 1];
      const right = heap[place * 2 + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && right.at < left.at;
      const child = isRight ? right : left;
      if (child.at >= moved.at) break;
      heap[place] = child;
      place = place * 2 + (isRight ? 2 : 1);
    }
    heap[place] = moved;
  }
}
