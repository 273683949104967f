/**
 * Which domains have been done: a set of names that costs some 10 bytes a name. It holds 64 bits of each name's hash, so that among a million
 * names the chance that any two are taken for one is about 1 : 37,000,000.
 *
 * The hashes are in many small tables, each of which grows by itself and by a little: one large table that doubles would need three times
 * its size at that moment, and half of it would be empty afterwards.
 */
import type { DomainName } from "../../base/index.ts";

export class NameSet {
  readonly #tables = Array.from({ length: tableCount }, (): Table => makeTable(initialSlots));
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(name: string): boolean {
    const hash = hashOf(name);
    const table = this.#tables[placeOf(hash)];
    return table !== undefined && isTaken(table, slotOf(table, hash));
  }

  /** False: it was there. */
  add(name: DomainName): boolean {
    const hash = hashOf(name);
    const place = placeOf(hash);
    const table = this.#tables[place];
    if (table === undefined || isTaken(table, slotOf(table, hash))) return false;
    put(table, hash);
    this.#size++;
    if (table.size > table.high.length * fullness) this.#tables[place] = grown(table);
    return true;
  }
}

interface Table {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  size: number;
}

const tableCount = 64;
const initialSlots = 64;
const fullness = 0.85;
const growth = 1.25;

function makeTable(slots: number): Table {
  return { high: new Uint32Array(slots), low: new Uint32Array(slots), size: 0 };
}

function placeOf({ high }: NameHash): number {
  return high % tableCount;
}

function isTaken({ high, low }: Table, slot: number): boolean {
  return high[slot] !== 0 || low[slot] !== 0;
}

/** Where it stands, or would. */
function slotOf(table: Table, { high, low }: NameHash): number {
  const slots = table.high.length;
  let slot = low % slots;
  while (isTaken(table, slot) && (table.high[slot] !== high || table.low[slot] !== low)) slot = (slot + 1) % slots;
  return slot;
}

function put(table: Table, hash: NameHash): void {
  const slot = slotOf(table, hash);
  table.high[slot] = hash.high;
  table.low[slot] = hash.low;
  table.size++;
}

function grown(table: Table): Table {
  const made = makeTable(Math.ceil(table.high.length * growth));
  for (let at = 0; at < table.high.length; at++) {
    const [high = 0, low = 0] = [table.high[at], table.low[at]];
    if (high !== 0 || low !== 0) put(made, { high, low });
  }
  return made;
}

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
