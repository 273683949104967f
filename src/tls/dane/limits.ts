/** What a stranger's certificates and TLSA records can make us do, at most. */
export const daneLimits = {
  /** Usable TLSA records that are looked at; a domain rolling two keys over has four. */
  recordsMax: 64,
  /** Presented certificates that are looked at; what comes behind them is as if not presented. */
  presentedMax: 16,
  /** Certificates of one path, leaf and anchor included. */
  pathMax: 10,
  /** Signatures verified for one chain: RSA of 16,384 bits takes about 2 ms each. */
  signaturesMax: 64,
  /** Steps of the search for a path, each an issuer tried. */
  stepsMax: 512,
  /** Paths to an anchor that are judged as a whole. */
  pathsMax: 32,
  certificateMaxBytes: 65_536,
  extensionsMax: 64,
  /** Names of one certificate, and subtrees of one name constraint. */
  namesMax: 1024,
  /** Comparisons of names with constraints for one path. */
  nameComparisonsMax: 20_000,
} as const;
