/**
 * Codes as causes. Registered ones: the IANA registry of enhanced status codes (RFC 5248), which RFC 3463, 4865, 4954, 5321, 6531,
 * 6710, 7293, 7372, 7505 and 8689 have filled, each of them here. Then those that big providers made up, and RFC 8460 §4.3.
 * Class 2 is success, and 4 and 5 differ in the outcome, not in the cause: hence `subject.detail` as the key.
 */
import type { TlsResultType } from "../base/index.ts";
import type { Cause } from "./types.ts";

/** By `subject.detail`. */
export const registeredCodes: Readonly<Record<string, Cause>> = {
  "0.0": "refused-untold",
  // Addresses
  "1.0": "no-such-user",
  "1.1": "no-such-user",
  "1.2": "no-such-domain",
  "1.3": "no-such-user",
  "1.4": "no-such-user",
  "1.5": "delivered",
  "1.6": "no-such-user",
  "1.7": "sender-refused",
  "1.8": "sender-refused",
  "1.9": "delivered",
  "1.10": "no-mail-there",
  // Mailboxes
  "2.0": "mailbox-closed",
  "2.1": "mailbox-closed",
  "2.2": "mailbox-full",
  "2.3": "too-large",
  "2.4": "their-fault",
  // The mail system
  "3.0": "their-fault",
  "3.1": "their-fault",
  "3.2": "busy",
  "3.3": "their-fault",
  "3.4": "too-large",
  "3.5": "their-fault",
  "3.6": "delivered",
  // The way
  "4.0": "unreachable",
  "4.1": "unreachable",
  "4.2": "connection-lost",
  "4.3": "dns-failed",
  "4.4": "no-such-domain",
  "4.5": "busy",
  "4.6": "loop",
  "4.7": "expired",
  // The protocol
  "5.0": "protocol-error",
  "5.1": "protocol-error",
  "5.2": "protocol-error",
  "5.3": "too-many",
  "5.4": "protocol-error",
  "5.5": "protocol-error",
  "5.6": "protocol-error",
  // The content's form
  "6.0": "format-refused",
  "6.1": "format-refused",
  "6.2": "format-refused",
  "6.3": "format-refused",
  "6.4": "format-refused",
  "6.5": "format-refused",
  "6.6": "format-refused",
  "6.7": "format-refused",
  "6.8": "format-refused",
  "6.9": "format-refused",
  "6.10": "format-refused",
  // Security and policy
  "7.0": "policy-refused",
  "7.1": "policy-refused",
  "7.2": "recipient-restricted",
  "7.3": "tls-validation",
  "7.4": "tls-validation",
  "7.5": "tls-validation",
  "7.6": "tls-validation",
  "7.7": "tls-validation",
  "7.8": "peer-wants-login",
  "7.9": "peer-wants-login",
  "7.10": "peer-wants-tls",
  "7.11": "peer-wants-tls",
  "7.12": "peer-wants-login",
  "7.13": "peer-wants-login",
  "7.14": "policy-refused",
  "7.15": "policy-refused",
  "7.16": "too-large",
  "7.17": "mailbox-closed",
  "7.18": "mailbox-closed",
  "7.19": "policy-refused",
  "7.20": "sender-unproven",
  "7.21": "sender-unproven",
  "7.22": "sender-unproven",
  "7.23": "sender-unproven",
  "7.24": "sender-unproven",
  "7.25": "sender-unproven",
  "7.26": "sender-unproven",
  "7.27": "sender-refused",
  "7.28": "too-many",
  "7.29": "sender-unproven",
  "7.30": "requiretls",
};

/** `subject.detail` from, to (inclusive), as Exchange and Gmail use them. */
const vendorCodes: readonly (readonly [subject: number, from: number, to: number, cause: Cause])[] = [
  [0, 350, 350, "refused-untold"],
  [1, 11, 89, "no-such-user"],
  [1, 90, 90, "too-many"],
  [2, 121, 122, "too-many"],
  [3, 190, 190, "their-fault"],
  [4, 8, 8, "sts-mismatch"],
  [4, 14, 14, "loop"],
  [4, 300, 300, "expired"],
  [4, 310, 312, "dns-failed"],
  [4, 315, 316, "unreachable"],
  [4, 317, 317, "tls-validation"],
  [6, 11, 11, "format-refused"],
  [7, 57, 57, "peer-wants-login"],
  [7, 60, 60, "peer-wants-login"],
  [7, 64, 64, "relay-refused"],
  [7, 124, 136, "recipient-restricted"],
  [7, 232, 233, "too-many"],
  [7, 320, 320, "tls-validation"],
  [7, 321, 321, "tls-not-offered"],
  [7, 322, 322, "certificate-expired"],
  [7, 323, 323, "dane-mismatch"],
  [7, 324, 324, "dnssec-invalid"],
  [7, 325, 325, "certificate-name"],
  [7, 326, 326, "certificate-untrusted"],
  [7, 501, 503, "sender-listed"],
  [7, 504, 505, "no-such-user"],
  [7, 506, 507, "policy-refused"],
  [7, 508, 508, "too-many"],
  [7, 509, 509, "sender-unproven"],
  [7, 510, 510, "policy-refused"],
  [7, 511, 511, "sender-listed"],
  [7, 512, 512, "format-refused"],
  [7, 513, 513, "sender-listed"],
  [7, 500, 699, "sender-listed"],
  [7, 700, 750, "sender-listed"],
  [7, 850, 899, "sender-listed"],
];

/** RFC 8460 §4.3, every result type. */
export const tlsResultCauses: Readonly<Record<TlsResultType, Cause>> = {
  "starttls-not-supported": "tls-not-offered",
  "certificate-host-mismatch": "certificate-name",
  "certificate-expired": "certificate-expired",
  "certificate-not-trusted": "certificate-untrusted",
  "validation-failure": "tls-validation",
  "tlsa-invalid": "dane-mismatch",
  "dnssec-invalid": "dnssec-invalid",
  "dane-required": "dane-missing",
  "sts-policy-fetch-error": "sts-fetch",
  "sts-policy-invalid": "sts-invalid",
  "sts-webpki-invalid": "sts-fetch",
};

export function isTlsResult(text: string): text is TlsResultType {
  return Object.hasOwn(tlsResultCauses, text);
}

/** Undefined for what nobody registered and no known provider uses. */
export function causeOfStatus(status: string): Cause | undefined {
  const match = /^([245])\.(\d{1,3})\.(\d{1,3})$/.exec(status);
  if (match === null) return undefined;
  if (match[1] === "2") return "delivered";
  const [subject, detail] = [Number(match[2]), Number(match[3])];
  const registered = Object.hasOwn(registeredCodes, `${subject}.${detail}`)
    ? registeredCodes[`${subject}.${detail}`]
    : undefined;
  if (registered !== undefined) return registered;
  return vendorCodes.find(([one, from, to]) => one === subject && detail >= from && detail <= to)?.[3];
}

/** Details of three digits are nobody's but a provider's. */
export function vendorCause(status: string): Cause | undefined {
  if (!/^[45]\.\d{1,3}\.\d{3}$/.test(status)) return undefined;
  const cause = causeOfStatus(status);
  return cause === "refused-untold" ? undefined : cause;
}

/** RFC 5321 §4.2.3, where the reply says nothing more. */
export function causeOfReply(reply: number): Cause | undefined {
  if (reply >= 200 && reply < 300) return "delivered";
  switch (reply) {
    case 421:
    case 450:
    case 451:
      return "busy";
    case 452:
      return "too-many";
    case 454:
      return "tls-refused";
    case 500:
    case 501:
    case 502:
    case 503:
    case 504:
    case 555:
      return "protocol-error";
    case 521:
    case 556:
      return "no-mail-there";
    case 530:
    case 534:
    case 535:
    case 538:
      return "peer-wants-login";
    case 551:
      return "no-such-user";
    case 552:
      return "mailbox-full";
    case 553:
      return "no-such-user";
    default:
      return reply >= 400 && reply < 600 ? "refused-untold" : undefined;
  }
}
