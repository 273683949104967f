/**
 * Named limits, each with its unit at the end of its name. What an outsider sends is bounded by one of these
 * in size, count or time. Values that an operator may change live in the configuration and start from here.
 */
export const limits = {
  // Names (RFC 1035 §2.3.4, RFC 5321 §4.5.3.1)
  domainTextMaxChars: 1024,
  domainMaxOctets: 253,
  localPartMaxOctets: 64,

  // SMTP server (RFC 5321 §4.5.3.1: 512 and 1000 are minima for command and text line)
  commandLineMaxBytes: 2048,
  /** AUTH lines carry base64 of up to 12,288 octets (RFC 4954 §4.5). */
  authLineMaxBytes: 12_288,
  textLineMaxBytes: 1000,
  messageMaxBytes: 104_857_600,
  recipientsMax: 1000,
  hopsMax: 50,
  commandsBeforeAuthMax: 30,
  authFailuresMax: 3,
  badCommandsMax: 10,
  rejectedRecipientsMax: 100,
  messagesPerConnectionMax: 10_000,
  connectionsMax: 1000,
  connectionsPerClientMax: 50,
  serverIdleTimeoutMs: 300_000,
  /** A client that has ended its side waits no longer than this for the last reply (RFC 5321 §4.5.3.2.6). */
  serverHalfOpenMaxMs: 600_000,
  serverHandshakeTimeoutMs: 30_000,
  /** A whole transaction must end within this, however slowly its bytes trickle. */
  serverDataTimeoutMs: 1_800_000,

  // Passwords at submission
  /** The thread pool has four places; the disk needs some of them. */
  passwordChecksAtOnceMax: 2,
  /** Running and waiting together; the next client hears 454. */
  passwordChecksWaitingMax: 64,
  passwordsRememberedMax: 1000,
  passwordRememberedMs: 600_000,

  // SMTP client (RFC 5321 §4.5.3.2)
  dialTimeoutMs: 30_000,
  /** RFC 8305 in spirit: the next address is tried beside the first after this. */
  dialStaggerMs: 2_000,
  bannerTimeoutMs: 120_000,
  commandTimeoutMs: 120_000,
  handshakeTimeoutMs: 30_000,
  dataBlockTimeoutMs: 180_000,
  finalReplyTimeoutMs: 600_000,
  replyLineMaxBytes: 2048,
  replyLinesMax: 128,
  recipientsPerTransactionMax: 100,
  messagesPerOutgoingConnectionMax: 1000,
  idleConnectionKeepMs: 5_000,

  // DNS
  dnsUdpPayloadMaxBytes: 1232,
  dnsQuestionTimeoutMs: 10_000,
  dnsTryTimeoutMs: 2_000,
  dnsTriesMax: 4,
  dnsTtlMaxSeconds: 86_400,
  dnsNegativeTtlMaxSeconds: 3_600,
  dnsFailureTtlSeconds: 5,
  dnsCacheEntriesMax: 100_000,
  cnameChainMax: 10,
  mxHostsMax: 20,
  addressesPerHostMax: 12,

  // Queue
  inlineBodyMaxBytes: 65_536,
  storyEventsMax: 500,
  leaseMs: 600_000,
} as const;
