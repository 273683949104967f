/** What a notice to a sender is made of: facts, already known to be true, with the names that the events give them. */
import {
  tlsResultType,
  type BounceReason,
  type DeferReason,
  type DomainName,
  type EnhancedStatus,
  type Instant,
  type Level,
  type MailAddress,
  type ProofKind,
  type SmtpReply,
  type TlsFault,
} from "../../base/index.ts";
import type { OriginalMessage, ReportRecipient } from "../../mime/index.ts";
import type { Exposure } from "../exposure.ts";
import { statusFor } from "../status.ts";

/** As in the event `bounced`. */
export interface Failed {
  readonly kind: "failed";
  readonly reason: BounceReason;
  /** For `lifetime-over`: what it waited for. */
  readonly after?: DeferReason;
  readonly host?: string;
  readonly fault?: TlsFault;
  readonly reply?: SmtpReply;
}

/** As in the event `deferred`. */
export interface Delayed {
  readonly kind: "delayed";
  readonly reason: DeferReason;
  readonly forSafety: boolean;
  readonly host?: string;
  readonly fault?: TlsFault;
  readonly reply?: SmtpReply;
}

/** As in the event `delivered`. The next server is one that does not itself report success (RFC 3461 §5.2.2). */
export interface Delivered {
  readonly kind: "delivered";
  readonly host: string;
  readonly level: Level;
  readonly proof: ProofKind;
  readonly reply: SmtpReply;
}

export interface NoticeRecipient<O extends Failed | Delayed | Delivered> {
  readonly address: MailAddress;
  /** `rfc822;user@example.org`, decoded from xtext. */
  readonly orcpt?: string;
  readonly outcome: O;
}

export interface NoticeFacts<O extends Failed | Delayed | Delivered> {
  /** The relay that writes. */
  readonly hostname: DomainName;
  /** The relay's own name for the message. */
  readonly queueId: string;
  readonly receivedAt: Instant;
  /** Now, which is when the last attempt ended. */
  readonly now: Instant;
  readonly original: OriginalMessage;
  readonly recipients: readonly NoticeRecipient<O>[];
  /** Of the message, on the way to these recipients, over all attempts. */
  readonly exposure: Exposure;
}

/** Ready for `buildReport`: `subject` is one line, `text` has LF line ends. */
export interface Notice {
  readonly subject: string;
  readonly text: string;
}

/**
 * A recipient as the machine's part of the report tells it.
 * `retryUntil`: when the relay gives up; told for delayed recipients.
 */
export function reportRecipient(
  recipient: NoticeRecipient<Failed | Delayed | Delivered>,
  now: Instant,
  retryUntil?: Instant,
): ReportRecipient {
  const { address, orcpt, outcome } = recipient;
  const { host, reply } = outcome;
  const fault = outcome.kind === "delivered" ? undefined : outcome.fault;
  return {
    address,
    action: actions[outcome.kind],
    status: statusOf(outcome),
    lastAttemptAt: now,
    ...(orcpt === undefined ? {} : { orcpt }),
    ...(host === undefined ? {} : { remoteMta: host }),
    ...(reply === undefined ? {} : { reply }),
    ...(fault === undefined ? {} : { tlsResult: tlsResultType(fault) }),
    ...(outcome.kind !== "delayed" || retryUntil === undefined ? {} : { willRetryUntil: retryUntil }),
  };
}

/** RFC 3464 §2.3.3: `relayed` is a success that the next server will not report on. */
const actions = { failed: "failed", delayed: "delayed", delivered: "relayed" } as const;

export function statusOf(outcome: Failed | Delayed | Delivered): EnhancedStatus {
  switch (outcome.kind) {
    case "delivered":
      return outcome.reply.enhanced?.startsWith("2.") === true ? outcome.reply.enhanced : "2.0.0";
    case "failed":
      return statusFor(outcome.reason, outcome.fault, outcome.reply, outcome.after);
    case "delayed":
      return statusFor(outcome.reason, outcome.fault, outcome.reply);
  }
}
