/** What a text tells (`Incident`), and what follows from it (`Judgement`). */
import type { TlsResultType } from "../base/index.ts";

/** Whose words they are. */
export const sources = [
  "postfix",
  "exim",
  "sendmail",
  "exchange",
  "opensmtpd",
  "qmail",
  "bounce",
  "surehop",
  "tls-report",
  "text",
] as const;

export type Source = (typeof sources)[number];

export const outcomes = ["delivered", "delayed", "returned", "refused", "reported", "unknown"] as const;

/** `refused`: the server whose log it is would not take it. `reported`: counted in a TLS report. */
export type Outcome = (typeof outcomes)[number];

/** What happened. Each has words (`explain-what-…`, `explain-do-…`) and somebody who can mend it (`judge.ts`). */
export const causes = [
  "delivered",
  "tls-not-offered",
  "tls-refused",
  "tls-handshake",
  "tls-here",
  "tls-validation",
  "certificate-unproven",
  "certificate-untrusted",
  "certificate-name",
  "certificate-expired",
  "dane-mismatch",
  "dane-lookup",
  "dane-missing",
  "dnssec-invalid",
  "sts-fetch",
  "sts-invalid",
  "sts-mismatch",
  "requiretls",
  "peer-wants-tls",
  "peer-wants-login",
  "no-such-user",
  "no-such-domain",
  "no-mail-there",
  "dns-failed",
  "unreachable",
  "connection-lost",
  "greylisted",
  "busy",
  "too-many",
  "mailbox-full",
  "mailbox-closed",
  "too-large",
  "loop",
  "expired",
  "content-refused",
  "policy-refused",
  "sender-unproven",
  "sender-listed",
  "sender-refused",
  "relay-refused",
  "recipient-restricted",
  "format-refused",
  "protocol-error",
  "their-fault",
  "our-fault",
  "refused-untold",
  "unknown",
] as const;

export type Cause = (typeof causes)[number];

/** How much of the message was sent over the hop, as far as the text tells. */
export type Sent = "nothing" | "addresses" | "content" | "not-told";

/**
 * What the text tells of the hop.
 *
 * | hop                  | what the text shows                                                              |
 * |----------------------|----------------------------------------------------------------------------------|
 * | `cleartext`          | there was no TLS                                                                 |
 * | `presumed-cleartext` | this log tells of TLS where there is some, and tells of none here                |
 * | `unproven`           | TLS with a peer that was not checked, or failed the check                        |
 * | `chain-only`         | TLS, a certificate of a trusted authority, for whatever name                     |
 * | `name-from-dns`      | TLS, a good certificate for a name that came from DNS, signed or not             |
 * | `proven`             | TLS with a peer that proved to be who the sending server's rule, or DANE, demands |
 * | `internal`           | it did not leave the machine                                                     |
 */
export const hops = [
  "cleartext",
  "presumed-cleartext",
  "unproven",
  "chain-only",
  "name-from-dns",
  "proven",
  "internal",
  "not-told",
] as const;

export type Hop = (typeof hops)[number];

export interface Codes {
  /** RFC 3463. */
  readonly status?: string;
  /** RFC 5321 §4.2. */
  readonly reply?: number;
  /** RFC 8460 §4.3. */
  readonly tlsResult?: TlsResultType;
}

export interface Incident {
  readonly source: Source;
  readonly outcome: Outcome;
  readonly cause: Cause;
  readonly codes: Codes;
  readonly sent: Sent;
  readonly hop: Hop;
  /** The server's own name for the message. */
  readonly message?: string;
  /** The server at the other end. */
  readonly host?: string;
  /** At most `explainLimits.recipientsMax`. */
  readonly recipients: readonly string[];
  /** The words that it was taken from, fit for one line. */
  readonly said?: string;
  /** Attempts that the text tells of. */
  readonly attempts: number;
  /** Of a TLS report: the sessions that it counts. */
  readonly sessions?: number;
  /** Who wrote the report or the bounce. */
  readonly reporter?: string;
  readonly notes: readonly Note[];
}

/** What has to be added, lest a true sentence be taken for more than it says. */
export const notes = [
  /** A log without lines about TLS: they are not written by default, or were filtered away. */
  "tls-not-in-log",
  /** Postfix with a rule that only asks for TLS tries without it the next time. */
  "may-fall-back",
  /** The reply came before TLS: whoever sits in between could have written it. */
  "forgeable-reply",
  /** The name on the certificate is the one that the sending server's rule demands; where that has it from is not told. */
  "rule-names-peer",
  /** A bounce tells of the last attempt. */
  "earlier-attempts-untold",
  /** A second copy may arrive. */
  "maybe-delivered",
  /** A policy in testing mode stops no mail. */
  "policy-testing",
] as const;

export type Note = (typeof notes)[number];

/** Could somebody read it who should not have? */
export type Exposed = "yes" | "no" | "unknown";

/** Beside the server that it was meant for. */
export type Reader = "anyone-on-the-path" | "active-attacker" | "dns-forger";

export const mends = ["sender", "sender-provider", "recipient", "recipient-admin", "nobody", "unknown"] as const;

/** Who can mend it. `nobody`: it passes, or there is nothing to mend. */
export type Mends = (typeof mends)[number];

export interface Judgement {
  readonly exposed: Exposed;
  readonly readers: readonly Reader[];
  readonly mends: Mends;
  readonly notes: readonly Note[];
}
