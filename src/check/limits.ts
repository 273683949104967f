/** What looking at a domain may cost, us and those who are looked at. */
export const checkLimits = {
  /** One connection, from the dialling to the last answer: banners of servers that slow strangers down come within it. */
  connectionTimeoutMs: 75_000,
  /** A server that answers no ClientHello in this time will not. */
  handshakeTimeoutMs: 15_000,
  dialTimeoutMs: 15_000,
  /** Between two connections to one address. */
  paceMs: 250,
  /** All connections to one MX host together. */
  hostBudgetMs: 300_000,
  /** MX hosts looked at together; the addresses of one are looked at one after the other. */
  hostsAtOnceMax: 4,
  hostsMax: 20,
  /** Of one MX host. */
  addressesMax: 8,
  /** Names asked for CAA records, from the host upwards (RFC 8659 §3). */
  caaClimbMax: 8,
  /** Names asked for their name servers, from the domain upwards. */
  zoneClimbMax: 8,
  nameserversMax: 13,
  /** Of one name server, those that are asked whether it answers there. */
  nameserverAddressesMax: 2,
  renegotiationTimeoutMs: 5_000,
  /** How long a server may take to send a ticket behind its handshake. */
  ticketTimeoutMs: 2_000,
  /** How long a server that obeys what it should not would take to say so. */
  silenceMs: 2_000,
  /** Of one reply to an intrusive probe. */
  replyMaxChars: 65_536,
  /** A certificate that ends sooner is worth a warning. */
  expirySoonMs: 14 * 86_400_000,
  /** Chains of which answers are kept, some 400 bytes for each, and names that each was asked for. */
  chainsKnownMax: 8_192,
  namesKnownMax: 4,
  /** Between two looks of a watch. */
  watchMinMs: 60_000,
  /** Facts of one domain, kept in a file. */
  savedMaxBytes: 8_388_608,
  domainsMax: 100,
} as const;
