/** Limits of the look at the resolvers. */
export const checkupLimits = {
  /** One question over TCP or TLS. */
  streamTimeoutMs: 5_000,
  /** Resolvers that are looked at. */
  resolversMax: 16,
  /** Bogus answers within `doubtWindowMs` that are a reason to look. */
  doubtBogusMax: 5,
  doubtWindowMs: 300_000,
  /** Between two looks for such a reason. */
  doubtRestMs: 600_000,
} as const;
