/** The machine's part of a report: message/delivery-status (RFC 3464 §2), in ASCII whatever the addresses are (RFC 6533 §3). */
import {
  formatAddress,
  formatReply,
  type DomainName,
  type EnhancedStatus,
  type Instant,
  type MailAddress,
  type SmtpReply,
  type TlsResultType,
} from "../base/index.ts";
import { mimeLimits } from "./limits.ts";
import { asciiLine, foldAtSpaces, formatMailDate } from "./text.ts";

export interface ReportRecipient {
  readonly address: MailAddress;
  /** `rfc822;user@example.org`, decoded from xtext (RFC 3461 §4.2). */
  readonly orcpt?: string;
  readonly action: "failed" | "delayed" | "delivered" | "relayed" | "expanded";
  readonly status: EnhancedStatus;
  /** The host that answered. */
  readonly remoteMta?: string;
  readonly reply?: SmtpReply;
  readonly lastAttemptAt?: Instant;
  readonly willRetryUntil?: Instant;
  /** DSN-2: told in the field `X-Surehop-TLS-Result`. */
  readonly tlsResult?: TlsResultType;
}

export interface StatusReport {
  /** The relay that reports. */
  readonly hostname: DomainName;
  /** The relay's own name for the message: told in the field `X-Surehop-Message`. */
  readonly queueId: string;
  readonly arrivedAt: Instant;
  /** RFC 3461 §4.4, decoded from xtext. */
  readonly envid?: string;
  readonly recipients: readonly ReportRecipient[];
}

/** CRLF line ends, no line over 998 octets, nothing but printable ASCII: no value can begin a field or a line of its own. */
export function deliveryStatus(report: StatusReport): string {
  const groups = report.recipients.slice(0, mimeLimits.reportRecipientsMax).map(recipientFields);
  return `${[messageFields(report), ...groups].join("\r\n")}`;
}

function messageFields(report: StatusReport): string {
  return fields([
    ["Original-Envelope-Id", report.envid],
    ["Reporting-MTA", `dns; ${report.hostname}`],
    ["Arrival-Date", formatMailDate(report.arrivedAt)],
    ["X-Surehop-Message", report.queueId],
  ]);
}

function recipientFields(recipient: ReportRecipient): string {
  const { orcpt, reply, lastAttemptAt, willRetryUntil } = recipient;
  return fields([
    ["Original-Recipient", orcpt === undefined ? undefined : originalRecipient(orcpt)],
    ["Final-Recipient", finalRecipient(recipient.address)],
    ["Action", recipient.action],
    ["Status", recipient.status],
    ["Remote-MTA", recipient.remoteMta === undefined ? undefined : `dns; ${recipient.remoteMta}`],
    ["Diagnostic-Code", reply === undefined ? undefined : `smtp; ${formatReply(reply)}`],
    ["Last-Attempt-Date", lastAttemptAt === undefined ? undefined : formatMailDate(lastAttemptAt)],
    ["Will-Retry-Until", willRetryUntil === undefined ? undefined : formatMailDate(willRetryUntil)],
    ["X-Surehop-TLS-Result", recipient.tlsResult],
  ]);
}

function fields(list: readonly (readonly [name: string, value: string | undefined])[]): string {
  let text = "";
  for (const [name, value] of list) {
    if (value === undefined || value === "") continue;
    const line = asciiLine(value, mimeLimits.diagnosticMaxChars);
    if (line !== "") text += `${name}: ${foldAtSpaces(line, name.length + 2)}\r\n`;
  }
  return text;
}

function finalRecipient(address: MailAddress): string {
  const text = formatAddress(address);
  return address.needsUtf8 ? `utf-8; ${utf8AddressXtext(text)}` : `rfc822; ${text}`;
}

/** RFC 3464 §2.3.1. A value that is not `type;address` is not told. */
function originalRecipient(orcpt: string): string | undefined {
  const match = /^([A-Za-z0-9-]{1,40});(.{1,400})$/su.exec(orcpt);
  if (match === null) return undefined;
  const [, type = "", value = ""] = match;
  return type.toLowerCase() === "utf-8" ? `utf-8; ${utf8AddressXtext(value)}` : `${type}; ${value}`;
}

/** RFC 6533 §3 `utf-8-addr-xtext`: what is not plain ASCII, and `+`, `=`, `\` and space, as `\x{HEX}`. */
export function utf8AddressXtext(address: string): string {
  return address.replace(/[^!-*,-<>-[\]-~]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `\\x{${hex.padStart(2, "0")}}`;
  });
}
