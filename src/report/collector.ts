/**
 * Takes in others' reports (RPT-2), wherever they come from: unpacked, checked for who vouches for them, and kept once.
 *
 *   bytes ──unpack──► reports ──DKIM of the mail that carried them──► kept, known already, or not to be read
 */
import type { Clock, Log, Metrics, Timer } from "../base/index.ts";
import { reportLimits } from "./limits.ts";
import type { ReceivedStore, ReportProof, ReportSource } from "./received.ts";
import { unpackReports, type UnpackFault } from "./unpack.ts";

/** Who signed this mail. Never rejects. */
export type CheckSignature = (mail: Uint8Array) => Promise<ReportProof>;

export interface CollectorDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly store: Pick<ReceivedStore, "keep">;
  readonly checkSignature: CheckSignature;
}

export type TakenIn =
  | { readonly kind: "kept" | "known" | "full"; readonly organization: string; readonly reportId: string }
  | { readonly kind: "unreadable"; readonly fault: UnpackFault };

/** One entry for each report, or for each thing that should have been one. Rejects only with what the disk throws. */
export async function takeIn(
  deps: CollectorDeps,
  bytes: Uint8Array,
  source: ReportSource,
): Promise<readonly TakenIn[]> {
  const taken: TakenIn[] = [];
  for (const part of await unpackReports(bytes)) {
    if (!part.ok) {
      taken.push({ kind: "unreadable", fault: part.error });
      continue;
    }
    const { report, mail } = part.value;
    const proof: ReportProof = mail === undefined ? { kind: "transport" } : await deps.checkSignature(mail);
    const kind = deps.store.keep({ receivedAt: deps.clock.now(), source, proof, report });
    taken.push({ kind, organization: report.organization, reportId: report.reportId });
  }
  for (const { kind } of taken) deps.metrics.count("surehop_reports_received_total", { source, outcome: kind });
  if (taken.some(({ kind }) => kind === "full")) deps.log.warn("no more TLS reports are kept: there are too many");
  return taken;
}

/** The port to a directory in which reports arrive as files. */
export interface Inbox {
  /** Names of files that nobody writes to any more, at most `max`. Rejects if the directory cannot be read. */
  list(max: number): Promise<readonly string[]>;
  /** Undefined if it is gone, or larger than `maxBytes`. */
  read(name: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Puts it aside, so that it is not listed again. */
  done(name: string, outcome: "read" | "unreadable"): Promise<void>;
}

export interface InboxWatch {
  close(): Promise<void>;
}

/** Looks at the inbox every so often. A file is put aside after its reports are kept: a crash in between reads it again, and keeps nothing twice. */
export function watchInbox(deps: CollectorDeps, inbox: Inbox): InboxWatch {
  let timer: Timer | undefined;
  let isClosed = false;
  let isFailing = false;
  const look = async (): Promise<void> => {
    try {
      for (const name of await inbox.list(reportLimits.inboxFilesPerLookMax)) {
        if (isClosed) return;
        await takeFile(deps, inbox, name);
      }
      isFailing = false;
    } catch (error) {
      if (!isFailing) deps.log.warn("the inbox of TLS reports cannot be read", { error: String(error) });
      isFailing = true;
    }
    if (!isClosed) timer = deps.clock.after(reportLimits.inboxLookMs, () => void (running = look()));
  };
  let running = look();
  return {
    async close() {
      isClosed = true;
      timer?.cancel();
      await running;
    },
  };
}

async function takeFile(deps: CollectorDeps, inbox: Inbox, name: string): Promise<void> {
  const bytes = await inbox.read(name, reportLimits.mailboxMaxBytes);
  const taken: readonly TakenIn[] =
    bytes === undefined ? [{ kind: "unreadable", fault: "too-large" }] : await takeIn(deps, bytes, "inbox");
  // What there is no room for stays, and comes again.
  if (taken.some(({ kind }) => kind === "full")) return;
  const isRead = taken.some(({ kind }) => kind !== "unreadable");
  const faults = taken.flatMap((one) => (one.kind === "unreadable" ? [one.fault] : []));
  if (!isRead) deps.log.warn("a file in the inbox of TLS reports cannot be read", { name, faults });
  await inbox.done(name, isRead ? "read" : "unreadable");
}
