/** HTTPS and SVCB records as zone files have them (RFC 9460 §2.1, appendix A). */
import { parseIp } from "../base/index.ts";
import { labelText, rootName, type WireName } from "./name.ts";
import { escaped, nameText } from "./string-text.ts";

/** Undefined for bytes that are no such record. */
export function serviceText(rdata: Uint8Array): string | undefined {
  if (rdata.length < 3) return undefined;
  const target = nameAt(rdata, 2);
  if (target === undefined) return undefined;
  const fields = [String(numberAt(rdata, 0)), nameText(target.name)];
  let last = -1;
  for (let at = target.end; at < rdata.length;) {
    if (at + 4 > rdata.length) return undefined;
    const key = numberAt(rdata, at);
    const end = at + 4 + numberAt(rdata, at + 2);
    // §2.2: in ascending order, each once.
    if (key <= last || end > rdata.length) return undefined;
    const field = parameterText(key, rdata.subarray(at + 4, end));
    if (field === undefined) return undefined;
    fields.push(field);
    last = key;
    at = end;
  }
  return fields.join(" ");
}

function numberAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** §2.2: never compressed. */
function nameAt(bytes: Uint8Array, start: number): { readonly name: WireName; readonly end: number } | undefined {
  const labels: string[] = [];
  for (let at = start; ;) {
    const length = bytes[at];
    if (length === undefined || length > 63 || at + 1 + length > bytes.length || at - start > 255) return undefined;
    if (length === 0) return { name: labels.length === 0 ? rootName : (labels.join(".") as WireName), end: at + 1 };
    labels.push(labelText(bytes, at + 1, at + 1 + length));
    at += 1 + length;
  }
}

/** §7, §14.3.2. A value that does not fit its key is no such record. */
function parameterText(key: number, value: Uint8Array): string | undefined {
  switch (key) {
    case 0:
      return listed("mandatory", pairs(value)?.map(keyName));
    case 1:
      return alpnText(value);
    case 2:
      return value.length === 0 ? "no-default-alpn" : undefined;
    case 3:
      return value.length === 2 ? `port=${numberAt(value, 0)}` : undefined;
    case 4:
      return listed("ipv4hint", addresses(value, 4));
    case 5:
      return value.length === 0 ? undefined : `ech=${Buffer.from(value).toString("base64")}`;
    case 6:
      return listed("ipv6hint", addresses(value, 16));
    default:
      return value.length === 0 ? keyName(key) : `${keyName(key)}="${escaped(value)}"`;
  }
}

const keyNames = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"];

function keyName(key: number): string {
  return keyNames[key] ?? `key${key}`;
}

function listed(name: string, items: readonly string[] | undefined): string | undefined {
  return items === undefined || items.length === 0 ? undefined : `${name}=${items.join(",")}`;
}

function pairs(value: Uint8Array): readonly number[] | undefined {
  if (value.length % 2 !== 0) return undefined;
  return Array.from({ length: value.length / 2 }, (_, index) => numberAt(value, 2 * index));
}

/** §7.1.1: each identifier with its length before it; a comma or a backslash within one is escaped twice (appendix A.1). */
function alpnText(value: Uint8Array): string | undefined {
  const identifiers: string[] = [];
  for (let at = 0; at < value.length;) {
    const end = at + 1 + (value[at] ?? 0);
    if (value[at] === 0 || end > value.length) return undefined;
    const doubled = [...value.subarray(at + 1, end)].flatMap((octet) =>
      octet === comma || octet === backslash ? [backslash, octet] : [octet],
    );
    identifiers.push(escaped(Uint8Array.from(doubled)));
    at = end;
  }
  return identifiers.length === 0 ? undefined : `alpn="${identifiers.join(",")}"`;
}

const comma = 0x2c;
const backslash = 0x5c;

function addresses(value: Uint8Array, octets: 4 | 16): readonly string[] | undefined {
  if (value.length % octets !== 0) return undefined;
  return Array.from({ length: value.length / octets }, (_, index) =>
    addressText(value.subarray(index * octets, (index + 1) * octets)),
  );
}

function addressText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => numberAt(octets, 2 * index).toString(16));
  const parsed = parseIp(groups.join(":"));
  return parsed.ok ? parsed.value : groups.join(":");
}
