/**
 * The commands of the client, each with its CRLF. Every one passes `line`, the gate that no control character gets
 * through (trap 28): names and addresses are parsed long before, so what it stops is a bug, and it throws.
 */
import { formatReversePath, type DomainName, type EnvelopeRecipient } from "../../base/index.ts";
import type { Capabilities, OutgoingMessage } from "../types.ts";

export const commands = {
  ehlo: (name: DomainName): string => line(`EHLO ${name}`),
  helo: (name: DomainName): string => line(`HELO ${name}`),
  mail,
  rcpt,
  bdat: (bytes: number, last: boolean): string => line(last ? `BDAT ${bytes} LAST` : `BDAT ${bytes}`),
  startTls: "STARTTLS\r\n",
  data: "DATA\r\n",
  reset: "RSET\r\n",
  quit: "QUIT\r\n",
} as const;

/** Only parameters that the peer offers: an unknown one is a 555 (RFC 5321 §4.1.1.11). */
function mail(message: OutgoingMessage, peer: Capabilities): string {
  let command = `MAIL FROM:${formatReversePath(message.from)}`;
  if (peer.size !== undefined) command += ` SIZE=${message.size}`;
  if (message.has8bit && peer.eightBitMime) command += " BODY=8BITMIME";
  if (needsUtf8(message)) command += " SMTPUTF8";
  if (message.requireTls) command += " REQUIRETLS";
  if (peer.dsn && message.ret !== undefined) command += message.ret === "full" ? " RET=FULL" : " RET=HDRS";
  if (peer.dsn && message.envid !== undefined && isAscii(message.envid)) command += ` ENVID=${xtext(message.envid)}`;
  return line(command);
}

function rcpt(recipient: EnvelopeRecipient, peer: Capabilities): string {
  let command = `RCPT TO:${formatReversePath(recipient.address)}`;
  if (peer.dsn) command += notify(recipient) + originalRecipient(recipient);
  return line(command);
}

/** True if the envelope or the header cannot be said in ASCII (RFC 6531). */
export function needsUtf8(message: OutgoingMessage): boolean {
  if (message.needsUtf8 || message.from?.needsUtf8 === true) return true;
  return message.recipients.some((recipient) => recipient.address.needsUtf8);
}

function notify(recipient: EnvelopeRecipient): string {
  if (recipient.notify === undefined) return "";
  if (recipient.notify === "never") return " NOTIFY=NEVER";
  return recipient.notify.length === 0 ? "" : ` NOTIFY=${recipient.notify.join(",").toUpperCase()}`;
}

/** RFC 3461 §4.2, and RFC 6533 §3 for `utf-8` addresses. */
function originalRecipient({ orcpt }: EnvelopeRecipient): string {
  if (orcpt === undefined) return "";
  const semicolon = orcpt.indexOf(";");
  const type = orcpt.slice(0, semicolon);
  const address = orcpt.slice(semicolon + 1);
  if (!/^[A-Za-z0-9-]{1,63}$/.test(type) || address === "") return "";
  if (isAscii(address)) return ` ORCPT=${type};${xtext(address)}`;
  return type.toLowerCase() === "utf-8" ? ` ORCPT=${type};${unitext(address)}` : "";
}

/** RFC 3461 §4: everything but printable ASCII, and `+` and `=`, as `+HH`. */
export function xtext(text: string): string {
  return text.replace(/[^!-*,-<>-~]/g, (char) => `+${hex(char).padStart(2, "0")}`);
}

/** RFC 6533 §3 utf-8-addr-xtext: as xtext, with what is beyond ASCII as `\x{HEX}`. */
function unitext(text: string): string {
  return text.replace(/[^!-*,-<>-[\]-~]/gu, (char) => `\\x{${hex(char).padStart(2, "0")}}`);
}

function hex(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
}

function isAscii(text: string): boolean {
  return !/[^\x00-\x7f]/.test(text);
}

function line(command: string): string {
  if (/[\x00-\x1f\x7f]/.test(command)) throw new TypeError("a control character in an SMTP command");
  return `${command}\r\n`;
}
