/** The trace field that every server puts on top (RFC 5321 §4.4, RFC 3848, RFC 6531 §3.7.3). Pure. */
import { formatAddress, isIpv6, type DomainName, type Instant, type MessageId } from "../base/index.ts";
import type { ServerSession, ServerTransaction } from "../smtp/index.ts";

/**
 * `Received: from … by … with … id …; date`, folded, CRLF at each line's end. What the client said of itself is made of
 * letters, digits and `-._:[]` alone (the server saw to that); a single recipient is named, several never are, so that nobody
 * learns who was in Bcc.
 */
export function receivedField(
  by: DomainName,
  id: MessageId,
  session: ServerSession,
  transaction: ServerTransaction,
  at: Instant,
): string {
  const { address } = session.client;
  const literal = isIpv6(address) ? `[IPv6:${address}]` : `[${address}]`;
  const from = `from ${session.hello ?? "unknown"} (${literal})`;
  const tls = session.tls === undefined ? "" : `\r\n\t(${session.tls.protocol} ${session.tls.cipher})`;
  const [only, second] = transaction.recipients;
  const named = only !== undefined && second === undefined && !only.address.needsUtf8;
  const recipient = named ? `\r\n\tfor <${formatAddress(only.address)}>` : "";
  const protocol = protocolName(session, transaction.mail.smtpUtf8);
  return `Received: ${from}\r\n\tby ${by} with ${protocol} id ${id}${tls}${recipient};\r\n\t${formatDate(at)}\r\n`;
}

/** SMTP, ESMTP, and after TLS and AUTH an S and an A (RFC 3848); UTF8SMTP likewise (RFC 6531 §4.3). */
export function protocolName(session: ServerSession, smtpUtf8: boolean): string {
  const base = smtpUtf8 ? "UTF8SMTP" : "ESMTP";
  if (!session.extended && !smtpUtf8) return "SMTP";
  return `${base}${session.tls === undefined ? "" : "S"}${session.user === undefined ? "" : "A"}`;
}

/** RFC 5322 §3.3, in UTC. */
function formatDate(at: Instant): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}
