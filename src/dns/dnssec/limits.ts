/**
 * Limits of the validator. One question may be answered by an attacker at every step, so what he can make us do is counted for
 * the whole question: KeyTrap (CVE-2023-50387) and the NSEC3 closest encloser attack (CVE-2023-50868) end here.
 */
export const validatorLimits = {
  /** A signature may begin this much in the future and have ended this much in the past: clocks differ. */
  signatureSkewSeconds: 300,
  /** Signatures of one record set that are tried. */
  signaturesPerSetMax: 8,
  /** Keys with the very tag and algorithm that a signature names (RFC 4034 §5.3.1: tags can collide). */
  keysPerSignatureMax: 4,
  /** Zones named as signers of one record set that are looked into. */
  signersPerSetMax: 2,
  /** Signatures that may turn out to be wrong, for one question. */
  failedVerificationsMax: 16,
  /** Signatures checked for one question, whatever comes of it. */
  verificationsMax: 400,
  /** Keys compared with DS records for one question. */
  keyDigestsMax: 64,
  /** RFC 9276 §3.2: above this, NSEC3 proves nothing and the zone counts as insecure. */
  nsec3IterationsMax: 100,
  /** Hash computations for one question, each iteration counted. */
  nsec3HashesMax: 8_192,
  /** NSEC and NSEC3 records of one message that are looked at. */
  denialsPerMessageMax: 32,
  /** Questions to the upstream for one question. Honest names have few labels; those of IPv6 addresses have 34. */
  asksPerQuestionMax: 64,
  /** RFC 3110, RFC 5702 §2: bits. More would cost more than it gives. */
  rsaModulusMinBits: 512,
  rsaModulusMaxBits: 4096,
  rsaExponentMaxBits: 64,
  /** Zones whose keys are kept. */
  zonesKeptMax: 10_000,
  /** Signatures of records of absence that are remembered as good, and for how long. */
  signaturesRememberedMax: 4_096,
  signatureRememberedMs: 3_600_000,
  /** Zones whose gaps are remembered, and gaps of each. */
  gapZonesKeptMax: 2_000,
  gapsPerZoneMax: 64,
  /** Sets of records in an answer to ANY. */
  setsPerAnyMax: 64,
} as const;
