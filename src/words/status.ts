/** Outcomes as enhanced status codes (RFC 3463, 5248, 7505, 8689 and the IANA registry). */
import type { BounceReason, DeferReason, EnhancedStatus, SmtpReply, TlsFault } from "../base/index.ts";

type Detail = `${number}.${number}`;

/**
 * The status that a report gives for a reason: of class 5 for what is final, of class 4 for what is not yet.
 * `after` says, for `lifetime-over`, what the message had waited for.
 */
export function statusFor(
  reason: BounceReason | DeferReason,
  fault?: TlsFault,
  reply?: SmtpReply,
  after?: DeferReason,
): EnhancedStatus {
  switch (reason) {
    case "peer-rejected":
      return ofReply(5, reply);
    case "peer-deferred":
      return ofReply(4, reply);
    case "lifetime-over":
      // Where safety was what it waited for, that is what to mend; else only the time is known to be over.
      return `5.${isAboutSafety(after) ? deferDetail(after, fault) : "4.7"}`;
    case "no-such-domain":
    case "null-mx":
    case "mail-loop":
    case "no-mail-server":
    case "needs-smtputf8":
    case "needs-8bitmime":
    case "too-large":
    case "line-too-long":
    case "requiretls-unsupported":
    case "suspected-downgrade":
    case "operator-returned":
      return `5.${bounceDetails[reason]}`;
    case "dns-bogus":
    case "dns-unavailable":
    case "no-address":
    case "dane-unavailable":
    case "policy-unreadable":
    case "sts-no-host":
    case "rule-unsatisfiable":
    case "unreachable":
    case "unproven":
    case "connection-lost":
    case "protocol-error":
    case "our-side":
      return `4.${deferDetail(reason, fault)}`;
  }
}

function isAboutSafety(after: DeferReason | undefined): after is Exclude<DeferReason, "peer-deferred"> {
  return after !== undefined && (safetyReasons as readonly DeferReason[]).includes(after);
}

/** Reasons for which mail waits because its safety could not be proven. */
export const safetyReasons = [
  "unproven",
  "dns-bogus",
  "dane-unavailable",
  "policy-unreadable",
  "sts-no-host",
] as const satisfies readonly DeferReason[];

/** What the peer said itself, if it agrees with the class that the outcome has. */
function ofReply(klass: 4 | 5, reply: SmtpReply | undefined): EnhancedStatus {
  const said = reply?.enhanced;
  return said !== undefined && said.startsWith(`${klass}.`) ? said : `${klass}.0.0`;
}

function deferDetail(reason: Exclude<DeferReason, "peer-deferred">, fault: TlsFault | undefined): Detail {
  return reason === "unproven" && fault !== undefined ? faultDetails[fault] : deferDetails[reason];
}

const bounceDetails = {
  // Bad destination system address
  "no-such-domain": "1.2",
  // Recipient address has null MX (RFC 7505)
  "null-mx": "1.10",
  // Unable to route
  "no-mail-server": "4.4",
  // Routing loop detected
  "mail-loop": "4.6",
  // Non-ASCII addresses not permitted for that sender or recipient (RFC 6531)
  "needs-smtputf8": "6.7",
  // Conversion required but not supported
  "needs-8bitmime": "6.3",
  // Message too big for system
  "too-large": "3.4",
  // Other or undefined media error
  "line-too-long": "6.0",
  // REQUIRETLS support required (RFC 8689)
  "requiretls-unsupported": "7.30",
  // Other or undefined security status
  "suspected-downgrade": "7.0",
  // Delivery not authorized, message refused
  "operator-returned": "7.1",
} as const satisfies Partial<Record<BounceReason, Detail>>;

const deferDetails = {
  // Cryptographic failure
  "dns-bogus": "7.5",
  // Directory server failure
  "dns-unavailable": "4.3",
  // Unable to route
  "no-address": "4.4",
  // Cryptographic failure
  "dane-unavailable": "7.5",
  // Other or undefined mail system status
  "policy-unreadable": "3.0",
  // Other or undefined security status
  "sts-no-host": "7.0",
  // Other or undefined security status
  "rule-unsatisfiable": "7.0",
  // No answer from host
  unreachable: "4.1",
  unproven: "7.0",
  // Bad connection
  "connection-lost": "4.2",
  // Other or undefined protocol status
  "protocol-error": "5.0",
  // Other or undefined mail system status
  "our-side": "3.0",
} as const satisfies Record<Exclude<DeferReason, "peer-deferred">, Detail>;

const faultDetails = {
  // Security features not supported
  "starttls-missing": "7.4",
  "starttls-refused": "7.4",
  // Cryptographic failure
  "handshake-reset": "7.5",
  "handshake-timeout": "7.5",
  "handshake-garbage": "7.5",
  "handshake-failed": "7.5",
  // Other or undefined security status: an attack
  "injected-bytes": "7.0",
  "protocol-too-old": "7.5",
  "certificate-missing": "7.5",
  "certificate-name-mismatch": "7.5",
  "certificate-expired": "7.5",
  "certificate-not-yet-valid": "7.5",
  "certificate-self-signed": "7.5",
  "certificate-untrusted": "7.5",
  "dane-mismatch": "7.5",
  "requiretls-missing": "7.30",
} as const satisfies Record<TlsFault, Detail>;
