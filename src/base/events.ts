/**
 * Everything that happens to a message, as typed events with a stable code. Decisions and observations are told once,
 * here; a log line, a metric, a TLS-RPT entry, a bounce and a console timeline are each a rendering of the same event
 * (`words/` has one exhaustive mapping per audience).
 *
 * Events are plain JSON: they are stored with the message and outlive the process that made them. Codes and field
 * names are never renamed; a reader meets old ones.
 */
import type { DialFault, Instant } from "./ports.ts";
import type { Level } from "./levels.ts";
import type { SmtpReply } from "./reply.ts";
import type { TlsFault } from "./tlsrpt.ts";

/** The statuses of RFC 4035 §4.3. */
export type DnsStatus = "secure" | "insecure" | "bogus" | "indeterminate";

/** How a level is proven on a hop. */
export type ProofKind =
  /** Nothing is proven: whatever the host offers is taken. */
  | "none"
  /** TLS with anyone who answers. */
  | "any-tls"
  /** A WebPKI certificate for a name that the operator wrote down. */
  | "rule-names"
  /** A WebPKI certificate for an MX host name that DNSSEC vouches for. */
  | "secure-mx"
  | "dane"
  | "mta-sts";

/** Why the plan asks for what it asks for. */
export type PlanReason =
  /** A rule of the operator's sets the requirement. */
  | { readonly code: "rule"; readonly pattern: string; readonly require: Level }
  | { readonly code: "route"; readonly to: string }
  /** The domain publishes no promise and no rule names it. */
  | { readonly code: "no-promise" }
  /** TLS was offered before and then failed: cleartext is not considered yet (TLS-4). */
  | { readonly code: "tls-failed-before"; readonly failures: number; readonly tries: number }
  /** The host has failed to do TLS so often that the last resort, cleartext, is now open (TLS-4). */
  | { readonly code: "tls-given-up"; readonly failures: number }
  | { readonly code: "implicit-mx" };

export type DeferReason =
  /** DNS data failed validation (bogus) or could not be had (indeterminate): MX-2. */
  | "dns-bogus"
  | "dns-unavailable"
  /** Every MX host lacks a usable address. */
  | "no-address"
  /** The rule is one that this plan cannot satisfy. */
  | "rule-unsatisfiable"
  /** No host could be connected to. */
  | "unreachable"
  /** Every host that answered failed to prove what was required. */
  | "unproven"
  /** The other server said 4xx. */
  | "peer-deferred"
  /** The conversation broke off. */
  | "connection-lost"
  /** The peer spoke something that is not SMTP. */
  | "protocol-error"
  /** Too many connections, a lock, a full disk on our own side. */
  | "our-side";

export type BounceReason =
  | "no-such-domain"
  | "null-mx"
  | "mail-loop"
  | "peer-rejected"
  | "lifetime-over"
  | "needs-smtputf8"
  | "needs-8bitmime"
  | "too-large"
  | "line-too-long"
  | "requiretls-unsupported"
  | "operator-returned";

export interface PlannedHostNote {
  readonly host: string;
  readonly require: Level;
  readonly proof: ProofKind;
}

export type MailEvent =
  | {
      readonly code: "accepted";
      /** As in the envelope: `` for the null sender. */
      readonly from: string;
      readonly recipients: number;
      /** Bytes of the message. */
      readonly size: number;
      readonly via: "submission" | "local" | "internal";
      /** Empty for mail that the relay made itself. */
      readonly client: string;
      readonly user?: string;
      /** For example `TLSv1.3`; absent for cleartext. */
      readonly tls?: string;
    }
  | {
      readonly code: "planned";
      readonly domain: string;
      readonly mxStatus: DnsStatus;
      readonly hosts: readonly PlannedHostNote[];
      readonly why: readonly PlanReason[];
    }
  | {
      readonly code: "host-skipped";
      readonly host: string;
      readonly why: "no-address" | "address-literal" | "dns-bogus" | "dns-unavailable" | "forbidden-address" | "is-us";
    }
  | { readonly code: "connected"; readonly host: string; readonly address: string; readonly port: number }
  | {
      readonly code: "connect-failed";
      readonly host: string;
      readonly address: string;
      readonly port: number;
      readonly fault: DialFault;
    }
  /** A connection that was already proven for the same requirement carries this message too. */
  | { readonly code: "reused"; readonly host: string; readonly address: string; readonly level: Level }
  | {
      readonly code: "tls-established";
      readonly host: string;
      readonly level: Level;
      readonly proof: ProofKind;
      readonly protocol: string;
      readonly cipher: string;
      /** The certificate name that matched. */ readonly name?: string;
    }
  /** What a hop failed to prove. `required` says what the plan demanded, `detail` what was seen, in English. */
  | {
      readonly code: "tls-fault";
      readonly host: string;
      readonly fault: TlsFault;
      readonly required: Level;
      readonly detail?: string;
      readonly reply?: SmtpReply;
    }
  /** The plan allows cleartext for this host, and cleartext is what it came to. */
  | { readonly code: "cleartext-allowed"; readonly host: string }
  | {
      readonly code: "peer-said";
      readonly host: string;
      readonly stage: "banner" | "ehlo" | "starttls" | "mail" | "rcpt" | "data" | "final";
      readonly reply: SmtpReply;
    }
  | {
      readonly code: "delivered";
      readonly recipients: readonly string[];
      readonly host: string;
      readonly level: Level;
      readonly proof: ProofKind;
      readonly reply: SmtpReply;
    }
  | {
      readonly code: "deferred";
      readonly recipients: readonly string[];
      readonly domain: string;
      readonly reason: DeferReason;
      readonly host?: string;
      readonly fault?: TlsFault;
      readonly reply?: SmtpReply;
      readonly retryAt: Instant;
      /** True when mail is held because safety could not be proven. */ readonly forSafety: boolean;
    }
  | {
      readonly code: "bounced";
      readonly recipients: readonly string[];
      readonly domain: string;
      readonly reason: BounceReason;
      readonly host?: string;
      readonly fault?: TlsFault;
      readonly reply?: SmtpReply;
      /** For `lifetime-over`: what it waited for. */ readonly after?: DeferReason;
    }
  | { readonly code: "delay-notice-sent"; readonly message: string }
  | { readonly code: "bounce-sent"; readonly message: string }
  /** The message that a bounce or notice is about. */
  | { readonly code: "notice-about"; readonly message: string; readonly kind: "bounce" | "delay" | "success" }
  /** A report was due but must not be sent (null sender, NOTIFY=NEVER). */
  | { readonly code: "bounce-suppressed"; readonly why: "null-sender" | "notify" }
  | { readonly code: "held" | "released" | "retry-asked" | "deleted"; readonly by: string };

export type EventCode = MailEvent["code"];

/** One line of a message's story. */
export interface StoryEntry {
  readonly at: Instant;
  readonly event: MailEvent;
}
