import type { DomainName, IpAddress } from "./names.ts";
import type { Instant } from "./ports.ts";

/** The failure vocabulary of TLS-RPT (RFC 8460 §4.3), used everywhere a hop's failure is named. */
export type TlsResultType =
  | "starttls-not-supported"
  | "certificate-host-mismatch"
  | "certificate-expired"
  | "certificate-not-trusted"
  | "validation-failure"
  | "tlsa-invalid"
  | "dnssec-invalid"
  | "dane-required"
  | "sts-policy-fetch-error"
  | "sts-policy-invalid"
  | "sts-webpki-invalid";

/** RFC 8460 §4.4 `policy-type`. */
export type TlsPolicyType = "tlsa" | "sts" | "no-policy-found";

/** The policy that a session was held to, as TLS-RPT tells of it (RFC 8460 §4.4). */
export interface ReportedPolicy {
  readonly type: TlsPolicyType;
  /** Lines of the MTA-STS policy, or the TLSA records as text; empty for `no-policy-found`. */
  readonly strings: readonly string[];
  /** The `mx` patterns of the MTA-STS policy; the MX hosts otherwise. */
  readonly mxHosts: readonly string[];
}

/** One session as TLS-RPT counts it (RFC 8460 §4.2): a connection that came as far as its verdict, good or bad (RPT-1, trap 31). */
export interface SessionObservation {
  readonly at: Instant;
  /** The policy domain: the recipient's. */
  readonly domain: DomainName;
  readonly policy: ReportedPolicy;
  /** Absent where it failed before a host was chosen (a policy that could not be fetched). */
  readonly host?: string;
  readonly address?: IpAddress;
  /** Our own end of the connection. */
  readonly local?: IpAddress;
  readonly result: "success" | TlsResultType;
  /** What was seen, in English, at most 300 characters. */
  readonly detail?: string;
}

/**
 * What was seen when a hop did not become a proven one. Each is a different observation (TLS-3), since each points to
 * a different cause: a server without TLS, an attacker who cuts the offer, one who cuts the handshake, a certificate
 * for somebody else.
 */
export type TlsFault =
  /** EHLO was answered without STARTTLS, or EHLO itself was refused. */
  | "starttls-missing"
  /** STARTTLS was answered with 4xx or 5xx. */
  | "starttls-refused"
  /** The connection was reset or closed between the 220 and the end of the handshake. */
  | "handshake-reset"
  | "handshake-timeout"
  /** What came after the 220 was not TLS. */
  | "handshake-garbage"
  /** TLS ended by an alert, or no version or cipher was shared. */
  | "handshake-failed"
  /** Bytes arrived in clear behind the 220 to STARTTLS (TLS-1): an attack, never an accident. */
  | "injected-bytes"
  /** Older than TLS 1.2 where the hop must be authenticated (TLS-5). */
  | "protocol-too-old"
  | "certificate-missing"
  | "certificate-name-mismatch"
  | "certificate-expired"
  | "certificate-not-yet-valid"
  | "certificate-self-signed"
  | "certificate-untrusted"
  /** No TLSA record matches what was presented. */
  | "dane-mismatch"
  /** The peer lacks the REQUIRETLS extension that the message demands (RFC 8689). */
  | "requiretls-missing";

/** RFC 8460 §4.3: the result type under which a fault is reported. */
export function tlsResultType(fault: TlsFault): TlsResultType {
  switch (fault) {
    case "starttls-missing":
    case "starttls-refused":
      return "starttls-not-supported";
    case "certificate-name-mismatch":
      return "certificate-host-mismatch";
    case "certificate-expired":
      return "certificate-expired";
    case "certificate-self-signed":
    case "certificate-untrusted":
    case "certificate-not-yet-valid":
      return "certificate-not-trusted";
    case "handshake-reset":
    case "handshake-timeout":
    case "handshake-garbage":
    case "handshake-failed":
    case "injected-bytes":
    case "protocol-too-old":
    case "certificate-missing":
    case "dane-mismatch":
    case "requiretls-missing":
      return "validation-failure";
  }
}
