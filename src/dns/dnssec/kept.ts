/** Findings kept for a time, the least recently used given up first. The monotonic clock decides. */
import type { Clock } from "../../base/index.ts";

export class Kept<K, V> {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #max: number;
  readonly #entries = new Map<K, { readonly value: V; readonly expiresAt: number }>();

  constructor(clock: Pick<Clock, "monotonic">, max: number) {
    this.#clock = clock;
    this.#max = max;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= this.#clock.monotonic()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  put(key: K, value: V, keepMs: number): void {
    this.#entries.delete(key);
    if (keepMs <= 0) return;
    this.#entries.set(key, { value, expiresAt: this.#clock.monotonic() + keepMs });
    if (this.#entries.size <= this.#max) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  clear(): void {
    this.#entries.clear();
  }
}
