/**
 * Answers kept for as long as they say (RFC 1035 §3.2.1), absences by their SOA (RFC 2308), failures for
 * `limits.dnsFailureTtlSeconds` (RFC 9520). Time is the monotonic clock's: setting the wall clock ages nothing.
 *
 * A hit must cost next to nothing, since every message asks three questions that are nearly always here. So there is one map
 * for each type, keyed by the name itself, whose hash the engine remembers; and what a map holds is the finished promise,
 * made anew only when the seconds left have changed. Eviction gives each entry that was used a second chance (the CLOCK
 * algorithm), which needs no reordering on a hit.
 */
import { limits, type Clock } from "../base/index.ts";
import { dnsLimits } from "./limits.ts";
import type { Answer } from "./types.ts";

/** How a shelf handles what it keeps. */
export interface Keeping<V> {
  /** For how long from now. */
  ttlSeconds(value: V): number;
  /** The same with fewer seconds left. */
  aged(value: V, ttlSeconds: number): V;
  /**
   * Bytes of memory, about. Not what the answer measured on the wire: compression lets every record of a hostile answer name
   * the same 255 octets for the price of two.
   */
  bytes(value: V): number;
}

interface Entry<V> {
  value: V;
  promise: Promise<V>;
  /** Seconds, as the value has it. */
  ttlSeconds: number;
  readonly expiresAt: number;
  /** From then on whoever uses the entry is told that it will be over soon; once. */
  refreshAt: number;
  readonly bytes: number;
  /** Asked for since the eviction last passed by. */
  used: boolean;
}

export interface CacheBounds {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

const defaultBounds: CacheBounds = { entriesMax: limits.dnsCacheEntriesMax, bytesMax: dnsLimits.cacheBytesMax };

/** Bounds the work of one eviction when every entry is in use. */
const secondChancesMax = 32;

/** Shared by the shelves of all types, so that the bounds are those of the whole cache. */
export class AnswerCache {
  readonly #clock: Clock;
  readonly #bounds: CacheBounds;
  readonly #shelves: Shelf<unknown>[] = [];

  constructor(clock: Clock, bounds: CacheBounds = defaultBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** The part of the cache for one type of record. `text` gives the text that makes up most of a record. */
  shelf<T>(text: (record: T) => string): Shelf<Answer<T>> {
    return this.shelfOf({
      ttlSeconds: (answer) => (answer.kind === "failure" ? limits.dnsFailureTtlSeconds : answer.ttlSeconds),
      aged: (answer, ttlSeconds) => (answer.kind === "failure" ? answer : { ...answer, ttlSeconds }),
      bytes: (answer) => weigh(answer, text),
    });
  }

  shelfOf<V>(keeping: Keeping<V>): Shelf<V> {
    const shelf = new Shelf<V>(this.#clock, keeping, () => this.#makeRoom());
    this.#shelves.push(shelf as Shelf<unknown>);
    return shelf;
  }

  get entries(): number {
    return this.#shelves.reduce((sum, shelf) => sum + shelf.size, 0);
  }

  get bytes(): number {
    return this.#shelves.reduce((sum, shelf) => sum + shelf.bytes, 0);
  }

  #makeRoom(): void {
    while (this.entries > this.#bounds.entriesMax || this.bytes > this.#bounds.bytesMax) {
      const fullest = this.#shelves.reduce((most, shelf) => (shelf.bytes > most.bytes ? shelf : most));
      if (!fullest.evictOne()) return;
    }
  }
}

export class Shelf<V> {
  readonly #clock: Clock;
  readonly #keeping: Keeping<V>;
  readonly #onGrown: () => void;
  readonly #entries = new Map<string, Entry<V>>();
  /** Where the eviction stands. Kept, because to begin at the front again would pass over all that was deleted there. */
  #hand = this.#entries.entries();
  #bytes = 0;

  constructor(clock: Clock, keeping: Keeping<V>, onGrown: () => void) {
    this.#clock = clock;
    this.#keeping = keeping;
    this.#onGrown = onGrown;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `onAlmostOver` is called if the time is nearly over, for the first who asks then: he may fetch it anew. */
  get(name: string, onAlmostOver?: () => void): Promise<V> | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const now = this.#clock.monotonic();
    const leftMs = entry.expiresAt - now;
    if (leftMs <= 0) {
      this.#remove(name, entry);
      return undefined;
    }
    entry.used = true;
    const ttlSeconds = Math.floor(leftMs / 1000);
    if (ttlSeconds < entry.ttlSeconds) {
      entry.value = this.#keeping.aged(entry.value, ttlSeconds);
      entry.promise = Promise.resolve(entry.value);
      entry.ttlSeconds = ttlSeconds;
    }
    if (onAlmostOver !== undefined && now >= entry.refreshAt) {
      entry.refreshAt = Number.POSITIVE_INFINITY;
      onAlmostOver();
    }
    return entry.promise;
  }

  /** An answer of TTL 0 is not kept. */
  put(name: string, value: V): void {
    const old = this.#entries.get(name);
    if (old !== undefined) this.#remove(name, old);
    const ttlSeconds = this.#keeping.ttlSeconds(value);
    if (ttlSeconds <= 0) return;
    const bytes = this.#keeping.bytes(value);
    const now = this.#clock.monotonic();
    const expiresAt = now + ttlSeconds * 1000;
    const refreshAfterMs = ttlSeconds * 1000 * dnsLimits.refreshAfterPart;
    const refreshAt = ttlSeconds < dnsLimits.refreshTtlMinSeconds ? Number.POSITIVE_INFINITY : now + refreshAfterMs;
    this.#entries.set(name, {
      value,
      promise: Promise.resolve(value),
      ttlSeconds,
      expiresAt,
      refreshAt,
      bytes,
      used: false,
    });
    this.#bytes += bytes;
    this.#onGrown();
  }

  /** Takes out one entry that is over or was not used since the hand last passed by; false if there is none at all. */
  evictOne(): boolean {
    const now = this.#clock.monotonic();
    for (let chances = 0; ;) {
      const next = this.#hand.next();
      if (next.done === true) {
        if (this.#entries.size === 0) return false;
        this.#hand = this.#entries.entries();
        continue;
      }
      const [name, entry] = next.value;
      if (entry.used && entry.expiresAt > now && chances < secondChancesMax) {
        entry.used = false;
        chances++;
        continue;
      }
      this.#remove(name, entry);
      return true;
    }
  }

  #remove(name: string, entry: Entry<V>): void {
    this.#entries.delete(name);
    this.#bytes -= entry.bytes;
  }
}

function weigh<T>(answer: Answer<T>, text: (record: T) => string): number {
  if (answer.kind === "failure") return dnsLimits.cacheEntryBytes;
  let bytes = dnsLimits.cacheEntryBytes + answer.aliases.length * dnsLimits.cacheRecordBytes;
  if (answer.kind !== "records") return bytes;
  for (const record of answer.records) bytes += dnsLimits.cacheRecordBytes + 2 * text(record).length;
  return bytes;
}
