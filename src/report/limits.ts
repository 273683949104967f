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
} as const;
