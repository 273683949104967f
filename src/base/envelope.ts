/** What a message carries beside its content: who sent it, to whom, and what they asked of the way (RFC 5321, 3461, 6152, 6531, 8689). */
import type { Instant } from "./ports.ts";
import type { DomainName, MailAddress, ReversePath } from "./names.ts";

declare const brand: unique symbol;

/** 26 letters and digits, unguessable: whoever knows it may read the message's story. */
export type MessageId = string & { readonly [brand]: "MessageId" };

/** RFC 3461 §4.1. An absent NOTIFY means `failure` and `delay`. */
export type Notify = readonly ("success" | "failure" | "delay")[] | "never";

export interface EnvelopeRecipient {
  readonly address: MailAddress;
  readonly notify?: Notify;
  /** `rfc822;user@example.org`, decoded from xtext, safe to print (RFC 3461 §4.2). */
  readonly orcpt?: string;
}

export type BodyType = "7bit" | "8bitmime";

export interface Envelope {
  readonly from: ReversePath;
  readonly recipients: readonly EnvelopeRecipient[];
  readonly body: BodyType;
  readonly smtpUtf8: boolean;
  readonly requireTls: boolean;
  /** RFC 3461 §4.3: what a bounce returns. */
  readonly ret?: "full" | "headers";
  /** RFC 3461 §4.4, decoded from xtext. */
  readonly envid?: string;
  /** The account that submitted it; absent for local clients and for mail that the relay made. */
  readonly user?: string;
  /** Language of notices to the sender, as a BCP 47 tag that `words/` knows; absent: the relay's own. */
  readonly language?: string;
  /**
   * Of mail that the relay made. A report on TLS: its own sessions are not reported on (RFC 8460 §3), or reports would beget reports for
   * ever. A notice about a message (RFC 3464).
   */
  readonly purpose?: "tls-report" | "notice";
  readonly receivedAt: Instant;
}

/** The domain by which deliveries are grouped, planned and limited: the recipient's own (trap 21). */
export function recipientDomain(recipient: EnvelopeRecipient): DomainName {
  return recipient.address.domain;
}
