/**
 * Which domains have been done: a set of names that costs 8 bytes a name. It holds 64 bits of each name's hash, so that among a million
 * names the chance that any two are taken for one is about 1 : 37,000,000.
 */
import type { DomainName } from "../../base/index.ts";

export class NameSet {
  #high = new Uint32Array(initialSlots);
  #low = new Uint32Array(initialSlots);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(name: string): boolean {
    const { high, low } = hashOf(name);
    return this.#isTaken(this.#slot(high, low));
  }

  /** False: it was there. */
  add(name: DomainName): boolean {
    const { high, low } = hashOf(name);
    const slot = this.#slot(high, low);
    if (this.#isTaken(slot)) return false;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#size++;
    if (this.#size * 3 > this.#high.length * 2) this.#grow();
    return true;
  }

  #isTaken(slot: number): boolean {
    return this.#high[slot] !== 0 || this.#low[slot] !== 0;
  }

  /** Where it stands, or would. */
  #slot(high: number, low: number): number {
    const mask = this.#high.length - 1;
    let slot = low & mask;
    while (this.#isTaken(slot) && (this.#high[slot] !== high || this.#low[slot] !== low)) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [high, low] = [this.#high, this.#low];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(low.length * 2);
    for (let at = 0; at < high.length; at++) {
      const [h = 0, l = 0] = [high[at], low[at]];
      if (h === 0 && l === 0) continue;
      const slot = this.#slot(h, l);
      this.#high[slot] = h;
      this.#low[slot] = l;
    }
  }
}

const initialSlots = 1024;

export interface NameHash {
  readonly high: number;
  readonly low: number;
}

/** Two multiplicative hashes that are mixed into each other; never both zero. */
export function hashOf(name: string): NameHash {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return { high: high >>> 0, low: high === 0 && low === 0 ? 1 : low >>> 0 };
}
