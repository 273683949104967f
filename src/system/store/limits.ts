/** `facts.db` as a whole; each part that has tables in it bounds its own rows. */
export const storeLimits = {
  /** Behind the parts' own limits: what is never passed, whatever they do. */
  factsMaxBytes: 4 * 1024 * 1024 * 1024,
  /** How long the relay stands still, at worst, because an operator's command is writing. */
  relayBusyTimeoutMs: 1_000,
  operatorBusyTimeoutMs: 10_000,
  walKeptMaxBytes: 16 * 1024 * 1024,
  pageCacheMaxBytes: 8 * 1024 * 1024,
} as const;
