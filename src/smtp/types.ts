/** Shapes that the SMTP client offers to `delivery`, and the SMTP server to `intake`. */
import type { EnvelopeRecipient, MailEvent, ReversePath, SmtpReply, TlsFault } from "../base/index.ts";

/** What an EHLO reply offered, after TLS where there is TLS (RFC 5321 §4.1.1.1). */
export interface Capabilities {
  readonly starttls: boolean;
  readonly pipelining: boolean;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  readonly chunking: boolean;
  readonly dsn: boolean;
  readonly enhancedStatusCodes: boolean;
  readonly requireTls: boolean;
  /** Bytes; 0 for no fixed maximum, absent if SIZE is not offered (RFC 1870). */
  readonly size?: number;
  /** SASL mechanisms, upper case; empty if AUTH is not offered. */
  readonly auth: readonly string[];
}

/** One transaction: a message for some recipients, at most `limits.recipientsPerTransactionMax`. */
export interface OutgoingMessage {
  readonly from: ReversePath;
  readonly recipients: readonly EnvelopeRecipient[];
  readonly size: number;
  readonly has8bit: boolean;
  readonly longestLine: number;
  /** True if an address or the header cannot do without SMTPUTF8. */
  readonly needsUtf8: boolean;
  readonly requireTls: boolean;
  readonly ret?: "full" | "headers";
  readonly envid?: string;
  readonly inline: Uint8Array | undefined;
  content(): AsyncIterable<Uint8Array>;
}

/** What became of one recipient in one transaction. */
export type RecipientResult =
  | { readonly kind: "delivered"; readonly reply: SmtpReply }
  /** `stage` says which command was refused; transient or permanent by `reply.code`. */
  | { readonly kind: "refused"; readonly stage: "mail" | "rcpt" | "data" | "final"; readonly reply: SmtpReply }
  /** The peer cannot carry this message: a bounce without asking it. */
  | {
      readonly kind: "cannot";
      readonly why: "needs-smtputf8" | "needs-8bitmime" | "too-large" | "line-too-long" | "requiretls-unsupported";
    }
  /** The conversation broke off. `afterData`: the content was sent whole and its final reply was lost, so the peer may have the message. */
  | {
      readonly kind: "lost";
      readonly why: "closed" | "reset" | "timeout" | "protocol-error";
      readonly afterData: boolean;
      readonly detail: string;
    };

export interface TransactionResult {
  /** In the order of `OutgoingMessage.recipients`. */
  readonly recipients: readonly RecipientResult[];
  /** False: close the connection; nothing more may be sent on it. */
  readonly reusable: boolean;
}

/** Why no session that meets the requirement came about. */
export type SessionFailure =
  | {
      readonly kind: "connect";
      readonly fault: "refused" | "unreachable" | "timeout" | "reset" | "forbidden" | "resources";
    }
  /** The hop did not prove what it had to. */
  | {
      readonly kind: "unproven";
      readonly fault: TlsFault;
      readonly detail: string;
      /** STARTTLS stood in the EHLO reply. */ readonly offeredTls: boolean;
      readonly reply?: SmtpReply;
    }
  /** The peer answered the banner or EHLO with 4xx or 5xx. */
  | { readonly kind: "refused"; readonly stage: "banner" | "ehlo"; readonly reply: SmtpReply }
  | { readonly kind: "lost"; readonly why: "closed" | "reset" | "timeout" | "protocol-error"; readonly detail: string };

export type OnEvent = (event: MailEvent) => void;
