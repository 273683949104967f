/**
 * From whatever arrives to the reports in it (RFC 8460 §5, RPT-2): a report as JSON, the same packed by gzip, a mail with reports
 * attached, or a mailbox of such mails. What it is, its bytes say, not the name or the type that somebody gave it (§5.6). Never
 * throws; what can come out is bounded, whatever goes in.
 */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { err, ok, type Result } from "../base/index.ts";
import { reportLimits } from "./limits.ts";
import { parseReport, type ParseFault, type TlsReport } from "./parse.ts";

export type UnpackFault =
  | ParseFault
  | "too-large"
  /** Gzip that is damaged, or that would be too large unpacked. */
  | "bad-gzip"
  | "bad-mail"
  /** A mail without a report in it. */
  | "no-report";

/** A report, and what it came in. */
export interface Unpacked {
  readonly report: TlsReport;
  /** The mail that carried it, for checking its signature; absent where it came bare. */
  readonly mail?: Uint8Array;
}

export type UnpackedPart = Result<Unpacked, UnpackFault>;

/** Each mail or report on its own: one that cannot be read does not hide the others. */
export async function unpackReports(bytes: Uint8Array): Promise<readonly UnpackedPart[]> {
  if (isMailbox(bytes)) {
    if (bytes.length > reportLimits.mailboxMaxBytes) return [err("too-large")];
    const parts: UnpackedPart[] = [];
    for (const mail of mailsOf(bytes)) parts.push(...(await unpackOne(mail)));
    return parts;
  }
  return unpackOne(bytes);
}

async function unpackOne(bytes: Uint8Array): Promise<readonly UnpackedPart[]> {
  if (bytes.length > reportLimits.packedMaxBytes) return [err("too-large")];
  if (isGzip(bytes) || isJson(bytes)) return [withoutMail(await readDocument(bytes))];
  return unpackMail(bytes);
}

/** One report, packed or not. */
export async function readDocument(bytes: Uint8Array): Promise<Result<TlsReport, UnpackFault>> {
  if (bytes.length > reportLimits.packedMaxBytes) return err("too-large");
  if (!isGzip(bytes)) return parseReport(Buffer.from(bytes).toString("utf8"));
  try {
    const plain = await promisify(gunzip)(bytes, { maxOutputLength: reportLimits.unpackedMaxBytes });
    return parseReport(plain.toString("utf8"));
  } catch {
    return err("bad-gzip");
  }
}

async function unpackMail(bytes: Uint8Array): Promise<readonly UnpackedPart[]> {
  const attachments = await attachmentsOf(bytes);
  if (attachments === undefined) return [err("bad-mail")];
  const parts: UnpackedPart[] = [];
  for (const content of attachments.slice(0, reportLimits.attachmentsPerMailMax)) {
    const report = await readDocument(content);
    parts.push(report.ok ? ok({ report: report.value, mail: bytes }) : report);
  }
  return parts.length === 0 ? [err("no-report")] : parts;
}

/** What may be a report, by its first bytes; undefined if this is no mail. */
async function attachmentsOf(bytes: Uint8Array): Promise<readonly Uint8Array[] | undefined> {
  const { default: PostalMime } = await import("postal-mime");
  try {
    const mail = await PostalMime.parse(bytes, { maxNestingDepth: 20, maxHeadersSize: 262_144 });
    if (mail.headers.length === 0) return undefined;
    const contents = mail.attachments.map(({ content }) =>
      typeof content === "string" ? Buffer.from(content) : new Uint8Array(content),
    );
    return contents.filter((content) => isGzip(content) || isJson(content));
  } catch {
    return undefined;
  }
}

function withoutMail(report: Result<TlsReport, UnpackFault>): UnpackedPart {
  return report.ok ? ok({ report: report.value }) : report;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isJson(bytes: Uint8Array): boolean {
  return /^\ufeff?\s*\{/.test(Buffer.from(bytes.subarray(0, 1000)).toString("utf8"));
}

const postmark = Buffer.from("From ");

/** RFC 4155: `From `, where a mail has `From:`. */
function isMailbox(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(5, bytes.length)).equals(postmark);
}

/** Each mail without its postmark line; `>From ` stays as it is, for a report has no such line. */
function mailsOf(mailbox: Uint8Array): readonly Uint8Array[] {
  const bytes = Buffer.from(mailbox.buffer, mailbox.byteOffset, mailbox.length);
  const mails: Uint8Array[] = [];
  let start = bytes.indexOf("\n") + 1;
  while (start > 0 && start < bytes.length && mails.length < reportLimits.mailsPerMailboxMax) {
    const end = nextPostmark(bytes, start);
    mails.push(bytes.subarray(start, end));
    start = end >= bytes.length ? bytes.length : bytes.indexOf("\n", end) + 1;
  }
  return mails;
}

/** Behind an empty line. */
function nextPostmark(bytes: Buffer, from: number): number {
  const ends = ["\n\nFrom ", "\n\r\nFrom "].flatMap((mark) => {
    const at = bytes.indexOf(mark, Math.max(0, from - 1));
    return at < 0 ? [] : [at + mark.length - postmark.length];
  });
  return Math.min(bytes.length, ...ends);
}
