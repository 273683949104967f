/** Names and character-strings as zone files have them (RFC 1035 §5.1). */
import type { WireName } from "./name.ts";

/** The name with its final dot, and with a backslash before the characters that mean something in a zone file. */
export function nameText(name: WireName): string {
  if ((name as string) === ".") return ".";
  // A backslash and what it escapes stand together already.
  const escaped = name.replace(/\\.|["$();@]/g, (found) => (found.length === 2 ? found : `\\${found}`));
  return `${escaped}.`;
}

/** A string in quotation marks; what is not printable ASCII as `\DDD`. */
export function quoted(bytes: Uint8Array): string {
  return `"${escaped(bytes)}"`;
}

/** What stands between the quotation marks. */
export function escaped(bytes: Uint8Array): string {
  let text = "";
  for (const octet of bytes) {
    if (octet === quotationMark || octet === backslash) text += `\\${String.fromCharCode(octet)}`;
    else if (octet < 0x20 || octet > 0x7e) text += `\\${String(octet).padStart(3, "0")}`;
    else text += String.fromCharCode(octet);
  }
  return text;
}

const quotationMark = 0x22;
const backslash = 0x5c;
