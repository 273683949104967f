/**
 * Certificates of every odd kind, made out by hand: the lab's authority (`src/lab/ca.ts`) makes those that a server would
 * have, this makes those that a validator has to see through. Dates are days from the machine's own clock.
 */
import { createHash, generateKeyPairSync, sign, X509Certificate, type KeyObject } from "node:crypto";
import {
  bitString,
  boolean,
  certificatePem,
  objectId,
  sequence,
  time,
  tlv,
  unsigned,
  utf8,
} from "../../src/lab/der.ts";

export type KeyKind = "p256" | "p384" | "ed25519" | "rsa2048" | "rsa1024";

export interface Keys {
  readonly kind: KeyKind;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface MakeOptions {
  /** The subject's common name; default `leaf`. An empty one makes an empty subject. */
  readonly commonName?: string;
  readonly keys?: Keys;
  /** The SubjectPublicKeyInfo, octet for octet, instead of the usual one of the keys. */
  readonly spki?: Buffer;
  /** Default: signed by its own key. */
  readonly issuer?: Made;
  /** Another key than the issuer's: a forgery. */
  readonly signingKeys?: Keys;
  readonly hash?: "sha256" | "sha384" | "sha512" | "sha1";
  /** Default -1 and 30. */
  readonly fromDays?: number;
  readonly toDays?: number;
  readonly version?: 1 | 3;
  /** DNS names of the subjectAltName. */
  readonly names?: readonly string[];
  /** Other entries of the subjectAltName, as DER. */
  readonly otherNames?: readonly Buffer[];
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** Numbers of the bits. */
  readonly keyUsage?: readonly number[];
  /** Encoded arcs in hex. */
  readonly purposes?: readonly string[];
  readonly permitted?: readonly Buffer[];
  readonly excluded?: readonly Buffer[];
  /** Subject and authority key identifiers, as most authorities write them (RFC 5280 §4.2.1.1). */
  readonly keyIdentifiers?: boolean;
  /** Further extensions. */
  readonly extensions?: readonly Buffer[];
}

export interface Made {
  readonly commonName: string;
  readonly keys: Keys;
  readonly der: Buffer;
  readonly pem: string;
  readonly x509: X509Certificate;
  /** The SubjectPublicKeyInfo. */
  readonly spki: Buffer;
}

export const purposes = { server: "2b06010505070301", client: "2b06010505070302", any: "551d2500" } as const;
export const usage = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 } as const;

let serial = 0;

export function makeCertificate(options: MakeOptions = {}): Made {
  const { commonName = "leaf", keys = makeKeys("p256"), issuer, hash = "sha256", fromDays = -1, toDays = 30 } = options;
  const signer = options.signingKeys ?? issuer?.keys ?? keys;
  const spki = options.spki ?? keys.publicKey.export({ type: "spki", format: "der" });
  const now = Date.now();
  const identifiers = options.keyIdentifiers === true ? identify(spki, issuer?.spki ?? spki) : [];
  const extensions = options.version === 1 ? [] : [...extensionsOf(options), ...identifiers];
  const algorithm = algorithmOf(signer, hash);
  const signed = sequence(
    ...(options.version === 1 ? [] : [tlv(0xa0, unsigned(Buffer.from([2])))]),
    unsigned(Buffer.from([1, (++serial >> 16) & 0xff, (serial >> 8) & 0xff, serial & 0xff])),
    algorithm,
    distinguishedName(issuer?.commonName ?? commonName),
    sequence(time(now + fromDays * dayMs), time(now + toDays * dayMs)),
    distinguishedName(commonName),
    spki,
    ...(extensions.length === 0 ? [] : [tlv(0xa3, sequence(...extensions))]),
  );
  const digest = signer.kind === "ed25519" ? null : hash;
  const der = sequence(signed, algorithm, bitString(sign(digest, signed, signer.privateKey)));
  return { commonName, keys, der, pem: certificatePem(der), x509: new X509Certificate(der), spki };
}

/** An authority as it should be. */
export function makeCa(options: MakeOptions = {}): Made {
  return makeCertificate({
    commonName: "CA",
    ca: true,
    keyUsage: [usage.keyCertSign, usage.cRLSign],
    toDays: 365,
    ...options,
  });
}

export function makeKeys(kind: KeyKind): Keys {
  switch (kind) {
    case "p256":
      return { kind, ...generateKeyPairSync("ec", { namedCurve: "P-256" }) };
    case "p384":
      return { kind, ...generateKeyPairSync("ec", { namedCurve: "P-384" }) };
    case "ed25519":
      return { kind, ...generateKeyPairSync("ed25519") };
    case "rsa2048":
      return { kind, ...generateKeyPairSync("rsa", { modulusLength: 2048 }) };
    case "rsa1024":
      return { kind, ...generateKeyPairSync("rsa", { modulusLength: 1024 }) };
  }
}

export function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), tlv(0x04, value));
}

export function dnsName(name: string): Buffer {
  return tlv(0x82, Buffer.from(name, "latin1"));
}

export function directoryName(commonName: string): Buffer {
  return tlv(0xa4, distinguishedName(commonName));
}

export function distinguishedName(commonName: string): Buffer {
  if (commonName === "") return sequence();
  return sequence(tlv(0x31, sequence(objectId("550403"), utf8(commonName))));
}

function identify(own: Buffer, issuers: Buffer): readonly Buffer[] {
  const digest = (spki: Buffer): Buffer => createHash("sha1").update(spki).digest();
  return [
    extension("551d0e", false, tlv(0x04, digest(own))),
    extension("551d23", false, sequence(tlv(0x80, digest(issuers)))),
  ];
}

function extensionsOf(options: MakeOptions): readonly Buffer[] {
  const {
    names = [],
    otherNames = [],
    ca,
    pathLength,
    keyUsage,
    purposes: ekus,
    permitted = [],
    excluded = [],
  } = options;
  const alternatives = [...names.map(dnsName), ...otherNames];
  const all: Buffer[] = [];
  if (ca !== undefined) {
    const parts = [
      ...(ca ? [boolean(true)] : []),
      ...(pathLength === undefined ? [] : [unsigned(Buffer.from([pathLength]))]),
    ];
    all.push(extension("551d13", true, sequence(...parts)));
  }
  if (keyUsage !== undefined) all.push(extension("551d0f", true, bits(keyUsage)));
  if (ekus !== undefined) all.push(extension("551d25", false, sequence(...ekus.map(objectId))));
  if (alternatives.length > 0) all.push(extension("551d11", false, sequence(...alternatives)));
  if (permitted.length + excluded.length > 0) {
    const trees = (tag: number, bases: readonly Buffer[]): readonly Buffer[] =>
      bases.length === 0 ? [] : [tlv(tag, Buffer.concat(bases.map((base) => sequence(base))))];
    all.push(extension("551d1e", true, sequence(...trees(0xa0, permitted), ...trees(0xa1, excluded))));
  }
  return [...all, ...(options.extensions ?? [])];
}

/** Numbered from the left; DER leaves out trailing zeros (X.690 §11.2.2). */
function bits(numbers: readonly number[]): Buffer {
  if (numbers.length === 0) return bitString(Buffer.alloc(0));
  const highest = Math.max(...numbers);
  const octets = Buffer.alloc((highest >> 3) + 1);
  for (const number of numbers) octets[number >> 3] = (octets[number >> 3] ?? 0) | (0x80 >> (number & 7));
  return bitString(octets, 7 - (highest & 7));
}

function algorithmOf({ kind }: Keys, hash: NonNullable<MakeOptions["hash"]>): Buffer {
  if (kind === "ed25519") return sequence(objectId("2b6570"));
  return kind.startsWith("rsa")
    ? sequence(objectId(rsaWith[hash]), tlv(0x05, Buffer.alloc(0)))
    : sequence(objectId(ecdsaWith[hash]));
}

const rsaWith = {
  sha1: "2a864886f70d010105",
  sha256: "2a864886f70d01010b",
  sha384: "2a864886f70d01010c",
  sha512: "2a864886f70d01010d",
} as const;
const ecdsaWith = {
  sha1: "2a8648ce3d0401",
  sha256: "2a8648ce3d040302",
  sha384: "2a8648ce3d040303",
  sha512: "2a8648ce3d040304",
} as const;
const dayMs = 86_400_000;
