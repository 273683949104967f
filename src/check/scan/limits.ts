/** What a scan may cost: us, and those who are looked at. Budgets are the defaults; an operator may change them. */
export const scanLimits = {
  // Ourselves
  /** Connections open at once, and look-ups under way at once: what strangers publish is large, and each holds what it has heard. */
  concurrencyDefault: 200,
  concurrencyMax: 5_000,
  /** Domains between being read and being written: those that wait for a paced provider, while others pass them. */
  domainsUnderWayMax: 10_000,
  /** What DNS and policies have told of these, roughly: while it is more, no domain is begun. */
  factsUnderWayMaxBytes: 16_777_216,
  /** Of a domain's TXT records those that may mean something, */
  textsPerNameMax: 8,
  /** CAA and TLSA records of a host, */
  recordsPerHostMax: 64,
  /** and of one text so much. */
  textMaxChars: 4_096,
  domainsMax: 20_000_000,
  inputLineMaxBytes: 4_096,
  /** Of input lines that are no domain, those that are told. */
  badLinesToldMax: 10,
  lineMaxBytes: 16_384,
  /** Of a line that tells a fault of ours. */
  detailMaxChars: 500,
  findingsPerLineMax: 64,
  hostsPerLineMax: 20,
  /** Addresses whose probes are kept in memory, and what they may take there, roughly; the store has them all. */
  addressesCachedMax: 4_000,
  sightsCachedMaxBytes: 8_388_608,
  stopGraceMs: 5_000,
  optOutEntriesMax: 1_000_000,
  /** MX operators that are counted by name. */
  operatorsCountedMax: 20_000,
  operatorsToldMax: 20,
  /** Domains of each kind that a comparison names. */
  changesToldMax: 1_000,

  // Those who are looked at
  /** A connection that is done with and does not go is made to. */
  closeGraceMs: 1_000,
  addressesPerHostMax: 8,
  hostsPerDomainMax: 20,
  /** Names that one address is asked about; customers' own names for a hoster's server could be millions. */
  namesPerAddressMax: 8,
  /** One that showed the same under so many names shows it under all. */
  namesBeforeAlike: 3,
  /** A server that says "not now" is asked this often in all, */
  triesMax: 3,
  /** the second time after this, then after twice as long. */
  retryAfterMs: 120_000,
  /** What was seen this recently is not looked at again when a scan goes on. */
  probeKeptMs: 86_400_000,
} as const;
