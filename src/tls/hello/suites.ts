/**
 * Cipher suites by their numbers (IANA "TLS Cipher Suites"), as far as somebody who looks at servers has to tell them apart. Those of
 * TLS 1.3 are all good and are not here.
 *
 *   forward    a key of its own for each session, and a cipher that is whole: nothing to say
 *   cbc        the same, in a mode that has been got at again and again (Lucky Thirteen; RFC 7366, RFC 9325 §4.2)
 *   static     the session's key is sent under the certificate's: who steals that key later reads what was recorded (RFC 9325 §4.1)
 *   weak       blocks of 64 bits, or ciphers that nobody looks after any more (3DES, IDEA, SEED; RFC 9325 §4.1)
 *   insecure   broken, or none at all (RC4, DES, export, NULL; RFC 7465, RFC 8996)
 *   anonymous  nobody proves anything: a client that verifies never offers it
 */
export const suiteGrades = ["forward", "cbc", "static", "weak", "insecure", "anonymous"] as const;
export type SuiteGrade = (typeof suiteGrades)[number];

export type SuiteExchange = "ecdhe" | "dhe" | "rsa" | "dh-anon" | "ecdh-anon";

export interface Suite {
  /** As in the TLS 1.2 handshake. */
  readonly code: number;
  /** OpenSSL's name, which people know from their configuration. */
  readonly name: string;
  readonly grade: SuiteGrade;
  readonly exchange: SuiteExchange;
}

export function suiteOf(code: number): Suite | undefined {
  return byCode.get(code);
}

/** In the order in which a modern client would have them. */
export function suitesOf(...grades: readonly SuiteGrade[]): readonly Suite[] {
  return suites.filter(({ grade }) => grades.includes(grade));
}

function rows(grade: SuiteGrade, exchange: SuiteExchange, table: Readonly<Record<string, number>>): readonly Suite[] {
  return Object.entries(table).map(([name, code]) => ({ code, name, grade, exchange }));
}

const suites: readonly Suite[] = [
  ...rows("forward", "ecdhe", {
    "ECDHE-ECDSA-AES256-GCM-SHA384": 0xc02c,
    "ECDHE-RSA-AES256-GCM-SHA384": 0xc030,
    "ECDHE-ECDSA-CHACHA20-POLY1305": 0xcca9,
    "ECDHE-RSA-CHACHA20-POLY1305": 0xcca8,
    "ECDHE-ECDSA-AES128-GCM-SHA256": 0xc02b,
    "ECDHE-RSA-AES128-GCM-SHA256": 0xc02f,
    "ECDHE-ECDSA-AES256-CCM": 0xc0ad,
    "ECDHE-ECDSA-AES128-CCM": 0xc0ac,
  }),
  ...rows("cbc", "ecdhe", {
    "ECDHE-ECDSA-AES256-SHA384": 0xc024,
    "ECDHE-RSA-AES256-SHA384": 0xc028,
    "ECDHE-ECDSA-AES128-SHA256": 0xc023,
    "ECDHE-RSA-AES128-SHA256": 0xc027,
    "ECDHE-ECDSA-AES256-SHA": 0xc00a,
    "ECDHE-RSA-AES256-SHA": 0xc014,
    "ECDHE-ECDSA-AES128-SHA": 0xc009,
    "ECDHE-RSA-AES128-SHA": 0xc013,
  }),
  ...rows("forward", "dhe", {
    "DHE-RSA-AES256-GCM-SHA384": 0x009f,
    "DHE-RSA-CHACHA20-POLY1305": 0xccaa,
    "DHE-RSA-AES128-GCM-SHA256": 0x009e,
    "DHE-RSA-AES256-CCM": 0xc09f,
    "DHE-RSA-AES128-CCM": 0xc09e,
  }),
  ...rows("cbc", "dhe", {
    "DHE-RSA-AES256-SHA256": 0x006b,
    "DHE-RSA-AES128-SHA256": 0x0067,
    "DHE-RSA-AES256-SHA": 0x0039,
    "DHE-RSA-AES128-SHA": 0x0033,
    "DHE-RSA-CAMELLIA256-SHA": 0x0088,
    "DHE-RSA-CAMELLIA128-SHA": 0x0045,
  }),
  ...rows("static", "rsa", {
    "AES256-GCM-SHA384": 0x009d,
    "AES128-GCM-SHA256": 0x009c,
    "AES256-CCM": 0xc09d,
    "AES128-CCM": 0xc09c,
    "AES256-SHA256": 0x003d,
    "AES128-SHA256": 0x003c,
    "AES256-SHA": 0x0035,
    "AES128-SHA": 0x002f,
    "CAMELLIA256-SHA": 0x0084,
    "CAMELLIA128-SHA": 0x0041,
  }),
  ...rows("weak", "ecdhe", { "ECDHE-ECDSA-DES-CBC3-SHA": 0xc008, "ECDHE-RSA-DES-CBC3-SHA": 0xc012 }),
  ...rows("weak", "dhe", { "DHE-RSA-DES-CBC3-SHA": 0x0016, "DHE-RSA-SEED-SHA": 0x009a }),
  ...rows("weak", "rsa", { "DES-CBC3-SHA": 0x000a, "IDEA-CBC-SHA": 0x0007, "SEED-SHA": 0x0096 }),
  ...rows("insecure", "ecdhe", {
    "ECDHE-ECDSA-RC4-SHA": 0xc007,
    "ECDHE-RSA-RC4-SHA": 0xc011,
    "ECDHE-ECDSA-NULL-SHA": 0xc006,
    "ECDHE-RSA-NULL-SHA": 0xc010,
  }),
  ...rows("insecure", "dhe", { "EXP-DHE-RSA-DES-CBC-SHA": 0x0014, "DHE-RSA-DES-CBC-SHA": 0x0015 }),
  ...rows("insecure", "rsa", {
    "RC4-SHA": 0x0005,
    "RC4-MD5": 0x0004,
    "DES-CBC-SHA": 0x0009,
    "NULL-SHA256": 0x003b,
    "NULL-SHA": 0x0002,
    "NULL-MD5": 0x0001,
    "EXP-RC4-MD5": 0x0003,
    "EXP-RC2-CBC-MD5": 0x0006,
    "EXP-DES-CBC-SHA": 0x0008,
    "EXP1024-DES-CBC-SHA": 0x0062,
    "EXP1024-RC4-SHA": 0x0064,
  }),
  ...rows("anonymous", "ecdh-anon", {
    "AECDH-AES256-SHA": 0xc019,
    "AECDH-AES128-SHA": 0xc018,
    "AECDH-DES-CBC3-SHA": 0xc017,
    "AECDH-RC4-SHA": 0xc016,
    "AECDH-NULL-SHA": 0xc015,
  }),
  ...rows("anonymous", "dh-anon", {
    "ADH-AES256-GCM-SHA384": 0x00a7,
    "ADH-AES128-GCM-SHA256": 0x00a6,
    "ADH-AES256-SHA256": 0x006d,
    "ADH-AES128-SHA256": 0x006c,
    "ADH-AES256-SHA": 0x003a,
    "ADH-AES128-SHA": 0x0034,
    "ADH-DES-CBC3-SHA": 0x001b,
    "ADH-RC4-MD5": 0x0018,
  }),
];

const byCode = new Map(suites.map((suite) => [suite.code, suite]));

/** Groups of elliptic curves and of prime fields (IANA "TLS Supported Groups"). */
export const soundGroups: readonly number[] = [0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x0100, 0x0101, 0x0102];

/** Less than 112 bits of security, or abandoned (RFC 8422 §5.1.1, RFC 9325 §4.2.1). */
export const weakGroups: readonly number[] = [
  0x0015, 0x0014, 0x0013, 0x0012, 0x0011, 0x0010, 0x000f, 0x0008, 0x0007, 0x0006, 0x0005, 0x0004, 0x0003, 0x0002,
  0x0001,
];

export function groupName(group: number): string {
  return groupNames[group] ?? `0x${group.toString(16).padStart(4, "0")}`;
}

const groupNames: Readonly<Record<number, string>> = {
  0x0001: "sect163k1",
  0x0002: "sect163r1",
  0x0003: "sect163r2",
  0x0004: "sect193r1",
  0x0005: "sect193r2",
  0x0006: "sect233k1",
  0x0007: "sect233r1",
  0x0008: "sect239k1",
  0x000f: "secp160k1",
  0x0010: "secp160r1",
  0x0011: "secp160r2",
  0x0012: "secp192k1",
  0x0013: "secp192r1",
  0x0014: "secp224k1",
  0x0015: "secp224r1",
  0x0017: "secp256r1",
  0x0018: "secp384r1",
  0x0019: "secp521r1",
  0x001d: "x25519",
  0x001e: "x448",
  0x0100: "ffdhe2048",
  0x0101: "ffdhe3072",
  0x0102: "ffdhe4096",
};

/** Signature algorithms as in TLS 1.2: digest, then key (RFC 5246 §7.4.1.4.1, RFC 8446 §4.2.3). */
export const soundSignatures: readonly number[] = [
  0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
];

/** Over SHA-1 or MD5: can be moved by whoever finds a collision (RFC 9155). */
export const weakSignatures: readonly number[] = [0x0201, 0x0203, 0x0202, 0x0101];
