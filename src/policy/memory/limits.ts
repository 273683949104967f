/** Limits of what is remembered of hosts. */
export const memoryLimits = {
  // When a level counts as established (MEM-1)
  establishedDeliveriesMin: 3,
  /** Different days, by UTC. */
  establishedDaysMin: 2,

  /**
   * Patience runs while a host goes on falling short. If nothing was met there for longer than this, which is three times as long as
   * mail is left alone between two attempts, the next time it falls short is a first time.
   */
  suspicionGapMaxSeconds: 43_200,

  // On disk
  rowsMax: 1_000_000,
  /** Of one domain. One more takes the place of one that has established nothing, else of the one not met for longest. */
  hostsPerDomainMax: 50,
  unseenMaxSeconds: 34_560_000,
  pruneEverySeconds: 86_400,
  /** Taken away at once; between two such slices mail goes on. */
  pruneSliceRowsMax: 1_000,
  pruneRestMs: 100,
  forgettingsMax: 10_000,
  /** Rows that a forgetting keeps word for word; of the others it keeps the number. */
  forgettingRowsMax: 100,
  forgettingWhyMaxChars: 500,
  forgettingByMaxChars: 64,

  // In the process
  /** A domain counts one for itself and one for each of its hosts. */
  domainsCachedMax: 50_000,
  hostsCachedMax: 50_000,
  flushEveryMs: 1_000,
  /** Written in one transaction. */
  flushRowsMax: 1_000,
  /** What waits for a disk that does not take it; then nothing new is learned until it does. */
  unwrittenRowsMax: 50_000,
  /** Between two looks whether an operator has had something forgotten. */
  heedEveryMs: 1_000,
  /** After a read that failed, no other is made for so long. */
  unreadableRestMs: 1_000,
  forgettingsHeededMax: 1_000,
} as const;
