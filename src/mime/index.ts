/**
 * Floor 1: messages as streams. Reading: a header section off the front of a stream (`readHeaderSection`), and what may be
 * repeated of it (`describeOriginal`). Building: the report on a message that was returned, delayed or delivered
 * (`buildReport`: RFC 3461, 3464, 6522, 6533, 3834). No I/O, no words: the text comes in as an argument.
 */
export { findField, findFields, readHeaderSection, type HeaderField, type HeaderSection } from "./header.ts";
export { mimeLimits } from "./limits.ts";
export { ContentMeter, type Measured } from "./meter.ts";
export { describeOriginal, type OriginalMessage } from "./original.ts";
export { buildReport, type Report, type ReportRequest } from "./report.ts";
export { type ReportRecipient } from "./status.ts";
export { decodeUnstructured, encodeText, foldAtSpaces, formatMailDate, unicodeLine } from "./text.ts";
export { TlsRequiredSpotter } from "./tls-required.ts";
