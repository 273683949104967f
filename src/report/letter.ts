/**
 * A report as a mail (RFC 8460 §5.3): multipart/report; report-type=tlsrpt, a part for people and the report itself, signed with
 * DKIM by the submitter's domain. `TLS-Required: No` (RFC 8689 §3): the report must arrive where the very thing that it reports on
 * keeps mail from arriving (trap 31).
 */
import type { DomainName, Instant, MailAddress } from "../base/index.ts";
import { encodeText, foldAtSpaces, formatMailDate } from "../mime/index.ts";

export interface LetterRequest {
  readonly from: MailAddress;
  readonly to: MailAddress;
  readonly submitter: DomainName;
  /** The policy domain that is reported on. */
  readonly domain: DomainName;
  /** `left@right`, printable ASCII. */
  readonly reportId: string;
  readonly filename: string;
  /** Gzip. */
  readonly body: Uint8Array;
  /** For people; LF line ends. */
  readonly text: string;
  readonly language: string;
  readonly now: Instant;
}

/** A key of the reporting domain. */
export interface DkimKey {
  readonly domain: DomainName;
  readonly selector: string;
  /** PEM. */
  readonly privateKey: string;
}

const base64LineChars = 76;

/** RFC 8460 §5.3: the fields of the report SHOULD be signed; `l=` must not be used, and is not (§3). */
const signedFields = [
  "From",
  "To",
  "Subject",
  "Date",
  "Message-ID",
  "MIME-Version",
  "Content-Type",
  "TLS-Report-Domain",
  "TLS-Report-Submitter",
  "TLS-Required",
].join(":");

/** The whole message, CRLF lines, 7-bit, unsigned. The same request gives the same bytes. */
export function reportLetter(request: LetterRequest): Uint8Array {
  // A boundary that stands nowhere else: base64 has no `=_`, and the text is quoted-printable.
  const boundary = `=_tlsrpt_${request.reportId.replace(/[^A-Za-z0-9]/g, "").slice(0, 40)}`;
  return Buffer.from(
    `${header(request, boundary)}\r\n--${boundary}\r\n${humanPart(request)}` +
      `\r\n--${boundary}\r\n${reportPart(request)}\r\n--${boundary}--\r\n`,
  );
}

/** The message with its signature in front. Throws if the key cannot sign. */
export async function signLetter(letter: Uint8Array, key: DkimKey, now: Instant): Promise<Uint8Array> {
  // Loaded when the first is signed: most commands never do, and it takes some megabytes.
  const { dkimSign } = await import("mailauth/lib/dkim/sign.js");
  const signer = { signingDomain: key.domain, selector: key.selector, privateKey: key.privateKey };
  const signed = await dkimSign(Buffer.from(letter), {
    ...signer,
    canonicalization: "relaxed/relaxed",
    signTime: new Date(now),
    // The signatures are made from this; the fields above are there for the declared type.
    signatureData: [{ ...signer, headerList: signedFields }],
    strict: true,
  });
  const [fault] = signed.errors ?? [];
  if (fault !== undefined || signed.signatures === "") {
    throw new Error(
      `the DKIM key for ${key.selector}._domainkey.${key.domain} cannot sign: ${String(fault?.err ?? "")}`,
    );
  }
  return Buffer.concat([Buffer.from(signed.signatures), letter]);
}

function header(request: LetterRequest, boundary: string): string {
  const { from, to, submitter, domain, reportId, now, language } = request;
  const subject = `Report Domain: ${domain} Submitter: ${submitter} Report-ID: <${reportId}>`;
  const lines = [
    `Date: ${formatMailDate(now)}`,
    `From: <${from.local}@${from.domain}>`,
    `To: <${to.local}@${to.domain}>`,
    `Subject: ${foldAtSpaces(subject)}`,
    `Message-ID: <${reportId}>`,
    `TLS-Report-Domain: ${domain}`,
    `TLS-Report-Submitter: ${submitter}`,
    "TLS-Required: No",
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type="tlsrpt";\r\n boundary="${boundary}"`,
    `Content-Language: ${language}`,
  ];
  return `${lines.join("\r\n")}\r\n`;
}

function humanPart({ text, language }: LetterRequest): string {
  const { encoding, body } = encodeText(text);
  return (
    `Content-Type: text/plain; charset=utf-8\r\nContent-Language: ${language}\r\n` +
    `Content-Transfer-Encoding: ${encoding}\r\n\r\n${body}`
  );
}

function reportPart({ filename, body }: LetterRequest): string {
  const text = Buffer.from(body).toString("base64");
  let lines = "";
  for (let at = 0; at < text.length; at += base64LineChars) lines += `${text.slice(at, at + base64LineChars)}\r\n`;
  return (
    "Content-Type: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64\r\n" +
    `Content-Disposition: attachment;\r\n filename="${filename}"\r\n\r\n${lines}`
  );
}
