export const consoleLimits = {
  connectionsMax: 200,
  headersMaxBytes: 8192,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  /** Stories followed live at one time. */
  followersMax: 100,
  followMaxMs: 3_600_000,
  /** How often a followed story is looked at, and how often a sign of life is sent when nothing happens. */
  followPollMs: 200,
  followHeartbeatMs: 15_000,
} as const;
