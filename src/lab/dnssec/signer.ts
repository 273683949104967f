/** Keys and signatures: DNSSEC from the other side, by node:crypto (RFC 4034 §3, RFC 3110, 6605, 8080). */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import {
  canonicalRdata,
  codeOf,
  dsOf,
  keyTag,
  labelsOf,
  nameOctets,
  type DnskeyData,
  type DsData,
  type ResourceRecord,
  type RrsigData,
  type TrustAnchor,
  type WireName,
} from "../../dns/index.ts";

export interface SigningKey {
  readonly data: DnskeyData;
  readonly tag: number;
  readonly secret: KeyObject;
}

/** 8, 10, 13, 14, 15, 16. */
export type SigningAlgorithm = 8 | 10 | 13 | 14 | 15 | 16;

/** Seconds since 1970. */
export interface Validity {
  readonly inception: number;
  readonly expiration: number;
}

/** A zone key that is the entry point as well: one key signs all (RFC 4034 §2.1.1, RFC 6781 §3.1). */
const combinedSigningKey = 0x0101;

export function makeKey(algorithm: SigningAlgorithm, flags = combinedSigningKey): SigningKey {
  const { secret, publicKey } = makers[algorithm]();
  return keyOf({ type: "DNSKEY", flags, protocol: 3, algorithm, publicKey }, secret);
}

export function keyOf(data: DnskeyData, secret: KeyObject): SigningKey {
  return { data, tag: keyTag(data), secret };
}

export interface SignOptions {
  readonly zone: WireName;
  readonly key: SigningKey;
  readonly validity: Validity;
  /** What the signature says, where it is to say something else than it should. */
  readonly parts?: Partial<Omit<RrsigData, "type" | "signature">>;
}

/** The RRSIG of a set: records of one owner and type. A wildcard's set is signed under its own name, `*.…`. */
export function signSet(set: readonly ResourceRecord[], { zone, key, validity, parts }: SignOptions): ResourceRecord {
  const [first] = set;
  if (first === undefined) throw new TypeError("an empty set cannot be signed");
  const labels = labelsOf(first.name).length - (isWildcard(first.name) ? 1 : 0);
  const unsigned: RrsigData = {
    type: "RRSIG",
    covered: codeOf(first.data),
    algorithm: key.data.algorithm,
    labels,
    originalTtl: first.ttlSeconds,
    ...validity,
    keyTag: key.tag,
    signer: zone,
    ...parts,
    signature: new Uint8Array(),
  };
  const signature = new Uint8Array(
    signatureOf(key, Buffer.concat([canonicalRdata(unsigned), ...canonicalSet(set, unsigned)])),
  );
  return { name: first.name, ttlSeconds: first.ttlSeconds, data: { ...unsigned, signature } };
}

export function dsRecord(zone: WireName, key: SigningKey, digestType: 2 | 4 = 2): DsData {
  return dsOf(zone, key.data, digestType);
}

export function anchorOf(zone: WireName, key: SigningKey): TrustAnchor {
  const { keyTag, algorithm, digestType, digest } = dsRecord(zone, key);
  return { zone, keyTag, algorithm, digestType, digest };
}

function isWildcard(name: WireName): boolean {
  return name.startsWith("*.") || (name as string) === "*";
}

/** RFC 4034 §3.1.8.1: each record as it is signed, in canonical order. */
function canonicalSet(set: readonly ResourceRecord[], signature: RrsigData): readonly Buffer[] {
  return set
    .map(({ data }) => Buffer.from(canonicalRdata(data)))
    .toSorted((a, b) => Buffer.compare(a, b))
    .map((rdata) => {
      const fixed = Buffer.alloc(10);
      fixed.writeUInt16BE(signature.covered, 0);
      fixed.writeUInt16BE(1, 2);
      fixed.writeUInt32BE(signature.originalTtl, 4);
      fixed.writeUInt16BE(rdata.length, 8);
      return Buffer.concat([nameOctets(set[0]?.name ?? ("." as WireName)), fixed, rdata]);
    });
}

function signatureOf(key: SigningKey, data: Buffer): Buffer {
  switch (key.data.algorithm) {
    case 8:
      return sign("sha256", data, key.secret);
    case 10:
      return sign("sha512", data, key.secret);
    case 13:
      return sign("sha256", data, { key: key.secret, dsaEncoding: "ieee-p1363" });
    case 14:
      return sign("sha384", data, { key: key.secret, dsaEncoding: "ieee-p1363" });
    default:
      return sign(null, data, key.secret);
  }
}

type Made = { readonly secret: KeyObject; readonly publicKey: Uint8Array };

const makers: Readonly<Record<SigningAlgorithm, () => Made>> = {
  8: () => rsaKey(1024),
  10: () => rsaKey(1024),
  13: () => curveKey(generateKeyPairSync("ec", { namedCurve: "P-256" })),
  14: () => curveKey(generateKeyPairSync("ec", { namedCurve: "P-384" })),
  15: () => curveKey(generateKeyPairSync("ed25519")),
  16: () => curveKey(generateKeyPairSync("ed448")),
};

function curveKey({ privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }): Made {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return {
    secret: privateKey,
    publicKey: new Uint8Array(Buffer.concat([Buffer.from(x, "base64url"), Buffer.from(y, "base64url")])),
  };
}

function rsaKey(bits: number): Made {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  const exponent = Buffer.from(e, "base64url");
  const whole = Buffer.concat([Buffer.of(exponent.length), exponent, Buffer.from(n, "base64url")]);
  return { secret: privateKey, publicKey: new Uint8Array(whole) };
}
