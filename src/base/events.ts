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
import type { TlsFault, TlsResultType } from "./tlsrpt.ts";

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
  /** Somebody put bytes of his own before the handshake: this message is not sent in clear any more (TLS-1). */
  | { readonly code: "bytes-injected" }
  | { readonly code: "implicit-mx" }
  /** Signed TLSA records say which key the host has. `mxProven` false: the host's own name came from an unsigned MX record (DANE-7). */
  | { readonly code: "dane"; readonly mxProven: boolean }
  /** There are signed TLSA records and none that can be used: TLS is mandatory, with whomever (DANE-3). */
  | { readonly code: "dane-unusable" }
  | { readonly code: "mta-sts"; readonly mode: "enforce" | "testing" }
  /** A policy seems to be published and could not be had (`block-sts`): the known limit of first contact. */
  | { readonly code: "mta-sts-unknown"; readonly result: TlsResultType }
  /** Earlier deliveries met this level (MEM-1). */
  | { readonly code: "remembered"; readonly level: Level }
  /** Less than remembered was met for so long that the operator's setting lets mail pass (`memory.then`). */
  | { readonly code: "memory-given-up"; readonly level: Level }
  | { readonly code: "requiretls" }
  /** The message says `TLS-Required: No`: what its recipient publishes is not asked for (REQ-2). */
  | { readonly code: "tls-not-required" }
  /** An exception of the operator's lowers what would be asked for. `until`: when it ends. */
  | {
      readonly code: "exception";
      readonly pattern: string;
      readonly level: Level;
      readonly until: Instant;
      readonly why: string;
    }
  /** `enforce = "report"`: this would be asked for, and is only looked at. */
  | { readonly code: "report-only"; readonly would: Level };

export type DeferReason =
  /** DNS data failed validation (bogus) or could not be had (indeterminate): MX-2. */
  | "dns-bogus"
  | "dns-unavailable"
  /** Every MX host lacks a usable address. */
  | "no-address"
  /** Nobody can say whether TLSA records are published: DANE-2. */
  | "dane-unavailable"
  /** What was kept of the domain's MTA-STS policy, or of earlier deliveries, cannot be read (trap 17). */
  | "policy-unreadable"
  /** No MX host is one that the domain's MTA-STS policy names (STS-4). */
  | "sts-no-host"
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
  /** The domain exists, and neither an MX host of it nor itself has an address (RFC 5321 §5.1). */
  | "no-mail-server"
  | "peer-rejected"
  | "lifetime-over"
  | "needs-smtputf8"
  | "needs-8bitmime"
  | "too-large"
  | "line-too-long"
  | "requiretls-unsupported"
  /** Less was met than earlier deliveries met, for longer than the operator waits (MEM-1, `memory.then`). */
  | "suspected-downgrade"
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
      readonly why:
        | "no-address"
        | "address-literal"
        | "dns-bogus"
        | "dns-unavailable"
        | "forbidden-address"
        | "is-us"
        /** DANE-2: whether it has TLSA records cannot be had. */
        | "tlsa-bogus"
        | "tlsa-unavailable"
        /** Trap 17: what was kept of the domain's policy, or of earlier deliveries, cannot be read. */
        | "policy-unreadable"
        /** STS-4: the domain's policy does not name it. */
        | "sts-mismatch"
        /** REQ-1: nothing proves this host's name. */
        | "requiretls-unprovable";
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
  /** A proof that was looked at and not demanded was not given (STS-5 testing, `enforce = "report"`): what would have been held. */
  | {
      readonly code: "would-fail";
      readonly host: string;
      readonly proof: ProofKind;
      readonly fault: TlsFault;
      readonly detail?: string;
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
