/** Limits of trust anchors: what an operator's file may hold, and how the root's keys are followed. */
export const anchorLimits = {
  anchorFileMaxBytes: 65_536,
  anchorLineMaxChars: 4_096,
  anchorsMax: 64,
  /** Keys of one zone that are followed; further new ones are not looked at. */
  keysFollowedMax: 16,
  /** What is kept on disk of followed keys. */
  memoryMaxBytes: 262_144,
  /** RFC 5011 §2.4.1: a new key is believed after it was seen for this long. */
  addHoldDownMs: 30 * 86_400_000,
  /** RFC 5011 §2.4.2: a revoked key counts as removed after this long. */
  removeHoldDownMs: 30 * 86_400_000,
  /** RFC 5011 §2.3: how often the keys are looked at. */
  lookMinMs: 3_600_000,
  lookMaxMs: 15 * 86_400_000,
  /** And after a look that failed. */
  retryMaxMs: 86_400_000,
  /** Milliseconds for one question about keys. */
  lookTimeoutMs: 20_000,
} as const;
