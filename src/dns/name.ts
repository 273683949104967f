/**
 * Names as the DNS has them: labels of any octets. Their text form here is that of RFC 1035 §5.1 with one spelling for
 * each name: lower case, a dot or a backslash within a label escaped (`a\.b.example` is two labels, not three), every octet
 * that is not printable ASCII as `\DDD`. So two names are the same exactly if their texts are.
 */
import { err, ok, parseDomain, type DomainName, type Result } from "../base/index.ts";

declare const brand: unique symbol;

/** The text form of any name; the root is `.`, all others are without a trailing dot. */
export type WireName = string & { readonly [brand]: "WireName" };

export const rootName = "." as WireName;

/** RFC 1035 §2.3.4, in octets. */
export const labelMaxOctets = 63;
export const wireNameMaxOctets = 255;

/** Every DomainName is a WireName as it stands. (An address literal is a name of one odd label, which nobody owns.) */
export function wireName(name: DomainName): WireName {
  return name as string as WireName;
}

/** The name as a domain name, if it is one that mail could be sent to: letters, digits, hyphens, underscores. */
export function domainOf(name: WireName): DomainName | undefined {
  const parsed = parseDomain(name);
  return parsed.ok && parsed.value === (name as string) ? parsed.value : undefined;
}

export type WireNameFault = "empty-label" | "label-too-long" | "name-too-long" | "bad-escape" | "bad-character";

/** Reads a name as people write it in zone files; upper case and one trailing dot are tolerated. */
export function parseWireName(text: string): Result<WireName, WireNameFault> {
  if (text === ".") return ok(rootName);
  const labels: Uint8Array[] = [];
  let octets: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x21 || code > 0x7e) return err("bad-character");
    if (code === dot) {
      labels.push(Uint8Array.from(octets));
      octets = [];
      if (at === text.length - 1) return nameOf(labels);
    } else if (code !== backslash) octets.push(code);
    else {
      const escape = readEscape(text, at + 1);
      if (escape === undefined) return err("bad-escape");
      octets.push(escape.octet);
      at += escape.length;
    }
  }
  labels.push(Uint8Array.from(octets));
  return nameOf(labels);
}

/** The text of one label. Octets A to Z come out in lower case: names are compared without case (RFC 4343). */
export function labelText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) {
    const octet = bytes[at] ?? 0;
    if (octet >= 0x41 && octet <= 0x5a) text += String.fromCharCode(octet + 0x20);
    else if (octet === dot || octet === backslash) text += `\\${String.fromCharCode(octet)}`;
    else if (octet < 0x21 || octet > 0x7e) text += `\\${String(octet).padStart(3, "0")}`;
    else text += String.fromCharCode(octet);
  }
  return text;
}

/** The octets of each label, from the left; none for the root. */
export function labelsOf(name: WireName): readonly Uint8Array[] {
  if (name === rootName) return [];
  if (!name.includes("\\")) return name.split(".").map((label) => Buffer.from(label, "latin1"));
  return splitLabels(name).map((label) => Uint8Array.from(octetsOf(label)));
}

/** The name without its first label; the root has no parent. */
export function parentName(name: WireName): WireName | undefined {
  if (name === rootName) return undefined;
  const first = splitLabels(name)[0] ?? name;
  return first.length === name.length ? rootName : (name.slice(first.length + 1) as WireName);
}

/** How many labels the name has; the root has none. */
export function labelCount(name: WireName): number {
  return name === rootName ? 0 : splitLabels(name).length;
}

/** The name's last `count` labels; the name itself if it has no more than that. */
export function lastLabels(name: WireName, count: number): WireName {
  if (count === 0 || name === rootName) return rootName;
  const labels = splitLabels(name);
  return (count >= labels.length ? name : labels.slice(labels.length - count).join(".")) as WireName;
}

/** `label` is in the text form of a name. */
export function below(label: string, name: WireName): WireName {
  return (name === rootName ? label : `${label}.${name}`) as WireName;
}

/** The canonical order of names (RFC 4034 §6.1): by their labels from the right, each as octets. */
export function compareNames(a: WireName, b: WireName): number {
  if (a === b) return 0;
  return orderKey(a) < orderKey(b) ? -1 : 1;
}

/** Texts that are in the order of their names: labels from the right, with what is less than any octet between them. */
export function orderKey(name: WireName): string {
  if (name === rootName) return "";
  if (!name.includes("\\")) return `${name.split(".").toReversed().join(betweenLabels)}${betweenLabels}`;
  const labels = labelsOf(name).map((label) =>
    Buffer.from(label)
      .toString("latin1")
      .replaceAll(/[\x00\x01]/g, lowOctet),
  );
  return `${labels.toReversed().join(betweenLabels)}${betweenLabels}`;
}

/** The longest name that both are or lie below. */
export function commonAncestor(a: WireName, b: WireName): WireName {
  let name: WireName | undefined = a;
  while (name !== undefined && !isWithin(b, name)) name = parentName(name);
  return name ?? rootName;
}

/** True if `name` is `ancestor` or lies below it. */
export function isWithin(name: WireName, ancestor: WireName): boolean {
  if (ancestor === rootName || name === ancestor) return true;
  if (!name.endsWith(`.${ancestor}`)) return false;
  // An escaped dot is no boundary between labels: count the backslashes before it.
  let at = name.length - ancestor.length - 2;
  let backslashes = 0;
  while (at >= 0 && name.charCodeAt(at) === backslash) {
    backslashes++;
    at--;
  }
  return backslashes % 2 === 0;
}

const betweenLabels = "\u0000";
const lowOctet = (octet: string): string => (octet === "\u0000" ? "\u0001\u0001" : "\u0001\u0002");
const dot = 0x2e;
const backslash = 0x5c;

function nameOf(labels: readonly Uint8Array[]): Result<WireName, WireNameFault> {
  let total = 1;
  for (const label of labels) {
    if (label.length === 0) return err("empty-label");
    if (label.length > labelMaxOctets) return err("label-too-long");
    total += label.length + 1;
  }
  if (total > wireNameMaxOctets) return err("name-too-long");
  return ok(labels.map((label) => labelText(label, 0, label.length)).join(".") as WireName);
}

function readEscape(text: string, at: number): { octet: number; length: number } | undefined {
  const digits = /^\d{3}/.exec(text.slice(at, at + 3));
  if (digits !== null) return Number(digits[0]) > 255 ? undefined : { octet: Number(digits[0]), length: 3 };
  const code = text.charCodeAt(at);
  return code >= 0x21 && code <= 0x7e && !(code >= 0x30 && code <= 0x39) ? { octet: code, length: 1 } : undefined;
}

/** Splits at the dots that are not escaped. */
function splitLabels(name: WireName): readonly string[] {
  if (!name.includes("\\")) return name.split(".");
  return name.match(/(?:[^.\\]|\\\d{3}|\\.)+/g) ?? [];
}

function octetsOf(label: string): readonly number[] {
  const octets: number[] = [];
  for (let at = 0; at < label.length; at++) {
    if (label.charCodeAt(at) !== backslash) octets.push(label.charCodeAt(at));
    else {
      const escape = readEscape(label, at + 1);
      octets.push(escape?.octet ?? 0);
      at += escape?.length ?? 0;
    }
  }
  return octets;
}
