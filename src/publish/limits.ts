export const publishLimits = {
  /** Certificates and keys in one PEM file. */
  pemBlocksMax: 16,
  pemMaxBytes: 262_144,
  /** Keys of one host, current and next together. */
  keysMax: 16,
  mxMax: 32,
  reportAddressesMax: 8,
  reportAddressMaxChars: 400,
  caaMax: 16,
  /** MTA-STS (RFC 8461 §3.2). */
  maxAgeMaxSeconds: 31_557_600,
  /** One character-string of a TXT record (RFC 1035 §3.3.14). */
  characterStringMaxOctets: 255,
  ttlMinSeconds: 60,
  /** RFC 7671 §8.4 would have them short; a longer one makes every roll-over a matter of weeks. */
  ttlMaxSeconds: 604_800,
  /** Records and keys that the roll-over remembers of one host. */
  sightingsMax: 64,
  ledgerMaxChars: 262_144,
  /** How often a relay may look at what is published. */
  lookEveryMinSeconds: 600,
  lookEveryMaxSeconds: 604_800,
  /** A relay that has started looks within this. */
  firstLookMaxMs: 60_000,
  /** The waits between its looks are longer or shorter by up to this part. */
  lookJitterPart: 0.1,
  /** The look at the TTL of one set. */
  signedTtlTimeoutMs: 5_000,
  /** One look at one host, from the connection to the end of the handshake. */
  lookTimeoutMs: 60_000,
  handshakeTimeoutMs: 20_000,
  /** A certificate that ends sooner is worth a warning. */
  expiryWarningMs: 14 * 86_400_000,
  /** A policy that senders forget sooner hardly protects anybody (RFC 8461 §3.2 recommends weeks). */
  maxAgeShortSeconds: 86_400,
} as const;
