/**
 * Is this certificate for a name that the hop must prove? (RFC 9525, in short:)
 *
 * - Only names in the subjectAltName count, never the subject's CN (§2). DANE-TA has an exception, which is `dane/match.ts`'s.
 * - DNS names are compared label by label as A-labels, without regard to case (§6.3).
 * - A wildcard counts only as the whole left-most label, and stands for exactly one label (§6.3).
 * - A host that is an address literal is matched against iPAddress entries, octet for octet (§6.4), never against DNS names.
 *
 * Pure. The entries come from Node as one string in which any name with an unsafe character is quoted as JSON; splitting
 * that string at commas lets a forged name pass for two (CVE-2021-44532), so it is read entry by entry, and a string that
 * cannot be read names nobody.
 */
import { addressLiteral, parseDomain, parseIp, type DomainName, type IpAddress } from "../base/index.ts";
import type { NamePattern } from "./types.ts";

/** What of a certificate the names stand in; `crypto.X509Certificate` fits. */
export interface NamedCertificate {
  /** As Node renders it: `DNS:a.example, IP Address:192.0.2.1, DNS:"odd, name"`. */
  readonly subjectAltName?: string | undefined;
}

export interface SubjectNames {
  /** DNS names as presented, lower case. */
  readonly dns: readonly string[];
  readonly ips: readonly IpAddress[];
}

/** The first presented name that one of the patterns accepts, or undefined. */
export function matchNames(patterns: readonly NamePattern[], certificate: NamedCertificate): string | undefined {
  const presented = readSubjectNames(certificate.subjectAltName ?? "");
  for (const text of patterns) {
    const pattern = readPattern(text);
    if (pattern === undefined) continue;
    const matched =
      pattern.kind === "ip"
        ? presented.ips.find((address) => address === pattern.address)
        : presented.dns.find((name) => dnsMatches(pattern, name));
    if (matched !== undefined) return matched;
  }
  return undefined;
}

/** The first of these DNS names that one of the patterns accepts: for names that stand elsewhere than in a subjectAltName. */
export function matchDnsNames(patterns: readonly NamePattern[], presented: readonly string[]): string | undefined {
  const wanted = patterns.map(readPattern);
  return presented
    .map((name) => name.toLowerCase())
    .find((name) =>
      wanted.some((pattern) => pattern !== undefined && pattern.kind !== "ip" && dnsMatches(pattern, name)),
    );
}

/** Reads Node's rendering of a subjectAltName. Text that does not follow its grammar yields no names at all. */
export function readSubjectNames(text: string): SubjectNames {
  const dns: string[] = [];
  const ips: IpAddress[] = [];
  let at = 0;
  while (at < text.length) {
    const colon = text.indexOf(":", at);
    if (colon < 0) return noNames;
    const kind = text.slice(at, colon);
    const value = readValue(text, colon + 1);
    if (value === undefined || !kindPattern.test(kind)) return noNames;
    if (kind === "DNS") dns.push(value.text.toLowerCase());
    if (kind === "IP Address") {
      const address = parseIp(value.text);
      if (address.ok) ips.push(address.value);
    }
    at = value.end;
    if (at === text.length) break;
    if (!text.startsWith(separator, at)) return noNames;
    at += separator.length;
    if (at === text.length) return noNames;
  }
  return { dns, ips };
}

const noNames: SubjectNames = { dns: [], ips: [] };
const separator = ", ";
const kindPattern = /^[A-Za-z0-9 ]{1,32}$/;

/** One value, quoted or plain, and where it ends. */
function readValue(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  if (text[from] !== '"') {
    const comma = text.indexOf(separator, from);
    const end = comma < 0 ? text.length : comma;
    const plain = text.slice(from, end);
    return plain.includes('"') ? undefined : { text: plain, end };
  }
  const end = closingQuote(text, from + 1);
  if (end < 0) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(from, end + 1));
    return typeof value === "string" ? { text: value, end: end + 1 } : undefined;
  } catch {
    return undefined;
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return -1;
}

type Pattern =
  | { readonly kind: "ip"; readonly address: IpAddress }
  | { readonly kind: "exact" | "below"; readonly name: DomainName };

/** A pattern that cannot be read matches nothing. */
function readPattern(text: NamePattern): Pattern | undefined {
  const literal = addressLiteral(text as DomainName);
  if (literal !== undefined) return { kind: "ip", address: literal };
  const below = text.startsWith(".");
  const name = parseDomain(below ? text.slice(1) : text);
  if (!name.ok) return undefined;
  // A bare address is never a DNS-ID; `192.0.2.1` as a pattern means the address.
  const bare = parseIp(name.value);
  if (bare.ok) return below ? undefined : { kind: "ip", address: bare.value };
  return { kind: below ? "below" : "exact", name: name.value };
}

function dnsMatches(pattern: Exclude<Pattern, { kind: "ip" }>, presented: string): boolean {
  const wildcard = presented.startsWith("*.");
  const base = wildcard ? presented.slice(2) : presented;
  if (!isPresentedName(base) || (wildcard && !base.includes("."))) return false;
  if (pattern.kind === "below") return base.endsWith(`.${pattern.name}`) || (wildcard && base === pattern.name);
  if (!wildcard) return base === pattern.name;
  return pattern.name.slice(pattern.name.indexOf(".") + 1) === base && pattern.name.includes(".");
}

/** A-labels only: whatever else a CA may have signed (spaces, NUL, a dot at the end, U-labels) is nobody's name. */
function isPresentedName(name: string): boolean {
  const parsed = /^[a-z0-9_.-]+$/.test(name) ? parseDomain(name) : undefined;
  return parsed?.ok === true && parsed.value === name && !parseIp(name).ok;
}
