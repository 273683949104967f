/**
 * Trust anchors as people write them: one DS or DNSKEY record a line, as zone files, `dig` and key generators have them.
 *
 *   example.org.  3600 IN DS      12345 13 2 4A5F…      ; a comment
 *   example.org.       IN DNSKEY  257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0d…
 *
 * The owner stands first; TTL and class may be missing. The first line that cannot be read ends the reading: an anchor that was left
 * out in silence would turn a private zone's names unproven.
 */
import { err, ok, type Result } from "../../base/index.ts";
import { standardSuite } from "../dnssec/algorithms.ts";
import { dsOf, isZoneKey } from "../dnssec/keys.ts";
import type { TrustAnchor } from "../dnssec/types.ts";
import type { DnskeyData } from "../message.ts";
import { parseWireName, type WireName } from "../name.ts";
import { anchorLimits } from "./limits.ts";

export interface AnchorFault {
  /** From 1; 0 if the text as a whole is at fault. */
  readonly line: number;
  readonly code: AnchorFaultCode;
}

export const anchorFaultCodes = [
  "text-too-long",
  "line-too-long",
  "too-many",
  "none",
  /** `$ORIGIN` and the like. */
  "directive",
  /** Parentheses, or a line that begins with a space. */
  "several-lines",
  "bad-owner",
  "not-an-anchor",
  "bad-record",
  "unsupported-algorithm",
  "unsupported-digest",
  "bad-digest",
  "not-a-zone-key",
  "revoked",
] as const;

export type AnchorFaultCode = (typeof anchorFaultCodes)[number];

/** At least one anchor, or the first fault. A DNSKEY is turned into the DS that stands for it (SHA-256). */
export function readAnchors(text: string): Result<readonly TrustAnchor[], AnchorFault> {
  if (Buffer.byteLength(text) > anchorLimits.anchorFileMaxBytes) return err({ line: 0, code: "text-too-long" });
  const anchors: TrustAnchor[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const read = readLine(line);
    if (typeof read === "string") return err({ line: index + 1, code: read });
    if (read !== undefined) anchors.push(read);
    if (anchors.length > anchorLimits.anchorsMax) return err({ line: index + 1, code: "too-many" });
  }
  return anchors.length === 0 ? err({ line: 0, code: "none" }) : ok(anchors);
}

/** Undefined for a line without a record. */
function readLine(line: string): TrustAnchor | AnchorFaultCode | undefined {
  if (line.length > anchorLimits.anchorLineMaxChars) return "line-too-long";
  const bare = line.replace(/[;#].*$/, "");
  if (bare.trim() === "") return undefined;
  if (bare.startsWith("$")) return "directive";
  if (/^\s|[()]/.test(bare)) return "several-lines";
  const [ownerText = "", ...fields] = bare.trim().split(/\s+/);
  const owner = parseWireName(ownerText);
  if (!owner.ok) return "bad-owner";
  const at = fields.findIndex((field) => !/^(?:\d+|IN)$/i.test(field));
  const rest = fields.slice(at + 1);
  if (at > 2) return "bad-record";
  switch (fields[at]?.toUpperCase()) {
    case "DS":
      return readDs(owner.value, rest);
    case "DNSKEY":
      return readKey(owner.value, rest);
    default:
      return "not-an-anchor";
  }
}

function readDs(zone: WireName, fields: readonly string[]): TrustAnchor | AnchorFaultCode {
  const [keyTag, algorithm, digestType] = numbersOf(fields.slice(0, 3), [0xffff, 0xff, 0xff]);
  if (keyTag === undefined || algorithm === undefined || digestType === undefined) return "bad-record";
  if (!standardSuite.algorithms.has(algorithm)) return "unsupported-algorithm";
  const octets = digestOctets[digestType];
  if (octets === undefined) return "unsupported-digest";
  const digest = fields.slice(3).join("");
  if (!/^[0-9a-f]+$/i.test(digest) || digest.length !== 2 * octets) return "bad-digest";
  return { zone, keyTag, algorithm, digestType, digest: new Uint8Array(Buffer.from(digest, "hex")) };
}

/** SHA-256 and SHA-384; SHA-1 proves nothing any more (SEC-2). */
const digestOctets: Readonly<Record<number, number>> = { 2: 32, 4: 48 };

function readKey(zone: WireName, fields: readonly string[]): TrustAnchor | AnchorFaultCode {
  const [flags, protocol, algorithm] = numbersOf(fields.slice(0, 3), [0xffff, 0xff, 0xff]);
  if (flags === undefined || protocol === undefined || algorithm === undefined) return "bad-record";
  const publicKey = readBase64(fields.slice(3).join(""));
  if (publicKey === undefined) return "bad-record";
  const data: DnskeyData = { type: "DNSKEY", flags, protocol, algorithm, publicKey };
  if (!isZoneKey({ ...data, flags: flags & ~revokedFlag })) return "not-a-zone-key";
  if (!isZoneKey(data)) return "revoked";
  const known = standardSuite.algorithms.get(algorithm);
  if (known === undefined) return "unsupported-algorithm";
  if (!isReadable(() => known.readKey(publicKey))) return "bad-record";
  const { keyTag, digestType, digest } = dsOf(zone, data, 2);
  return { zone, keyTag, algorithm, digestType, digest };
}

const revokedFlag = 0x0080;

/** Cryptography may throw at a key that is none. */
function isReadable(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch {
    return false;
  }
}

function numbersOf(fields: readonly string[], most: readonly number[]): readonly (number | undefined)[] {
  return most.map((max, index) => {
    const field = fields[index] ?? "";
    return /^\d{1,5}$/.test(field) && Number(field) <= max ? Number(field) : undefined;
  });
}

function readBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  return new Uint8Array(Buffer.from(text, "base64"));
}
