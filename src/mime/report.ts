/**
 * Builds a report on a message: multipart/report; report-type=delivery-status (RFC 6522, 3464) in three parts.
 *
 *   1. what people read, in their language      text/plain
 *   2. what programs read                       message/delivery-status
 *   3. the message, or its header section       message/rfc822, text/rfc822-headers, or message/global…
 *
 * The words come in as arguments. The result streams: a returned message passes through in the chunks that it comes in.
 */
import type { DomainName, Envelope, Instant, MailAddress, Random } from "../base/index.ts";
import type { HeaderSection } from "./header.ts";
import { mimeLimits } from "./limits.ts";
import { ContentMeter, type Measured } from "./meter.ts";
import { safeMessageId } from "./original.ts";
import { deliveryStatus, type ReportRecipient } from "./status.ts";
import { encodeText, encodeUnstructured, formatMailDate, quotedPrintable } from "./text.ts";

export interface ReportRequest {
  /** The relay that writes. */
  readonly hostname: DomainName;
  /** The sender of the original. */
  readonly to: MailAddress;
  /** One line, in the reader's language. */
  readonly subject: string;
  /** In the reader's language; LF or CRLF line ends. */
  readonly text: string;
  /** BCP 47 tag of `subject` and `text`. */
  readonly language: string;
  readonly now: Instant;
  readonly random: Random;
  readonly recipients: readonly ReportRecipient[];
  readonly original: {
    /** The relay's own name for it. */
    readonly queueId: string;
    readonly envelope: Pick<Envelope, "ret" | "envid" | "requireTls" | "receivedAt">;
    readonly facts: Measured;
    readonly header: HeaderSection;
    /** The whole of it, CRLF lines; called at most once, and only if it is returned whole. */
    content(): AsyncIterable<Uint8Array>;
  };
}

export interface Report {
  /** Without angle brackets. */
  readonly messageId: string;
  /** To send it with: null sender (RFC 3464 §2), no report on a report, REQUIRETLS as the original had (REQ-3). */
  readonly envelope: Envelope;
  readonly returns: "full" | "headers";
  /** May be read once. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Of the content read so far; of the report once `content` has ended. */
  measured(): Measured;
}

export function buildReport(request: ReportRequest): Report {
  const meter = new ContentMeter();
  const returns = whatReturns(request);
  const token = Buffer.from(request.random.bytes(18)).toString("base64url");
  const messageId = `${token}@${request.hostname}`;
  return {
    messageId,
    envelope: reportEnvelope(request, returns),
    returns,
    content: metered(parts(request, returns, token, messageId), meter),
    measured: () => meter.measured,
  };
}

/** A failed delivery returns the message, unless the sender or its size, its protection or its shape say otherwise. */
function whatReturns({ original, recipients }: ReportRequest): Report["returns"] {
  const { envelope, facts } = original;
  // RFC 3461 §4.3: RET is about failures; other reports carry the header section alone.
  if (!recipients.some((recipient) => recipient.action === "failed")) return "headers";
  // RFC 8689 §5: no content of a message that demands TLS.
  if (envelope.ret === "headers" || envelope.requireTls) return "headers";
  const fits = facts.size <= mimeLimits.returnedFullMaxBytes && facts.longestLine <= mimeLimits.lineMaxOctets;
  return fits ? "full" : "headers";
}

function reportEnvelope({ to, now, original }: ReportRequest, returns: Report["returns"]): Envelope {
  return {
    from: null,
    recipients: [{ address: to, notify: "never" }],
    body: returns === "full" && original.facts.has8bit ? "8bitmime" : "7bit",
    smtpUtf8: to.needsUtf8,
    requireTls: original.envelope.requireTls,
    purpose: "notice",
    receivedAt: now,
  };
}

async function* metered(content: AsyncIterable<Uint8Array>, meter: ContentMeter): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    meter.push(chunk);
    yield chunk;
  }
}

async function* parts(
  request: ReportRequest,
  returns: Report["returns"],
  token: string,
  messageId: string,
): AsyncGenerator<Uint8Array> {
  // RFC 2046 §5.1.1; with `_` and `=` it cannot stand in base64 or quoted-printable text, and nobody can guess the token.
  const boundary = `=_${token}`;
  yield Buffer.from(
    `${header(request, boundary, messageId)}\r\n` +
      `--${boundary}\r\n${humanPart(request)}` +
      `\r\n--${boundary}\r\n${machinePart(request)}` +
      `\r\n--${boundary}\r\n`,
  );
  if (returns === "full") yield* fullPart(request);
  else yield Buffer.from(headersPart(request));
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

function header(request: ReportRequest, boundary: string, messageId: string): string {
  const reference = safeMessageId(originalMessageId(request));
  const { to } = request;
  const lines = [
    `Date: ${formatMailDate(request.now)}`,
    `From: Mail delivery <mailer-daemon@${request.hostname}>`,
    `To: <${to.local}@${to.domain}>`,
    `Subject: ${encodeUnstructured(request.subject, mimeLimits.subjectMaxChars)}`,
    `Message-ID: <${messageId}>`,
    ...(reference === undefined ? [] : [`In-Reply-To: ${reference}`, `References: ${reference}`]),
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="${boundary}"`,
    `Content-Language: ${request.language}`,
  ];
  return `${lines.join("\r\n")}\r\n`;
}

function originalMessageId({ original }: ReportRequest): string | undefined {
  const found = original.header.fields.filter((field) => field.name.toLowerCase() === "message-id");
  return found.length === 1 ? found[0]?.value : undefined;
}

function humanPart({ text, language }: ReportRequest): string {
  const { encoding, body } = encodeText(text);
  return (
    `Content-Type: text/plain; charset=utf-8\r\nContent-Language: ${language}\r\n` +
    `Content-Disposition: inline\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`
  );
}

function machinePart({ hostname, original, recipients }: ReportRequest): string {
  const { envid, receivedAt } = original.envelope;
  const status = deliveryStatus({
    hostname,
    queueId: original.queueId,
    arrivedAt: receivedAt,
    recipients,
    ...(envid === undefined ? {} : { envid }),
  });
  return `Content-Type: message/delivery-status\r\n\r\n${status}`;
}

async function* fullPart({ original }: ReportRequest): AsyncGenerator<Uint8Array> {
  const { has8bit, headerHas8bit } = original.facts;
  // RFC 6532 §3.7. Its parts may be 8-bit even where the transport has no SMTPUTF8.
  const type = headerHas8bit && isUtf8(original.header.raw) ? "message/global" : "message/rfc822";
  const encoding = has8bit ? "8bit" : "7bit";
  yield Buffer.from(`Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`);
  yield* original.content();
}

function headersPart({ original }: ReportRequest): string {
  const { raw } = original.header;
  if (isPlain(raw)) return `Content-Type: text/rfc822-headers\r\n\r\n${Buffer.from(raw).toString("latin1")}`;
  // RFC 6533 §6.3 for UTF-8; RFC 6522 §4 lets a broken section be quoted-printable.
  const type = isUtf8(raw) ? "message/global-headers" : "text/rfc822-headers";
  return `Content-Type: ${type}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${quotedPrintable(raw)}`;
}

/** Fit to stand as 7bit (RFC 2045 §2.7): ASCII without NUL, in lines that are not too long. */
function isPlain(raw: Uint8Array): boolean {
  let line = 0;
  for (const byte of raw) {
    if (byte === 0 || byte > 127) return false;
    line = byte === 10 ? 0 : line + 1;
    if (line > mimeLimits.lineMaxOctets + 1) return false;
  }
  return true;
}

function isUtf8(raw: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(raw);
    return true;
  } catch {
    return false;
  }
}
