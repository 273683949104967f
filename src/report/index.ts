/**
 * Floor 4: TLS reports (RFC 8460): what receivers are told about the TLS that was met at their servers, and what others tell us.
 *
 * 1. `counter.ts`   each session that came to a verdict is counted for its policy domain and UTC day (§4.2)
 * 2. `sender.ts`    after midnight each domain that asks for reports (`record.ts`, §3) gets one: `document.ts` (§4.4) packed by
 *                   gzip, as a signed mail (`letter.ts`, §5.3) or by HTTPS (§5.4), tried for a day (§5.5)
 * 3. `collector.ts` others' reports, however they come: `unpack.ts` finds them in mails, mailboxes and gzip, `parse.ts` reads them leniently,
 *                   `signature.ts` says who vouches for them (§3)
 */
export { createCounter, type CounterDeps, type SessionCounter } from "./counter.ts";
export type { CountedFailure, CountedMore, CountedPolicy, CountStore } from "./counts.ts";
export { dayMs, dayOf, endOf, parseDay, startOf, type UtcDay } from "./day.ts";
export { packDocument, reportDocument, reportFilename, type DocumentRequest, type Reporter } from "./document.ts";
export { reportLetter, signLetter, type DkimKey, type LetterRequest } from "./letter.ts";
export { reportLimits } from "./limits.ts";
export type { Outcome, Outgoing, OutgoingState, OutgoingStore, SendFault, SentTo, TargetState } from "./outgoing.ts";
export type { Post, PostFault } from "./poster.ts";
export {
  readRecords,
  recordName,
  targetText,
  type RecordFault,
  type ReportRecord,
  type ReportTarget,
} from "./record.ts";
export { startSender, type ReportSender, type SenderDeps, type SenderSettings } from "./sender.ts";
export { takeIn, watchInbox } from "./collector.ts";
export type { CheckSignature, CollectorDeps, Inbox, InboxWatch, TakenIn } from "./collector.ts";
export { parseReport, type ParseFault, type ReportedFailure, type ReportedSessions, type TlsReport } from "./parse.ts";
export { isToBelieve } from "./received.ts";
export type { ReceivedReport, ReceivedStore, ReportProof, ReportSource } from "./received.ts";
export { signatureChecker } from "./signature.ts";
export { readDocument, unpackReports, type Unpacked, type UnpackedPart, type UnpackFault } from "./unpack.ts";
export { sessionsOf, tellReport, tellReportLine, type ToldFailure, type ToldPolicy, type ToldReport } from "./tell.ts";
