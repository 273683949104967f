/** What a person reads of a message: its subject and its text. For showing notices, and what an attacker has read. */
import { decodeUnstructured, findField, readHeaderSection, type HeaderSection } from "../../mime/index.ts";

export interface Letter {
  readonly subject: string;
  /** LF line ends; control characters are still in it. Empty if there is no text to read. */
  readonly text: string;
}

const partsMax = 20;

/** `content` as UTF-8 with CRLF line ends. Looks at one level of multipart and takes its first text. */
export async function readLetter(content: string): Promise<Letter> {
  const header = await headerOf(content);
  const subject = decodeUnstructured(fieldOf(header, "subject"));
  const boundary = /^multipart\/[^]*;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(
    fieldOf(header, "content-type"),
  );
  const body = bodyOf(content);
  if (boundary === null) return { subject, text: await textOf(header, body) };
  const parts = `\r\n${body}`.split(`\r\n--${boundary[1] ?? boundary[2]}`).slice(1, partsMax);
  for (const part of parts) {
    // What stands behind the boundary on its own line is padding (RFC 2046 §5.1.1).
    const inner = part.replace(/^[ \t]*\r\n/, "");
    const text = await textOf(await headerOf(inner), bodyOf(inner));
    if (text !== "") return { subject, text };
  }
  return { subject, text: "" };
}

/** A notice without the lines for administrators, which stand at its end, set in. */
export function withoutFacts(text: string): string {
  const end = text.lastIndexOf("\n\n    ");
  return end < 0 ? text : `${text.slice(0, end)}\n\n    …`;
}

async function textOf(header: HeaderSection, body: string): Promise<string> {
  if (!/^(?:text\/plain\b|$)/i.test(fieldOf(header, "content-type"))) return "";
  return decoded(fieldOf(header, "content-transfer-encoding").toLowerCase(), body).replaceAll("\r\n", "\n").trim();
}

function decoded(encoding: string, body: string): string {
  switch (encoding) {
    case "base64":
      return Buffer.from(body, "base64").toString("utf8");
    case "quoted-printable":
      return unquoted(body);
    default:
      return body;
  }
}

/** RFC 2045 §6.7, leniently. */
function unquoted(body: string): string {
  const joined = Buffer.from(body.replaceAll(/=[ \t]*\r\n/g, "")).toString("latin1");
  const octets = joined.replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(octets, "latin1").toString("utf8");
}

function headerOf(content: string): Promise<HeaderSection> {
  return readHeaderSection(
    (async function* () {
      yield Buffer.from(content);
    })(),
  );
}

function bodyOf(content: string): string {
  if (content.startsWith("\r\n")) return content.slice(2);
  const end = content.indexOf("\r\n\r\n");
  return end < 0 ? "" : content.slice(end + 4);
}

function fieldOf(header: HeaderSection, name: string): string {
  return findField(header, name) ?? "";
}
