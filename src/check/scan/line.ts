/**
 * One line of a scan's output: a domain, what came of it, in JSON. `v` changes only if a field changes its meaning or goes. A line is
 * bounded, whatever strangers have published: lists are cut, and `cut` says so.
 */
import { parseDomain, type DomainName } from "../../base/index.ts";
import { scanLimits } from "./limits.ts";

export const lineVersion = 1;

/** `failed`: our own fault, in `detail`. `opted-out`: nobody was asked anything. */
export type LineOutcome = "checked" | "opted-out" | "failed";

export interface LineHost {
  readonly name: string;
  readonly addresses: number;
  /** The worst of its addresses. */
  readonly tls: "encrypted" | "cleartext" | "broken" | "untested";
}

export interface LineFinding {
  readonly code: string;
  readonly severity: "error" | "warning" | "notice";
  /** How often: at how many hosts, for instance. */
  readonly count: number;
}

export interface LineUntested {
  readonly reason: string;
  readonly count: number;
}

/** What the domain publishes and its servers do, for counting. */
export interface Adoption {
  /** Its MX records are signed, and the signature holds. */
  readonly dnssec: boolean;
  /** `all`: every MX host has key records that can be used; `some`: not every one. */
  readonly dane: "all" | "some" | "none";
  /** `broken`: a record is there, and no policy that can be used. */
  readonly mtaSts: "enforce" | "testing" | "off" | "broken" | "none";
  readonly tlsRpt: boolean;
  readonly requireTls: boolean;
  /** At least one MX host has an IPv6 address. */
  readonly ipv6: boolean;
}

export interface CheckedLine {
  readonly v: typeof lineVersion;
  readonly domain: DomainName;
  readonly outcome: "checked";
  /** When, ISO 8601. */
  readonly at: string;
  readonly verdict: string;
  readonly level: string;
  readonly mx: string;
  readonly hosts: readonly LineHost[];
  /** Who runs the hosts, by registered name. */
  readonly operators: readonly string[];
  readonly adoption: Adoption;
  readonly findings: readonly LineFinding[];
  readonly untested: readonly LineUntested[];
  /** Lists that were too long to be kept whole. */
  readonly cut?: true;
}

export interface OtherLine {
  readonly v: typeof lineVersion;
  readonly domain: DomainName;
  readonly outcome: "opted-out" | "failed";
  readonly at: string;
  readonly detail?: string;
}

export type ScanLine = CheckedLine | OtherLine;

/** With its line feed; never more than `scanLimits.lineMaxBytes`. */
export function formatLine(line: ScanLine): string {
  const whole = `${JSON.stringify(line)}\n`;
  if (Buffer.byteLength(whole) <= scanLimits.lineMaxBytes) return whole;
  if (line.outcome !== "checked") return `${JSON.stringify({ ...line, detail: "" })}\n`;
  return `${JSON.stringify({ ...line, hosts: [], operators: [], findings: [], untested: [], cut: true })}\n`;
}

/** Undefined: not a line of ours, or one of another version. */
export function parseLine(text: string): ScanLine | undefined {
  if (text.length > scanLimits.lineMaxBytes) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isLine(read) ? read : undefined;
}

function isLine(read: unknown): read is ScanLine {
  if (!isObject(read) || read["v"] !== lineVersion || typeof read["at"] !== "string") return false;
  const { domain, outcome } = read;
  if (typeof domain !== "string" || parseDomain(domain).ok === false) return false;
  if (outcome === "opted-out" || outcome === "failed") return true;
  if (outcome !== "checked") return false;
  const { verdict, level, mx, hosts, operators, adoption, findings, untested } = read;
  return (
    [verdict, level, mx].every((one) => typeof one === "string") &&
    isListOf(hosts, (one) => typeof one["name"] === "string" && typeof one["tls"] === "string") &&
    Array.isArray(operators) &&
    operators.every((one) => typeof one === "string") &&
    isAdoption(adoption) &&
    isListOf(findings, (one) => typeof one["code"] === "string" && isSeverity(one["severity"])) &&
    isListOf(untested, (one) => typeof one["reason"] === "string")
  );
}

function isAdoption(read: unknown): boolean {
  if (!isObject(read)) return false;
  const { dnssec, dane, mtaSts, tlsRpt, requireTls, ipv6 } = read;
  return (
    [dnssec, tlsRpt, requireTls, ipv6].every((one) => typeof one === "boolean") &&
    ["all", "some", "none"].includes(String(dane)) &&
    ["enforce", "testing", "off", "broken", "none"].includes(String(mtaSts))
  );
}

function isSeverity(read: unknown): boolean {
  return read === "error" || read === "warning" || read === "notice";
}

function isListOf(read: unknown, isOne: (one: Readonly<Record<string, unknown>>) => boolean): boolean {
  return Array.isArray(read) && read.every((one) => isObject(one) && isOne(one));
}

function isObject(read: unknown): read is Readonly<Record<string, unknown>> {
  return typeof read === "object" && read !== null && !Array.isArray(read);
}
