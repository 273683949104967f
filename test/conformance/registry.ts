/** The registered numbers that replays write as words (IANA "DNS Parameters", RFC 1035, 4034, 6895). */

const types: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  SIG: 24,
  KEY: 25,
  PX: 26,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  DNAME: 39,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  URI: 256,
  CAA: 257,
  DLV: 32769,
};

const typeNames = new Map(Object.entries(types).map(([name, code]) => [code, name]));

/** `MX` or `TYPE15`; undefined if it is neither. */
export function typeNumber(word: string): number | undefined {
  const upper = word.toUpperCase();
  const generic = /^TYPE(\d{1,5})$/.exec(upper)?.[1];
  const code = types[upper] ?? (generic === undefined ? undefined : Number(generic));
  return code !== undefined && code <= 0xffff ? code : undefined;
}

export function typeWord(code: number): string {
  return typeNames.get(code) ?? `TYPE${code}`;
}

const classes: Readonly<Record<string, number>> = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 };

export function classNumber(word: string): number | undefined {
  const generic = /^CLASS(\d{1,5})$/i.exec(word)?.[1];
  return classes[word.toUpperCase()] ?? (generic === undefined ? undefined : Number(generic));
}

const algorithms: Readonly<Record<string, number>> = {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  "DSA-NSEC3-SHA1": 6,
  DSA_NSEC3: 6,
  "RSASHA1-NSEC3-SHA1": 7,
  RSASHA1_NSEC3: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  "ECC-GOST": 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
};

/** `RSASHA1` or `5`. */
export function algorithmNumber(word: string): number | undefined {
  if (/^\d{1,3}$/.test(word)) return Number(word) <= 255 ? Number(word) : undefined;
  return algorithms[word.toUpperCase()];
}

const rcodes: Readonly<Record<string, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  NOTIMPL: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
};

export function rcodeNumber(word: string): number | undefined {
  return rcodes[word.toUpperCase()];
}

export function rcodeWord(code: number): string {
  return Object.entries(rcodes).find(([, number]) => number === code)?.[0] ?? `RCODE${code}`;
}

const opcodes: Readonly<Record<string, number>> = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5 };

export function opcodeNumber(word: string): number | undefined {
  return opcodes[word.toUpperCase()];
}
