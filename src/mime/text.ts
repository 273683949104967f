/** Text into the shapes that header fields and 7-bit bodies take (RFC 2045 §6, RFC 2047, RFC 5322 §3.3). */
import type { Instant } from "../base/index.ts";
import { mimeLimits } from "./limits.ts";

/** `Tue, 24 Nov 2026 11:05:00 +0000` (RFC 5322 §3.3), in UTC. */
export function formatMailDate(at: Instant): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}

/** Printable ASCII on one line and nothing else: other characters become `?`, runs of space one space. */
export function asciiLine(text: string, maxChars: number): string {
  const line = text
    .slice(0, maxChars * 4)
    .replace(/[\x00-\x20\x7f]+/g, " ")
    .replace(/[^\x20-\x7e]+/g, "?")
    .trim();
  return line.length > maxChars ? `${line.slice(0, maxChars - 3)}...` : line;
}

/** One line of any script: control and format characters (bidirectional ones among them), line and paragraph separators are gone. */
export function unicodeLine(text: string, maxChars: number): string {
  const line = text
    .slice(0, maxChars * 4)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/[\p{Cf}\p{Cs}\p{Co}\p{Cn}]+/gu, "")
    .trim();
  if (line.length <= maxChars) return line;
  return `${line.slice(0, maxChars - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** An unstructured header value: as it is if plain ASCII, else RFC 2047 encoded words, folded. Ends without CRLF. */
export function encodeUnstructured(text: string, maxChars: number): string {
  const line = unicodeLine(text, maxChars);
  if (/^[\x20-\x7e]*$/.test(line) && !line.includes("=?")) return foldAtSpaces(line);
  return encodedWords(line).join("\r\n ");
}

/** RFC 2047 §2 and §5 (3): each word at most 75 characters, no character split between two. */
function encodedWords(text: string): readonly string[] {
  const prefix = "=?utf-8?B?";
  const bytesMax = Math.floor((mimeLimits.encodedWordMaxChars - prefix.length - 2) / 4) * 3;
  const words: string[] = [];
  let current = "";
  let size = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    if (size + bytes > bytesMax) {
      words.push(current);
      current = "";
      size = 0;
    }
    current += character;
    size += bytes;
  }
  words.push(current);
  return words.map((word) => `${prefix}${Buffer.from(word).toString("base64")}?=`);
}

/** Folds `text` before spaces so that lines stay near 76 characters; a word longer than that is left whole. */
export function foldAtSpaces(text: string, firstLineUsed = 20): string {
  const lines: string[] = [];
  let line = "";
  let room = mimeLimits.encodedLineMaxChars - firstLineUsed;
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
      room = mimeLimits.encodedLineMaxChars - 1;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join("\r\n ");
}

/**
 * The text values of encoded words in a header value (RFC 2047), best effort: what cannot be decoded stays as it stands. The
 * result is what the sender's program wrote, not yet fit for printing.
 */
export function decodeUnstructured(value: string): string {
  return value
    .slice(0, mimeLimits.fieldValueMaxChars)
    .replace(/(\?=)[ \t]+(?==\?)/g, "$1")
    .replace(/=\?([^\s?]{1,40})\?([bq])\?([^\s?]{0,400})\?=/gi, decodeWord);
}

function decodeWord(whole: string, charset: string, encoding: string, payload: string): string {
  const bytes =
    encoding.toLowerCase() === "b"
      ? Buffer.from(payload, "base64")
      : Buffer.from(
          payload
            .replaceAll("_", " ")
            .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          "latin1",
        );
  try {
    // RFC 2231 §5: a language may follow the charset.
    return new TextDecoder(charset.split("*", 1)[0]).decode(bytes);
  } catch {
    return whole;
  }
}

export interface EncodedBody {
  readonly encoding: "quoted-printable" | "base64";
  /** CRLF line ends, the last line ended too. */
  readonly body: string;
}

/** A text body as 7-bit lines: quoted-printable where most is ASCII, base64 elsewhere. Line ends in `text` are LF or CRLF. */
export function encodeText(text: string): EncodedBody {
  const bytes = Buffer.from(text.replace(/\r\n|\r|\n/g, "\r\n"));
  let high = 0;
  for (const byte of bytes) if (byte > 126) high++;
  if (high * 6 > bytes.length) return { encoding: "base64", body: base64Lines(bytes) };
  return { encoding: "quoted-printable", body: quotedPrintable(bytes) };
}

function base64Lines(bytes: Buffer): string {
  const text = bytes.toString("base64");
  let lines = "";
  for (let at = 0; at < text.length; at += mimeLimits.encodedLineMaxChars) {
    lines += `${text.slice(at, at + mimeLimits.encodedLineMaxChars)}\r\n`;
  }
  return lines;
}

/** RFC 2045 §6.7. CRLF in `bytes` are line ends; every other control character is encoded. */
export function quotedPrintable(bytes: Uint8Array): string {
  const lines: string[] = [];
  let line = "";
  const { length } = bytes;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] as number;
    if (byte === 13 && bytes[at + 1] === 10) {
      lines.push(line);
      line = "";
      at++;
      continue;
    }
    const endsLine = at + 1 === length || (bytes[at + 1] === 13 && bytes[at + 2] === 10);
    // Rule 3: no space at a line's end. "From " and a lone dot at a line's start are spared from meddling relays.
    const plain =
      byte > 32 && byte < 127
        ? byte !== 61 && !(line === "" && (byte === 46 || byte === 70))
        : byte === 32 && !endsLine;
    const piece = plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    if (line.length + piece.length > mimeLimits.encodedLineMaxChars - 1) {
      lines.push(`${line}=`);
      line = "";
    }
    line += piece;
  }
  if (line !== "") lines.push(line);
  return lines.length === 0 ? "" : `${lines.join("\r\n")}\r\n`;
}
