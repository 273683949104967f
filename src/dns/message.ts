/** The shapes of the DNS message (RFC 1035 §4, EDNS of RFC 6891), decoded. No I/O. */
import type { IpAddress } from "../base/index.ts";
import type { WireName } from "./name.ts";
import type { RecordType } from "./types.ts";

export interface Question {
  readonly name: WireName;
  readonly type: RecordType;
  /** 1 for IN, which is all that Surehop asks about. */
  readonly class: number;
}

export interface SoaData {
  readonly type: "SOA";
  readonly mname: WireName;
  readonly rname: WireName;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** Seconds for which an absence may be kept (RFC 2308 §4). */
  readonly minimum: number;
}

/** RFC 4034 §2, 3, 4, 5; RFC 5155 §3, 4. Bitmaps stand as on the wire: `hasType` reads them. */
export interface DnskeyData {
  readonly type: "DNSKEY";
  readonly flags: number;
  readonly protocol: number;
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
}

export interface RrsigData {
  readonly type: "RRSIG";
  /** The number of the type that is signed. */
  readonly covered: number;
  readonly algorithm: number;
  /** Labels of the owner without the root and without a wildcard's `*`. */
  readonly labels: number;
  readonly originalTtl: number;
  /** Seconds since 1970, modulo 2^32 (RFC 1982). */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: WireName;
  readonly signature: Uint8Array;
}

export interface DsData {
  readonly type: "DS";
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Uint8Array;
}

export interface NsecData {
  readonly type: "NSEC";
  readonly next: WireName;
  readonly bitmap: Uint8Array;
  /** As it came: the case of the next name is signed (RFC 6840 §5.1). */
  readonly rdata: Uint8Array;
}

export interface Nsec3Data {
  readonly type: "NSEC3";
  readonly hashAlgorithm: number;
  readonly flags: number;
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly nextHash: Uint8Array;
  readonly bitmap: Uint8Array;
}

/** The data of a record. Types that nothing here reads, and what cannot be read as its type, are kept as bytes (RFC 3597). */
export type RecordData =
  | { readonly type: "A" | "AAAA"; readonly address: IpAddress }
  | { readonly type: "CNAME" | "NS" | "PTR" | "DNAME"; readonly target: WireName }
  | { readonly type: "MX"; readonly preference: number; readonly exchange: WireName }
  | { readonly type: "TXT"; readonly strings: readonly Uint8Array[] }
  | SoaData
  | DnskeyData
  | RrsigData
  | DsData
  | NsecData
  | Nsec3Data
  | {
      readonly type: "NSEC3PARAM";
      readonly hashAlgorithm: number;
      readonly flags: number;
      readonly iterations: number;
      readonly salt: Uint8Array;
    }
  | {
      readonly type: "TLSA" | "SMIMEA";
      readonly usage: number;
      readonly selector: number;
      readonly matching: number;
      readonly association: Uint8Array;
    }
  | { readonly type: "OPENPGPKEY"; readonly key: Uint8Array }
  | { readonly type: "CAA"; readonly flags: number; readonly tag: string; readonly value: Uint8Array }
  | { readonly type: "other"; readonly code: number; readonly rdata: Uint8Array };

/** A record of class IN. */
export interface ResourceRecord {
  readonly name: WireName;
  /** 0 to 2^31-1; a value above that came as 0 (RFC 2181 §8). */
  readonly ttlSeconds: number;
  readonly data: RecordData;
}

export interface Edns {
  /** Bytes that the sender can take over UDP. */
  readonly udpPayload: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly { readonly code: number; readonly data: Uint8Array }[];
}

export interface Message {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  /** AD: in a question, that its answer is understood (RFC 6840 §5.7); in an answer, that the upstream has validated it. */
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** 0 to 4095, the upper bits from EDNS (RFC 6891 §6.1.3). */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Without OPT, which stands in `edns`. */
  readonly additionals: readonly ResourceRecord[];
  readonly edns?: Edns;
}

export const classIn = 1;

const typeCodes: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  SVCB: 64,
  HTTPS: 65,
  ANY: 255,
  CAA: 257,
};

const typeNames = new Map(Object.entries(typeCodes).map(([name, code]) => [code, name]));

/** The number of a type; throws on one that is neither known nor written `TYPE123`. */
export function typeCode(type: RecordType): number {
  const code = typeCodes[type] ?? Number(/^TYPE(\d{1,5})$/.exec(type)?.[1] ?? Number.NaN);
  if (!(code >= 0 && code <= 0xffff)) throw new TypeError(`not a record type: ${JSON.stringify(type)}`);
  return code;
}

export function typeName(code: number): RecordType {
  return typeNames.get(code) ?? `TYPE${code}`;
}

/** The registered number of a record's type. */
export function codeOf(data: RecordData): number {
  return data.type === "other" ? data.code : typeCode(data.type);
}

export const rcodes = { noerror: 0, formerr: 1, servfail: 2, nxdomain: 3, notimp: 4, refused: 5, badvers: 16 } as const;

/** `NXDOMAIN` and the like, for people. */
export function rcodeName(rcode: number): string {
  const known = Object.entries(rcodes).find(([, code]) => code === rcode);
  return known === undefined ? `RCODE${rcode}` : known[0].toUpperCase();
}
