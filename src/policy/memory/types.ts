/** What is kept of hosts, and by whom. */
import type { DomainName, Instant, Level, TlsFault } from "../../base/index.ts";
import type { LearningMemory, RememberedHost, RememberedLevel } from "../types.ts";

/** Less than expected was met. */
export interface Suspicion {
  /** What was remembered, and not met. */
  readonly expected: Level;
  /** As it was first seen; absent if a newer Surehop wrote it down and this one has no name for it. */
  readonly fault?: TlsFault;
  readonly lastAt: Instant;
}

/** What is remembered of one host for the mail of one domain. */
export interface MemoryRow {
  readonly domain: DomainName;
  readonly host: string;
  readonly remembered: RememberedHost;
  /** Present if `remembered.suspectedSince` is. */
  readonly suspicion?: Suspicion;
  /** When anything was last met there. */
  readonly seenAt: Instant;
}

/** A whole domain; one host for one domain; or one host for every domain. */
export type Forgettable =
  | { readonly domain: DomainName; readonly host?: string }
  | { readonly domain?: undefined; readonly host: string };

/** That something was forgotten, by whom and why, and what it was. */
export interface Forgetting {
  /** Grows with each, and is never used again. */
  readonly id: number;
  readonly at: Instant;
  readonly by: string;
  readonly why: string;
  readonly what: Forgettable;
  /** How many rows; `rows` are at most `forgettingRowsMax` of them. */
  readonly count: number;
  readonly rows: readonly MemoryRow[];
}

export interface ForgettingNote {
  readonly at: Instant;
  readonly by: string;
  readonly why: string;
}

export interface MemoryKey {
  readonly domain: DomainName;
  readonly host: string;
}

export interface MemoryCount {
  readonly domains: number;
  readonly hosts: number;
  /** Pairs of a domain and a host. */
  readonly rows: number;
}

/**
 * Where it is kept. One process learns; others may look, and have things forgotten, while it runs. Everything throws if the
 * store cannot be read or written: nothing there is never said for what could not be read.
 */
export interface MemoryStore {
  /** At most `hostsPerDomainMax`. */
  rowsOf(domain: DomainName): readonly MemoryRow[];
  /** The best that any domain's mail met at this host, if it was established. */
  encryptedAt(host: string): RememberedLevel | undefined;
  /** Rows with a suspicion, those that began last first. */
  suspected(rowsMax: number): readonly MemoryRow[];
  count(): MemoryCount;
  rowCount(): number;
  /**
   * All or nothing. What was forgotten after the forgetting `heeded` is not written back. Those forgettings are the answer, oldest first.
   */
  write(rows: readonly MemoryRow[], gone: readonly MemoryKey[], heeded: number): readonly Forgetting[];
  /** Takes away up to `max` rows that were last seen before `unseenSince`, those not seen for longest. */
  prune(unseenSince: Instant, max: number): readonly MemoryKey[];
  /** How much there is that this would make forgotten, and at most `forgettingRowsMax` of it, what was met last first. */
  matching(what: Forgettable): Pick<Forgetting, "count" | "rows">;
  /** On the disk when it returns. */
  forget(what: Forgettable, note: ForgettingNote): Forgetting;
  /** The id of the last one; 0 if there was none. */
  lastForgetting(): number;
  /** Oldest first, at most `memoryLimits.forgettingsHeededMax`. */
  forgettingsAfter(id: number): readonly Forgetting[];
  /** Those that concern a domain, or all; newest first. */
  forgettings(of: { readonly domain?: DomainName; readonly max: number }): readonly Forgetting[];
}

/**
 * `fellShort` is a suspicion if what the hop can have met is less than is remembered; what the memory knows nothing of is none of its
 * business.
 */
export interface Memory extends LearningMemory {
  /** Throws if the store cannot be written. */
  forget(what: Forgettable, by: string, why: string): Forgetting;
  /** What is remembered of a domain, what is not yet written included. Throws if the store cannot be read. */
  list(domain: DomainName): readonly MemoryRow[];
  /** All that is suspected, those that began last first. Throws if the store cannot be read. */
  suspected(rowsMax: number): readonly MemoryRow[];
  /** Writes what is not yet written. The store is its owner's to close. Never throws. */
  close(): void;
}
