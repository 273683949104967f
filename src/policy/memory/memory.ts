/**
 * The memory of a running relay: a cache over the store, which learns.
 *
 * What is known of a domain is loaded whole, when it first comes up, and changed in the cache. A changed row is *unwritten* until
 * the next flush: the cache may drop it before, so whatever is loaded from the store is overlaid with what is unwritten.
 * Flushes go in slices, so that mail is not kept waiting for a long one. A store that does not take them keeps rows unwritten, up to a
 * limit; beyond it nothing new is learned.
 *
 * Forgettings come from other processes too. They are looked for at most once a second, and once more inside each transaction
 * that writes, so that nothing forgotten is written back. After one, all that is cached is loaded anew.
 */
import {
  satisfies,
  strongest,
  type Clock,
  type DomainName,
  type Instant,
  type Level,
  type Log,
  type Metrics,
  type Timer,
  type TlsFault,
} from "../../base/index.ts";
import type { MemoryFact, RememberedHost, RememberedLevel } from "../types.ts";
import { afterDelivery, afterShortfall, establishedLevel, metDespite, rememberedFloor } from "./judge.ts";
import { memoryLimits } from "./limits.ts";
import { Recent } from "./lru.ts";
import type { Forgettable, Forgetting, Memory, MemoryKey, MemoryRow, MemoryStore, Suspicion } from "./types.ts";

export interface MemoryOptions {
  readonly store: MemoryStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** For tests. */
  readonly limits?: Partial<Record<keyof typeof memoryLimits, number>>;
}

/** Begins to look for old rows at once. */
export function createMemory(options: MemoryOptions): Memory {
  return new RelayMemory(options);
}

interface Known {
  readonly rows: ReadonlyMap<string, MemoryRow>;
  /** As `recall` gives it, if no suspicion makes it depend on the time. */
  readonly fact: Readonly<Record<string, RememberedHost>> | undefined;
}

class RelayMemory implements Memory {
  readonly #store: MemoryStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #limits: Readonly<Record<keyof typeof memoryLimits, number>>;
  readonly #domains: Recent<DomainName, Known>;
  /** Null: asked, and there is nothing. */
  readonly #hosts: Recent<string, RememberedLevel | null>;
  readonly #unwritten = new Unwritten();
  #heeded: number | undefined;
  #heededAt = -Infinity;
  #unreadable: { readonly detail: string; readonly until: number } | undefined;
  #isWriting = true;
  /** Rows in the store, at most; undefined: to be counted. */
  #rowsAtMost: number | undefined;
  #flushing: Timer | undefined;
  #pruning: Timer | undefined;
  #isClosed = false;

  constructor({ store, clock, log, metrics, limits }: MemoryOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#metrics = metrics;
    this.#limits = { ...memoryLimits, ...limits };
    this.#domains = new Recent(this.#limits.domainsCachedMax);
    this.#hosts = new Recent(this.#limits.hostsCachedMax);
    this.#pruneAfter(this.#limits.pruneRestMs);
  }

  recall(domain: DomainName, hosts: readonly string[]): MemoryFact {
    const now = this.#clock.now();
    return this.#reading<MemoryFact>(
      () => {
        const known = this.#known(domain);
        const ofHosts = hosts.flatMap((host) => {
          const encrypted = this.#encryptedAt(host);
          return encrypted === undefined ? [] : [[host, { encrypted }] as const];
        });
        return {
          kind: "known",
          ofDomain: known.fact ?? this.#factOf(known.rows, now),
          ofHosts: Object.fromEntries(ofHosts),
        };
      },
      (detail) => ({ kind: "unreadable", detail }),
    );
  }

  delivered(domain: DomainName, host: string, level: Level): void {
    this.#reading(
      () => {
        const now = this.#clock.now();
        const before = this.#rowOf(domain, host);
        const isSuspected = this.#current(before, now).suspectedSince !== undefined;
        if (level === "cleartext" && !isSuspected) return;
        const remembered = afterDelivery(before?.remembered ?? {}, level, now);
        const isOver = remembered.suspectedSince === undefined;
        // What is let through after patience, or by an exception, bears the suspicion out.
        const suspicion = isOver ? {} : pick(before?.suspicion, isSuspected ? { lastAt: now } : {});
        this.#learn({ domain, host, remembered, ...suspicion, seenAt: now });
        if (before?.suspicion !== undefined && isOver) {
          this.#log.info("suspicion over", { code: "suspicion-over", domain, host, level });
        }
      },
      () => {},
    );
  }

  fellShort(domain: DomainName, host: string, level: Level, fault: TlsFault): void {
    const memory = this.recall(domain, [host]);
    if (memory.kind !== "known") return;
    const expected = rememberedFloor({ memory, host });
    if (satisfies(metDespite(fault), expected)) return;
    const now = this.#clock.now();
    this.#reading(
      () => {
        const before = this.#rowOf(domain, host);
        const known = this.#current(before, now);
        const isFirst = known.suspectedSince === undefined;
        const first = isFirst ? undefined : before?.suspicion;
        const suspicion = { ...(first ?? { expected, fault }), lastAt: now };
        this.#learn({ domain, host, remembered: afterShortfall(known, now), suspicion, seenAt: now });
        if (isFirst) this.#alert({ domain, host }, expected, level, fault);
      },
      () => {},
    );
  }

  forget(what: Forgettable, by: string, why: string): Forgetting {
    this.#flush("all");
    // Before: what is forgotten from here on is news.
    this.#heed();
    const forgetting = this.#store.forget(what, { at: this.#clock.now(), by, why });
    this.#heed();
    return forgetting;
  }

  list(domain: DomainName): readonly MemoryRow[] {
    this.#heed();
    return [...this.#known(domain).rows.values()];
  }

  suspected(rowsMax: number): readonly MemoryRow[] {
    this.#flush("all");
    return this.#store.suspected(rowsMax);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#pruning?.cancel();
    this.#flushing?.cancel();
    this.#flush("all");
  }

  /** The work, with what was forgotten heeded; or, if the store cannot be read, the other. It rests for a moment after that. */
  #reading<T>(work: () => T, otherwise: (detail: string) => T): T {
    if (this.#isClosed) return otherwise("the memory is closed");
    const now = this.#clock.monotonic();
    if (this.#unreadable !== undefined && now < this.#unreadable.until) return otherwise(this.#unreadable.detail);
    try {
      if (now - this.#heededAt >= this.#limits.heedEveryMs) this.#heed();
      const result = work();
      if (this.#unreadable !== undefined) this.#log.info("memory can be read again", { code: "memory-readable" });
      this.#unreadable = undefined;
      return result;
    } catch (error) {
      const detail = messageOf(error);
      if (this.#unreadable === undefined) {
        this.#log.error("memory cannot be read", { code: "memory-unreadable", detail });
      }
      this.#unreadable = { detail, until: now + this.#limits.unreadableRestMs };
      return otherwise(detail);
    }
  }

  #known(domain: DomainName): Known {
    const cached = this.#domains.get(domain);
    if (cached !== undefined) return cached;
    const rows = new Map(this.#store.rowsOf(domain).map((row) => [row.host, row]));
    for (const [host, row] of this.#unwritten.of(domain)) {
      if (row === undefined) rows.delete(host);
      else rows.set(host, row);
    }
    return this.#keep(domain, rows);
  }

  #keep(domain: DomainName, rows: ReadonlyMap<string, MemoryRow>): Known {
    const isSuspected = [...rows.values()].some((row) => row.suspicion !== undefined);
    const known = { rows, fact: isSuspected ? undefined : this.#factOf(rows, 0) };
    this.#domains.set(domain, known, 1 + rows.size);
    return known;
  }

  #factOf(rows: ReadonlyMap<string, MemoryRow>, now: Instant): Readonly<Record<string, RememberedHost>> {
    return Object.fromEntries([...rows].map(([host, row]) => [host, this.#current(row, now)]));
  }

  /** A suspicion that nothing has borne out for long is over for whoever asks how long it lasts. */
  #current(row: MemoryRow | undefined, now: Instant): RememberedHost {
    if (row === undefined) return {};
    const { suspicion, remembered } = row;
    if (suspicion === undefined || now - suspicion.lastAt <= this.#limits.suspicionGapMaxSeconds * 1000) {
      return remembered;
    }
    const { suspectedSince: _over, ...rest } = remembered;
    return rest;
  }

  #encryptedAt(host: string): RememberedLevel | undefined {
    const cached = this.#hosts.get(host);
    if (cached !== undefined) return cached ?? undefined;
    const found = this.#store.encryptedAt(host) ?? this.#unwritten.encryptedAt(host);
    this.#hosts.set(host, found ?? null);
    return found;
  }

  #rowOf(domain: DomainName, host: string): MemoryRow | undefined {
    return this.#known(domain).rows.get(host);
  }

  #learn(row: MemoryRow): void {
    if (this.#unwritten.size >= this.#limits.unwrittenRowsMax && !this.#unwritten.has(row)) return;
    const known = this.#known(row.domain);
    const isNew = !known.rows.has(row.host);
    const rows = new Map(known.rows);
    const gone = isNew && rows.size >= this.#limits.hostsPerDomainMax ? leastWorth(rows.values()) : undefined;
    if (gone !== undefined) {
      rows.delete(gone.host);
      this.#unwritten.drop(gone);
    }
    rows.set(row.host, row);
    this.#unwritten.put(row);
    this.#keep(row.domain, rows);
    if (encrypts(row.remembered)) this.#hosts.set(row.host, row.remembered.encrypted);
    if (isNew && this.#rowsAtMost !== undefined && ++this.#rowsAtMost > this.#limits.rowsMax) this.#pruneAfter(0);
    this.#flushing ??= this.#clock.after(this.#limits.flushEveryMs, () => this.#flush("slice"));
  }

  #alert({ domain, host }: MemoryKey, expected: Level, asked: Level, fault: TlsFault): void {
    this.#metrics.count("surehop_suspected_downgrades_total", { fault });
    this.#log.warn("suspected downgrade", { code: "suspected-downgrade", domain, host, expected, asked, fault });
  }

  #flush(how: "slice" | "all"): void {
    this.#flushing?.cancel();
    this.#flushing = undefined;
    try {
      this.#writeSlice();
      if (how === "all") while (this.#unwritten.size > 0) this.#writeSlice();
      if (!this.#isWriting) this.#log.info("memory can be written again", { code: "memory-writable" });
      this.#isWriting = true;
    } catch (error) {
      if (this.#isWriting) {
        this.#log.error("memory cannot be written", { code: "memory-unwritable", detail: messageOf(error) });
      }
      this.#isWriting = false;
    }
    if (this.#unwritten.size === 0 || this.#isClosed) return;
    this.#flushing = this.#clock.after(this.#isWriting ? 0 : this.#limits.flushEveryMs, () => this.#flush("slice"));
  }

  #writeSlice(): void {
    const { rows, gone } = this.#unwritten.slice(this.#limits.flushRowsMax);
    if (rows.length + gone.length === 0) return;
    const newer = this.#store.write(rows, gone, this.#heededSoFar());
    this.#unwritten.written(rows, gone);
    this.#apply(newer);
  }

  /** Looks whether something was forgotten, by whomever. */
  #heed(): void {
    this.#heededAt = this.#clock.monotonic();
    this.#apply(this.#store.forgettingsAfter(this.#heededSoFar()));
  }

  #heededSoFar(): number {
    return (this.#heeded ??= this.#store.lastForgetting());
  }

  #apply(newer: readonly Forgetting[]): void {
    if (newer.length === 0) return;
    // So many at once are not looked at one by one.
    if (newer.length >= this.#limits.forgettingsHeededMax) {
      this.#unwritten.clear();
      this.#heeded = this.#store.lastForgetting();
    } else {
      for (const { what } of newer) this.#unwritten.forget(what);
      this.#heeded = newer.at(-1)?.id ?? 0;
    }
    this.#domains.clear();
    this.#hosts.clear();
  }

  #pruneAfter(delayMs: number): void {
    this.#pruning?.cancel();
    this.#pruning = this.#clock.after(delayMs, () => this.#prune());
  }

  /** One slice; the next soon, as long as there is something to take away. */
  #prune(): void {
    const { unseenMaxSeconds, pruneEverySeconds, pruneRestMs, pruneSliceRowsMax, rowsMax } = this.#limits;
    try {
      const isTooMany = this.#store.rowCount() > rowsMax;
      const unseenSince = isTooMany ? Infinity : this.#clock.now() - unseenMaxSeconds * 1000;
      const gone = this.#store.prune(unseenSince, pruneSliceRowsMax);
      for (const { domain, host } of gone) {
        this.#domains.delete(domain);
        this.#hosts.delete(host);
      }
      if (gone.length >= pruneSliceRowsMax) return this.#pruneAfter(pruneRestMs);
      this.#rowsAtMost = this.#store.rowCount() + this.#unwritten.size;
    } catch (error) {
      this.#log.warn("memory cannot be tidied", { code: "memory-untidied", detail: messageOf(error) });
    }
    return this.#pruneAfter(pruneEverySeconds * 1000);
  }
}

/** Rows by domain that the store does not have yet; undefined for those that it is to lose. */
class Unwritten {
  readonly #domains = new Map<DomainName, Map<string, MemoryRow | undefined>>();
  /** Established, and not yet seen by whoever asks the store. */
  readonly #encrypted = new Map<string, RememberedLevel>();
  size = 0;

  of(domain: DomainName): Iterable<readonly [string, MemoryRow | undefined]> {
    return this.#domains.get(domain) ?? [];
  }

  has({ domain, host }: MemoryKey): boolean {
    return this.#domains.get(domain)?.has(host) ?? false;
  }

  encryptedAt(host: string): RememberedLevel | undefined {
    return this.#encrypted.get(host);
  }

  put(row: MemoryRow): void {
    this.#set(row, row);
    if (encrypts(row.remembered)) this.#encrypted.set(row.host, row.remembered.encrypted);
  }

  drop(key: MemoryKey): void {
    this.#set(key, undefined);
  }

  slice(rowsMax: number): { readonly rows: readonly MemoryRow[]; readonly gone: readonly MemoryKey[] } {
    const rows: MemoryRow[] = [];
    const gone: MemoryKey[] = [];
    for (const [domain, hosts] of this.#domains) {
      for (const [host, row] of hosts) {
        if (rows.length + gone.length >= rowsMax) return { rows, gone };
        if (row === undefined) gone.push({ domain, host });
        else rows.push(row);
      }
    }
    return { rows, gone };
  }

  written(rows: readonly MemoryRow[], gone: readonly MemoryKey[]): void {
    for (const key of [...rows, ...gone]) this.#delete(key);
    for (const { host, remembered } of rows) if (encrypts(remembered)) this.#encrypted.delete(host);
    if (this.size === 0) this.#encrypted.clear();
  }

  forget(what: Forgettable): void {
    for (const [domain, hosts] of this.#domains) {
      if (what.domain !== undefined && what.domain !== domain) continue;
      for (const host of hosts.keys()) {
        if (what.host === undefined || what.host === host) this.#delete({ domain, host });
      }
    }
    this.#encrypted.clear();
    for (const hosts of this.#domains.values()) for (const row of hosts.values()) if (row !== undefined) this.put(row);
  }

  clear(): void {
    this.#domains.clear();
    this.#encrypted.clear();
    this.size = 0;
  }

  #set({ domain, host }: MemoryKey, row: MemoryRow | undefined): void {
    const hosts = this.#domains.get(domain) ?? new Map<string, MemoryRow | undefined>();
    if (!hosts.has(host)) this.size++;
    hosts.set(host, row);
    this.#domains.set(domain, hosts);
  }

  #delete({ domain, host }: MemoryKey): void {
    const hosts = this.#domains.get(domain);
    if (hosts?.delete(host) === true) this.size--;
    if (hosts?.size === 0) this.#domains.delete(domain);
  }
}

/** A flood of host names must not wash away what is known of the one that counts. */
function leastWorth(rows: Iterable<MemoryRow>): MemoryRow | undefined {
  return [...rows].reduce<MemoryRow | undefined>((least, row) => {
    if (least === undefined) return row;
    const [one, other] = [establishedLevel(row.remembered), establishedLevel(least.remembered)];
    if (one === other) return row.seenAt < least.seenAt ? row : least;
    return strongest(one, other) === other ? row : least;
  }, undefined);
}

/** What is `authenticated` is encrypted as often. */
function encrypts(remembered: RememberedHost): remembered is RememberedHost & { readonly encrypted: RememberedLevel } {
  const { encrypted } = remembered;
  return encrypted !== undefined && establishedLevel({ encrypted }) !== "cleartext";
}

function pick(suspicion: MemoryRow["suspicion"], changed: Partial<Suspicion>): Pick<MemoryRow, "suspicion"> {
  return suspicion === undefined ? {} : { suspicion: { ...suspicion, ...changed } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
