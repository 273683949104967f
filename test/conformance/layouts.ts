/**
 * How the data of each record type is laid out, field by field. One table serves the reader of zone text, which turns words
 * into fields, and the canonical form (RFC 4034 §6.2), which must know where the names stand.
 */
import { typeNumber } from "./registry.ts";

export type Field =
  | "u8"
  | "u16"
  | "u32"
  /** Seconds, or `1h30m`. */
  | "ttl"
  /** `20070926134150`, or seconds since 1970. */
  | "time"
  /** A name that counts in lower case when it is signed. */
  | "name"
  /** A name that is signed as it stands (RFC 6840 §5.1). */
  | "exact-name"
  | "ip4"
  | "ip6"
  | "string"
  /** One or more strings, to the end. */
  | "strings"
  /** A string without a length before it, to the end. */
  | "text"
  | "type"
  | "algorithm"
  | "base64"
  | "hex"
  /** A length, then hexadecimal; `-` for none. */
  | "salt"
  /** A length, then base32 with the extended hex alphabet. */
  | "hash"
  /** The bitmaps of NSEC and NSEC3. */
  | "types";

const byType: Readonly<Record<string, readonly Field[]>> = {
  A: ["ip4"],
  AAAA: ["ip6"],
  NS: ["name"],
  MD: ["name"],
  MF: ["name"],
  CNAME: ["name"],
  MB: ["name"],
  MG: ["name"],
  MR: ["name"],
  PTR: ["name"],
  DNAME: ["name"],
  SOA: ["name", "name", "u32", "ttl", "ttl", "ttl", "ttl"],
  MX: ["u16", "name"],
  AFSDB: ["u16", "name"],
  RT: ["u16", "name"],
  KX: ["u16", "name"],
  PX: ["u16", "name", "name"],
  MINFO: ["name", "name"],
  RP: ["name", "name"],
  TXT: ["strings"],
  SPF: ["strings"],
  HINFO: ["string", "string"],
  X25: ["string"],
  ISDN: ["strings"],
  SRV: ["u16", "u16", "u16", "name"],
  NAPTR: ["u16", "u16", "string", "string", "string", "name"],
  DS: ["u16", "algorithm", "u8", "hex"],
  CDS: ["u16", "algorithm", "u8", "hex"],
  DLV: ["u16", "algorithm", "u8", "hex"],
  DNSKEY: ["u16", "u8", "algorithm", "base64"],
  CDNSKEY: ["u16", "u8", "algorithm", "base64"],
  KEY: ["u16", "u8", "algorithm", "base64"],
  RRSIG: ["type", "algorithm", "u8", "ttl", "time", "time", "u16", "name", "base64"],
  SIG: ["type", "algorithm", "u8", "ttl", "time", "time", "u16", "name", "base64"],
  NSEC: ["exact-name", "types"],
  NSEC3: ["u8", "u8", "u16", "salt", "hash", "types"],
  NSEC3PARAM: ["u8", "u8", "u16", "salt"],
  TLSA: ["u8", "u8", "u8", "hex"],
  SMIMEA: ["u8", "u8", "u8", "hex"],
  SSHFP: ["u8", "u8", "hex"],
  ZONEMD: ["u32", "u8", "u8", "hex"],
  CERT: ["u16", "u16", "algorithm", "base64"],
  OPENPGPKEY: ["base64"],
  DHCID: ["base64"],
  CSYNC: ["u32", "u16", "types"],
  CAA: ["u8", "string", "text"],
  URI: ["u16", "u16", "text"],
};

const byCode = new Map(Object.entries(byType).map(([word, fields]) => [typeNumber(word), fields]));

/** Undefined for a type whose text form is not known here. */
export function layoutOf(type: number): readonly Field[] | undefined {
  return byCode.get(type);
}
