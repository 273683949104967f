/** Limits of what is read and told. What lies beyond them is not looked at, and that is said. */
export const explainLimits = {
  inputMaxBytes: 10_485_760,
  /** Of a report that came compressed. */
  unpackedMaxBytes: 10_485_760,
  linesMax: 100_000,
  /** Of one line; the rest of it is not looked at. */
  lineMaxChars: 4096,
  /** Of the input, to see what it is. */
  sniffMaxBytes: 65_536,
  /** Of a plain text that no reader of logs knows. */
  proseMaxChars: 262_144,
  /** Messages of a log that have begun and not ended; the oldest are told first. */
  openMessagesMax: 10_000,
  /** Processes and sessions that a log tells of side by side. */
  sessionsMax: 10_000,
  incidentsMax: 10_000,
  recipientsMax: 1000,
  /** Characters repeated of what was said. */
  saidMaxChars: 500,
  headersMaxBytes: 262_144,
  mimeDepthMax: 20,
  statusFieldsMax: 10_000,
} as const;
