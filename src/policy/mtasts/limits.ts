/** MTA-STS: what a domain may make us read, keep and wait for. */
export const stsLimits = {
  /** RFC 8461 §3.2. */
  maxAgeMaxSeconds: 31_557_600,
  /** RFC 8461 §3.3 suggests 64 KiB. */
  policyMaxBytes: 65_536,
  mxPatternsMax: 100,
  /** RFC 8461 §3.1, §3.2: names of fields. */
  fieldNameMaxChars: 32,
  idMaxChars: 32,
  /** From the look-up of the policy host's addresses to the last byte (RFC 8461 §3.3 suggests a minute). */
  fetchTimeoutMs: 60_000,
  fetchConnectTimeoutMs: 10_000,
  fetchHeadersMaxBytes: 16_384,
  fetchesAtOnceMax: 50,
  fetchesWaitingMax: 1_000,
  /** Then the delivery is put off: that we are busy must not lower what a hop requires. */
  fetchWaitMaxMs: 30_000,
  /** Domains that are looked at in the same moment, whoever asked. */
  updatesAtOnceMax: 10_000,
  /** A domain's policy is fetched at most so often, and counts at least so long, whatever its max_age. */
  fetchEveryMs: 300_000,
  /** A domain's record is looked at in the background at most so often. */
  lookEveryMs: 300_000,
  /** RFC 8461 §10.2: refreshed long before it expires. Jitter makes it up to a quarter sooner. */
  refreshEveryMs: 86_400_000,
  /** A refresh that failed is tried again after a tenth of the time that is left, and within these. */
  refreshRetryMinMs: 300_000,
  refreshRetryMaxMs: 3_600_000,
  refreshesAtOnceMax: 8,
  duePerSweepMax: 1_000,
  sweepEveryMs: 300_000,
  /** A policy to whose domain nobody wrote for so long is refreshed no more. */
  unusedMs: 90 * 86_400_000,
  /** How exactly that is known. */
  usedEveryMs: 86_400_000,
  /** An expired policy is no policy; its domain is asked for a new one so much longer. */
  expiredKeptMs: 7 * 86_400_000,
  /** Beyond it those go that have expired, then those that were not used for longest. */
  policiesMax: 100_000,
  /** Domains whose latest look or fetch is remembered. */
  remembersMax: 10_000,
  /** Policies that could not be written down, kept in memory. */
  unsavedMax: 1_000,
  detailMaxChars: 300,
} as const;
