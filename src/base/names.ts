/**
 * Domain and address names as branded types. A bare string never crosses a folder as a name:
 * it has been parsed here, or it is not a name.
 */
import { domainToASCII, domainToUnicode } from "node:url";
import { isIPv4, isIPv6 } from "node:net";
import { limits } from "./limits.ts";
import { err, ok, type Result } from "./result.ts";

declare const brand: unique symbol;

/** A host or domain name: A-labels, lower case, no trailing dot, 1 to 253 octets (RFC 5890, RFC 1035 §2.3.4). */
export type DomainName = string & { readonly [brand]: "DomainName" };

/** An IPv4 or IPv6 address in its canonical text form. */
export type IpAddress = string & { readonly [brand]: "IpAddress" };

/** A mailbox (RFC 5321 §4.1.2, RFC 6531). The local part is kept exactly as it came. */
export interface MailAddress {
  readonly local: string;
  /** The domain in A-labels; an address literal (`[192.0.2.1]`) stands here with its brackets. */
  readonly domain: DomainName;
  /** True if the local part has characters outside ASCII, so that only SMTPUTF8 can carry it. */
  readonly needsUtf8: boolean;
}

/** The reverse path: a mailbox, or null for `<>`, the sender of every bounce. */
export type ReversePath = MailAddress | null;

export type NameFault = "empty" | "too-long" | "bad-label" | "bad-character" | "bad-local-part" | "missing-domain";

const labelPattern = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * Reads a domain name, U-labels allowed (RFC 5891), one trailing dot tolerated.
 * Underscores are let through, because TLSA and policy names carry them.
 */
export function parseDomain(text: string): Result<DomainName, NameFault> {
  const trimmed = text.endsWith(".") ? text.slice(0, -1) : text;
  if (trimmed === "") return err("empty");
  if (trimmed.length > limits.domainTextMaxChars) return err("too-long");
  const ascii = isPlainAscii(trimmed) ? trimmed.toLowerCase() : domainToASCII(trimmed);
  if (ascii === "") return err("bad-character");
  if (ascii.length > limits.domainMaxOctets) return err("too-long");
  for (const label of ascii.split(".")) if (!labelPattern.test(label)) return err("bad-label");
  return ok(ascii as DomainName);
}

/** As parseDomain, for names that the program itself wrote; a fault is a bug and throws. */
export function domain(text: string): DomainName {
  const parsed = parseDomain(text);
  if (!parsed.ok) throw new TypeError(`not a domain name (${parsed.error}): ${JSON.stringify(text)}`);
  return parsed.value;
}

/** The name as people write it: U-labels where it has any. For display only. */
export function displayDomain(name: DomainName): string {
  return name.includes("xn--") ? domainToUnicode(name) || name : name;
}

/** The name without its first label, or undefined at the top. */
export function parentDomain(name: DomainName): DomainName | undefined {
  const dot = name.indexOf(".");
  return dot < 0 ? undefined : (name.slice(dot + 1) as DomainName);
}

export function isSubdomainOf(name: DomainName, ancestor: DomainName): boolean {
  return name.length > ancestor.length && name.endsWith(`.${ancestor}`);
}

/** Reads an IP address; IPv6 comes back compressed and lower case. */
export function parseIp(text: string): Result<IpAddress, "bad-character"> {
  if (isIPv4(text)) return ok(text as IpAddress);
  if (!isIPv6(text) || text.includes("%")) return err("bad-character");
  return ok(new URL(`http://[${text}]/`).hostname.slice(1, -1) as IpAddress);
}

export function ip(text: string): IpAddress {
  const parsed = parseIp(text);
  if (!parsed.ok) throw new TypeError(`not an IP address: ${JSON.stringify(text)}`);
  return parsed.value;
}

export function isIpv6(address: IpAddress): boolean {
  return address.includes(":");
}

const atomText = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u0080-\u{10ffff}]+$/u;
const quotedText = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u0080-\u{10ffff}]|\\[\x20-\x7e])*"$/u;

/**
 * Reads `local@domain` without angle brackets (RFC 5321 §4.1.2, RFC 6531 §3.3).
 * Control characters, CR and LF among them, are refused: an address must never be able to carry a command.
 */
export function parseAddress(text: string): Result<MailAddress, NameFault> {
  const at = text.lastIndexOf("@");
  if (at < 0) return err("missing-domain");
  const local = text.slice(0, at);
  if (local === "") return err("empty");
  if (Buffer.byteLength(local) > limits.localPartMaxOctets) return err("too-long");
  const isDotAtom = atomText.test(local) && !local.startsWith(".") && !local.endsWith(".") && !local.includes("..");
  if (!isDotAtom && !quotedText.test(local)) return err("bad-local-part");
  const domainPart = parseMailDomain(text.slice(at + 1));
  if (!domainPart.ok) return domainPart;
  return ok({ local, domain: domainPart.value, needsUtf8: !isPlainAscii(local) });
}

export function address(text: string): MailAddress {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new TypeError(`not a mail address (${parsed.error}): ${JSON.stringify(text)}`);
  return parsed.value;
}

export function formatAddress(mailbox: MailAddress): string {
  return `${mailbox.local}@${mailbox.domain}`;
}

export function formatReversePath(path: ReversePath): string {
  return path === null ? "<>" : `<${formatAddress(path)}>`;
}

/** The address inside `[…]` of an address-literal domain, or undefined for an ordinary name (RFC 5321 §4.1.3). */
export function addressLiteral(name: DomainName): IpAddress | undefined {
  if (!name.startsWith("[") || !name.endsWith("]")) return undefined;
  const inner = name.slice(1, -1).replace(/^ipv6:/i, "");
  const parsed = parseIp(inner);
  return parsed.ok ? parsed.value : undefined;
}

function parseMailDomain(text: string): Result<DomainName, NameFault> {
  if (!text.startsWith("[")) return parseDomain(text);
  const literal = text as DomainName;
  const address = addressLiteral(literal);
  if (address === undefined) return err("bad-character");
  return ok((isIpv6(address) ? `[ipv6:${address}]` : `[${address}]`) as DomainName);
}

function isPlainAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}
