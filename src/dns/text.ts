/**
 * Records as people write them in zone files: the presentation format (RFC 1035 §5.1, RFC 4034, RFC 5155, RFC 6698, RFC 8659,
 * RFC 9460). What comes out is one line of printable ASCII, whatever the data holds. Data that has no form of its own here, or that
 * does not fit the form of its type, is written as any unknown type is: `\# 3 010203` (RFC 3597 §5).
 */
import { canonicalRdata } from "./encode.ts";
import { codeOf, typeName, type RecordData, type ResourceRecord } from "./message.ts";
import { typesOf } from "./rdata.ts";
import { serviceText } from "./service-text.ts";
import { nameText, quoted } from "./string-text.ts";

export { nameText };

/** `mx.example.org. 3600 IN A 192.0.2.25` */
export function recordText({ name, ttlSeconds, data }: ResourceRecord): string {
  return `${nameText(name)} ${ttlSeconds} IN ${typeName(codeOf(data))} ${rdataText(data)}`;
}

/** The data alone: what stands behind the type. */
export function rdataText(data: RecordData): string {
  const own = ownText(data);
  return own ?? genericText(canonicalRdata(data));
}

/** RFC 3597 §5. */
export function genericText(rdata: Uint8Array): string {
  return rdata.length === 0 ? "\\# 0" : `\\# ${rdata.length} ${hex(rdata)}`;
}

/** Undefined if the data has no form of its own: it lacks a part that must be there, or nobody here knows the type. */
function ownText(data: RecordData): string | undefined {
  switch (data.type) {
    case "A":
    case "AAAA":
      return data.address;
    case "CNAME":
    case "NS":
    case "PTR":
    case "DNAME":
      return nameText(data.target);
    case "MX":
      return `${data.preference} ${nameText(data.exchange)}`;
    case "TXT":
      return data.strings.length === 0 ? undefined : data.strings.map(quoted).join(" ");
    case "SOA":
      return line(
        nameText(data.mname),
        nameText(data.rname),
        data.serial,
        data.refresh,
        data.retry,
        data.expire,
        data.minimum,
      );
    case "DNSKEY":
      return withBytes(`${data.flags} ${data.protocol} ${data.algorithm}`, base64(data.publicKey));
    case "DS":
      return withBytes(`${data.keyTag} ${data.algorithm} ${data.digestType}`, hex(data.digest));
    case "RRSIG":
      return withBytes(
        line(
          typeName(data.covered),
          data.algorithm,
          data.labels,
          data.originalTtl,
          timeText(data.expiration),
          timeText(data.inception),
          data.keyTag,
          nameText(data.signer),
        ),
        base64(data.signature),
      );
    case "NSEC":
      return line(nameText(data.next), ...typesText(data.bitmap));
    case "NSEC3":
      return line(nsec3Head(data), base32hex(data.nextHash), ...typesText(data.bitmap));
    case "NSEC3PARAM":
      return nsec3Head(data);
    case "TLSA":
    case "SMIMEA":
      return withBytes(`${data.usage} ${data.selector} ${data.matching}`, hex(data.association));
    case "OPENPGPKEY":
      return data.key.length === 0 ? undefined : base64(data.key);
    case "CAA":
      // RFC 8659 §4.1.1: letters and digits; anything else could not be read back.
      return /^[a-zA-Z0-9]+$/.test(data.tag) ? line(data.flags, data.tag, quoted(data.value)) : undefined;
    case "other":
      return typeName(data.code) === "HTTPS" || typeName(data.code) === "SVCB" ? serviceText(data.rdata) : undefined;
  }
}

function line(...fields: readonly (string | number)[]): string {
  return fields.join(" ");
}

/** Data that ends with bytes has at least one. */
function withBytes(head: string, bytes: string): string | undefined {
  return bytes === "" ? undefined : `${head} ${bytes}`;
}

function nsec3Head(data: Extract<RecordData, { readonly type: "NSEC3" | "NSEC3PARAM" }>): string {
  const salt = data.salt.length === 0 ? "-" : hex(data.salt);
  return line(data.hashAlgorithm, data.flags, data.iterations, salt);
}

function typesText(bitmap: Uint8Array): readonly string[] {
  return typesOf(bitmap).map(typeName);
}

/** RFC 4034 §3.2: `YYYYMMDDHHmmSS` in UTC. */
function timeText(seconds: number): string {
  return new Date(seconds * 1000)
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replace(/\D/g, "");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex").toUpperCase();
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

const base32hexDigits = "0123456789abcdefghijklmnopqrstuv";

/** RFC 4648 §7, without padding (RFC 5155 §3.3). */
function base32hex(bytes: Uint8Array): string {
  let [text, bits, held] = ["", 0, 0];
  for (const octet of bytes) {
    held = (held << 8) | octet;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += base32hexDigits[(held >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + base32hexDigits[(held << (5 - bits)) & 31];
}
