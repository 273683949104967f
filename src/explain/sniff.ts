/** What is it that was given? Decided by its beginning, so that a log can be told while it is still being written. */
import { gunzip } from "node:zlib";
import { explainLimits } from "./limits.ts";

/** `lines`: each tells for itself. `whole`: mail, JSON or something compressed, which can only be read to its end. */
export type Looks = "lines" | "whole";

/** Undefined: more of it is needed. */
export function looksLike(start: Uint8Array, isAll: boolean): Looks | undefined {
  if (start.length < 2 && !isAll) return undefined;
  if (isGzip(start)) return "whole";
  const text = new TextDecoder("latin1")
    .decode(start.subarray(0, explainLimits.sniffMaxBytes))
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .trimStart();
  const end = text.indexOf("\n");
  if (end < 0 && !isAll) return undefined;
  if (text.startsWith("{")) return "whole";
  const lines = text.split(/\r?\n/, headerLinesMax);
  const first = /^>?From /.test(lines[0] ?? "") ? lines.slice(1) : lines;
  if (!headerPattern.test(first[0] ?? ""))
    return first.length < lines.length && first.length === 0 && !isAll ? undefined : "lines";
  if (knownHeader.test(first[0] ?? "")) return "whole";
  const known = first.filter((line) => knownHeader.test(line)).length;
  if (known >= 2) return "whole";
  return isAll || first.includes("") ? "lines" : undefined;
}

const headerLinesMax = 200;
const headerPattern = /^[A-Za-z][A-Za-z0-9-]{0,76}:(?:[ \t]|$)/;
const knownHeader =
  /^(?:Received|Return-Path|Delivered-To|From|To|Date|Subject|Message-Id|MIME-Version|Content-Type|Content-Transfer-Encoding|Authentication-Results|DKIM-Signature|ARC-[A-Za-z-]+|X-Failed-Recipients|Auto-Submitted|Envelope-To|Delivery-Date|TLS-Report-Domain|X-Original-To|X-[A-Za-z-]+):/i;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Undefined for what is broken, or too large when unpacked. */
export function unpack(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    gunzip(bytes, { maxOutputLength: explainLimits.unpackedMaxBytes }, (error, unpacked) =>
      resolve(error === null ? unpacked : undefined),
    );
  });
}
