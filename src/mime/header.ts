/**
 * Reads a message's header section from a stream (RFC 5322 §2.2), and no more of the stream than that. A section that is too
 * long is cut at its last whole line: nothing here fails on what a stranger wrote.
 */
import { mimeLimits } from "./limits.ts";

export interface HeaderField {
  /** As it was written. */
  readonly name: string;
  /** Unfolded (RFC 5322 §2.2.3), without space around it. UTF-8; bytes that are not become U+FFFD. Not fit for printing as it is. */
  readonly value: string;
}

export interface HeaderSection {
  readonly fields: readonly HeaderField[];
  /** The section's bytes: every line ends in CRLF; the empty line behind it is not included. */
  readonly raw: Uint8Array;
  /** False if the section was longer than the limit, and `raw` holds only its beginning. */
  readonly complete: boolean;
}

/** Reads up to the empty line, the end of the stream, or `maxBytes`. The stream is released early. */
export async function readHeaderSection(
  content: AsyncIterable<Uint8Array>,
  maxBytes: number = mimeLimits.headerMaxBytes,
): Promise<HeaderSection> {
  let bytes = Buffer.alloc(4096);
  let size = 0;
  let end = -1;
  for await (const chunk of content) {
    // No more than is needed to know that the section is too long.
    const piece = chunk.subarray(0, maxBytes + 4 - size);
    if (size + piece.length > bytes.length) bytes = grown(bytes, size, size + piece.length);
    bytes.set(piece, size);
    end = endOfSection(bytes.subarray(0, size + piece.length), size);
    size += piece.length;
    if (end >= 0 || size > maxBytes) break;
  }
  return sectionOf(bytes.subarray(0, size), end, maxBytes);
}

function grown(bytes: Buffer, used: number, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(Math.max(needed, bytes.length * 2));
  bytes.copy(larger, 0, 0, used);
  return larger;
}

function sectionOf(bytes: Buffer, end: number, maxBytes: number): HeaderSection {
  const whole = end >= 0 ? bytes.subarray(0, end) : bytes;
  const complete = whole.length <= maxBytes;
  const raw = Buffer.from(complete ? whole : wholeLines(whole.subarray(0, maxBytes)));
  return { fields: parseFields(raw.toString("utf8")), raw: endsLine(raw) ? raw : Buffer.concat([raw, crlf]), complete };
}

const crlf = Buffer.from("\r\n");

function endsLine(raw: Buffer): boolean {
  return raw.length === 0 || (raw.length >= 2 && raw.subarray(-2).equals(crlf));
}

function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf("\r\n") + 2 || 0);
}

/** Where the empty line begins, or -1. The bytes before `from` were looked at before. */
function endOfSection(bytes: Buffer, from: number): number {
  if (bytes.length >= 2 && bytes[0] === 13 && bytes[1] === 10) return 0;
  const at = bytes.indexOf("\r\n\r\n", Math.max(0, from - 3));
  return at < 0 ? -1 : at + 2;
}

const fieldPattern = /^([!-9;-~]{1,200})[ \t]*:([^]*)$/;

/** Lines that are no field (RFC 5322 §3.6.8) are passed over. */
function parseFields(text: string): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  for (const line of text.split(/\r\n(?![ \t])/)) {
    const match = fieldPattern.exec(line);
    if (match === null) continue;
    const [, name = "", value = ""] = match;
    fields.push({ name, value: unfold(value) });
    if (fields.length >= mimeLimits.headerFieldsMax) break;
  }
  return fields;
}

function unfold(value: string): string {
  return value.slice(0, mimeLimits.fieldValueMaxChars).replaceAll("\r\n", "").trim();
}

/** The first field of that name, whatever its case. */
export function findField(section: HeaderSection, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return section.fields.find((field) => field.name.toLowerCase() === wanted)?.value;
}

/** All fields of that name, in order. */
export function findFields(section: HeaderSection, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return section.fields.filter((field) => field.name.toLowerCase() === wanted).map((field) => field.value);
}
