/** Limits of TLS reports: what is counted, what is sent, and what strangers may send us. */
export const reportLimits = {
  // Counting
  /** Counted policies of one UTC day, all domains together. What comes beyond is left out of the reports, and said. */
  policiesPerDayMax: 100_000,
  policiesPerDomainMax: 20,
  /** Further kinds of failure are counted by their result type alone. */
  failureKindsPerPolicyMax: 100,
  policyStringsMax: 100,
  policyStringMaxChars: 1000,
  hostMaxChars: 255,
  detailMaxChars: 300,
  /** How long a counted session may be in memory alone: what a crash can lose. */
  flushMs: 2_000,
  /** After a disk that failed. */
  flushRetryMs: 10_000,
  /** Rows of one transaction; the next one waits for a breath, so that no session waits for all of them. */
  flushRowsMax: 500,
  flushBreathMs: 20,
  /** Policies that wait for a disk that fails. */
  pendingPoliciesMax: 20_000,

  // Who wants reports (RFC 8460 §3)
  recordMaxChars: 4096,
  recordsMax: 100,
  fieldsPerRecordMax: 100,
  /** Further addresses of one record get nothing. */
  targetsPerDomainMax: 10,
  uriMaxChars: 2000,

  // Sending
  /** Days that ended longer ago are not reported on any more: the relay was off. */
  countsKeptMs: 3 * 86_400_000,
  /** RFC 8460 §4.1: so long behind midnight at most, each domain at a time of its own. */
  jitterMaxMs: 4 * 3_600_000,
  /** Until the last sessions of a day are surely written down. */
  dayCloseMs: 60_000,
  sendingAtOnceMax: 10,
  planPageMax: 500,
  /** RFC 8460 §5.5: how long a report is tried, from its first attempt. */
  tryForMs: 86_400_000,
  retryFirstMs: 300_000,
  retryMaxMs: 4 * 3_600_000,
  /** How often a report that is in the queue is looked at. */
  queueLookMs: 900_000,
  /** How long what became of our own reports can be looked up. */
  sentKeptMs: 14 * 86_400_000,
  postTimeoutMs: 60_000,
  postConnectTimeoutMs: 15_000,
  postAddressesMax: 6,
  postReplyMaxBytes: 16_384,
  reasonMaxChars: 300,

  // Receiving
  /** One file, mail or POST; what is larger is not read. */
  packedMaxBytes: 10 * 1024 * 1024,
  /** RFC 8460 §5.2 knows receivers that take ten megabytes. A gzip bomb ends here. */
  unpackedMaxBytes: 16 * 1024 * 1024,
  mailboxMaxBytes: 256 * 1024 * 1024,
  mailsPerMailboxMax: 10_000,
  attachmentsPerMailMax: 10,
  policiesPerReportMax: 200,
  failuresPerPolicyMax: 500,
  textMaxChars: 500,
  receivedMax: 20_000,
  /** Over HTTP, all senders together. */
  postsPerMinuteMax: 120,
  postsAtOnceMax: 4,
  inboxLookMs: 60_000,
  /** Younger files may still be written to. */
  inboxSettleMs: 5_000,
  inboxFilesPerLookMax: 200,
  receivedListMax: 1_000,
} as const;
