/** Limits that only this folder needs; those that others must know stand in `base/limits.ts`. */
export const dnsLimits = {
  /** A name has at most 127 labels, so an honest encoder never needs more pointers for one. */
  pointersPerNameMax: 127,
  /** Sockets open at once towards the upstreams; further questions wait their turn. */
  questionsAtOnceMax: 256,
  /** Questions that wait for a socket; the next one fails. */
  questionsWaitingMax: 10_000,
  /** Answers with a wrong id or question from the right endpoint: someone is guessing. Then TCP is used. */
  nearMissesMax: 5,
  /** An upstream that did not answer is asked last for this long. */
  upstreamRestMs: 30_000,
  /** Until a stream to an upstream is there, with TLS if it has any. */
  streamConnectTimeoutMs: 3_000,
  /** After a stream that could not be had, none is tried for so long, however many questions there are. */
  streamRedialMs: 1_000,
  /** A stream on which no question is under way is closed after this (RFC 7766 §6.2.3). */
  streamIdleMs: 10_000,
  /** Questions under way on one stream; further ones open another. */
  streamInFlightMax: 128,
  /** Streams to one upstream. */
  streamsMax: 4,
  /** Questions given up whose answers may still come; then the stream is not used for new ones. */
  streamAbandonedMax: 64,
  /** Answers on a stream to what nobody asked; then it is closed. */
  streamStraysMax: 5,
  /** One try over TLS: TCP, the handshake and the question itself each take their way there and back. */
  tlsTryTimeoutMs: 4_000,
  /** Questions inside TLS are made a multiple of this long, so that their length tells little (RFC 8467 §4.1). */
  paddingBlockBytes: 128,
  /** All cached answers together, by a rough count of their memory. */
  cacheBytesMax: 128 * 1024 * 1024,
  /** What an answer takes in memory without its records. */
  cacheEntryBytes: 500,
  /** An answer that is used after this part of its time is fetched anew before the time is over. */
  refreshAfterPart: 0.9,
  /** An answer that lives shorter than this is not worth it. */
  refreshTtlMinSeconds: 30,
  /** What a record or an alias takes besides its text. */
  cacheRecordBytes: 100,
} as const;
