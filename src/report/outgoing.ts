/** Reports of ours on their way, and the port behind which they are kept. */
import type { DomainName, Instant, MessageId } from "../base/index.ts";
import type { UtcDay } from "./day.ts";
import type { RecordFault, ReportTarget } from "./record.ts";

/** Why a target has not got its report. */
export type SendFault =
  /** `mailto:` needs a DKIM key (RFC 8460 §3), and there is none, or it cannot sign. */
  | "no-key"
  | "bad-key"
  /** Our own queue did not take it. */
  | "queue"
  /** The mail came back, was deleted by the operator, or could not be delivered within a day. */
  | "bounced"
  | "gone"
  | "expired"
  /** HTTPS: no address, no connection, no certificate for that name, no answer, or an answer that is not 2xx. */
  | "dns"
  | "connection"
  | "certificate"
  | "timeout"
  | "status";

export type TargetState =
  | {
      readonly kind: "waiting";
      readonly dueAt: Instant;
      readonly attempts: number;
      readonly fault?: SendFault;
      readonly detail?: string;
    }
  /** The queue's name for the mail is known and its acceptance is not: the queue can tell. */
  | { readonly kind: "handing"; readonly message: MessageId; readonly attempts: number }
  | { readonly kind: "queued"; readonly message: MessageId; readonly dueAt: Instant }
  | { readonly kind: "delivered"; readonly at: Instant }
  | { readonly kind: "failed"; readonly at: Instant; readonly fault: SendFault; readonly detail?: string };

export interface SentTo {
  readonly target: ReportTarget;
  readonly state: TargetState;
}

export type OutgoingState =
  /** Whether the domain wants a report is asked at `dueAt`. */
  | { readonly kind: "planned"; readonly attempts: number }
  | { readonly kind: "sending" }
  /** `sent`: at least one target has it. */
  | { readonly kind: "done"; readonly at: Instant; readonly outcome: Outcome };

export type Outcome =
  | "sent"
  | "failed"
  /** No record, or several. */
  | "unwanted"
  | RecordFault
  /** A record none of whose addresses we can send to. */
  | "no-way"
  /** The DNS did not answer for a day. */
  | "dns";

export interface Outgoing {
  readonly day: UtcDay;
  readonly domain: DomainName;
  /** Chosen once, so that the same report never goes out under two names. */
  readonly reportId: string;
  /** When to look at it again; undefined when done. */
  readonly dueAt: Instant | undefined;
  /** When it was first tried: it is tried for `tryForMs` from then. */
  readonly firstAt?: Instant;
  readonly state: OutgoingState;
  readonly targets: readonly SentTo[];
  /** What is sent, gzip; there while it is `sending`. */
  readonly body?: Uint8Array;
}

/** Durable. Every method may throw what the disk throws; then nothing was changed. */
export interface OutgoingStore {
  /** Those that are not known yet; the others stay as they are. */
  plan(reports: readonly Pick<Outgoing, "day" | "domain" | "reportId" | "dueAt">[]): void;
  /** The earliest first. */
  due(now: Instant, max: number): readonly Outgoing[];
  nextDue(): Instant | undefined;
  /** On disk when it returns: what happens next must not be done twice. */
  save(report: Outgoing): void;
  /** As it stands on disk, to be looked at later. */
  postpone(reportId: string, dueAt: Instant): void;
  /** The latest first. */
  outgoing(max: number): readonly Outgoing[];
  /** Drops those of days before this one. */
  forgetOutgoing(before: UtcDay): void;
}
