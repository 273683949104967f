/**
 * The signature algorithms and digests that count (RFC 8624, RFC 9905): RSA with SHA-256 and SHA-512, ECDSA P-256 and P-384,
 * Ed25519, Ed448; SHA-256 and SHA-384. SHA-1 is not among them: what only SHA-1 vouches for is insecure (SEC-2).
 */
import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { validatorLimits } from "./limits.ts";

/** What the validator needs of cryptography. */
export interface Suite {
  readonly algorithms: ReadonlyMap<number, Algorithm>;
  /** Digest types of DS records: the name of the hash. */
  readonly digests: ReadonlyMap<number, string>;
}

export interface Algorithm {
  readonly name: string;
  /** Undefined for what is no key of this algorithm. May throw. */
  readKey(publicKey: Uint8Array): KeyObject | undefined;
  /** May throw. */
  verify(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean;
}

function rsa(name: string, hash: string): Algorithm {
  return { name, readKey: readRsaKey, verify: (key, data, signature) => verify(hash, data, key, signature) };
}

const standard: readonly (readonly [number, Algorithm])[] = [
  [8, rsa("RSASHA256", "sha256")],
  [10, rsa("RSASHA512", "sha512")],
  [13, ecdsa("ECDSAP256SHA256", "sha256", "P-256", 32)],
  [14, ecdsa("ECDSAP384SHA384", "sha384", "P-384", 48)],
  [15, eddsa("ED25519", "Ed25519", 32)],
  [16, eddsa("ED448", "Ed448", 57)],
];

export const standardSuite: Suite = {
  algorithms: new Map(standard),
  digests: new Map([
    [2, "sha256"],
    [4, "sha384"],
  ]),
};

export function digestOf(suite: Suite, type: number, ...parts: readonly Uint8Array[]): Buffer | undefined {
  const name = suite.digests.get(type);
  if (name === undefined) return undefined;
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** RFC 6605 §4: the point without its leading 4; the signature is r and s side by side. */
function ecdsa(name: string, hash: string, curve: string, octets: number): Algorithm {
  return {
    name,
    readKey(publicKey) {
      if (publicKey.length !== 2 * octets) return undefined;
      const [x, y] = [base64url(publicKey.subarray(0, octets)), base64url(publicKey.subarray(octets))];
      return createPublicKey({ format: "jwk", key: { kty: "EC", crv: curve, x, y } });
    },
    // Node takes the two numbers side by side as well, and 170 µs for it where this takes 100.
    verify: (key, data, signature) =>
      signature.length === 2 * octets && verify(hash, data, key, ecdsaSignature(signature)),
  };
}

/** RFC 3279 §2.2.3: a sequence of two numbers, at most 48 octets each, so that every length is one octet. */
export function ecdsaSignature(sideBySide: Uint8Array): Uint8Array {
  const half = sideBySide.length / 2;
  const numbers = [...derNumber(sideBySide.subarray(0, half)), ...derNumber(sideBySide.subarray(half))];
  return Uint8Array.of(0x30, numbers.length, ...numbers);
}

/** X.690 §8.3: no more octets than it takes, the first bit being the sign. */
function derNumber(octets: Uint8Array): readonly number[] {
  const first = octets.findIndex((octet) => octet !== 0);
  const digits = first < 0 ? [0] : [...octets.subarray(first)];
  const isSigned = (digits[0] ?? 0) >= 0x80;
  return [0x02, digits.length + (isSigned ? 1 : 0), ...(isSigned ? [0] : []), ...digits];
}

/** RFC 8080 §3. */
function eddsa(name: string, curve: string, octets: number): Algorithm {
  return {
    name,
    readKey(publicKey) {
      if (publicKey.length !== octets) return undefined;
      return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: curve, x: base64url(publicKey) } });
    },
    verify: (key, data, signature) => signature.length === 2 * octets && verify(null, data, key, signature),
  };
}

/** RFC 3110 §2: the length of the exponent in one octet, or in two behind a zero; exponent; modulus. */
function readRsaKey(publicKey: Uint8Array): KeyObject | undefined {
  const short = publicKey[0] ?? 0;
  const start = short === 0 ? 3 : 1;
  const length = short === 0 ? ((publicKey[1] ?? 0) << 8) | (publicKey[2] ?? 0) : short;
  const exponent = withoutZeros(publicKey.subarray(start, start + length));
  const modulus = withoutZeros(publicKey.subarray(start + length));
  const bits = modulus.length * 8;
  if (length === 0 || exponent.length === 0 || exponent.length * 8 > validatorLimits.rsaExponentMaxBits)
    return undefined;
  if (bits < validatorLimits.rsaModulusMinBits || bits > validatorLimits.rsaModulusMaxBits) return undefined;
  return createPublicKey({ format: "jwk", key: { kty: "RSA", n: base64url(modulus), e: base64url(exponent) } });
}

function withoutZeros(number: Uint8Array): Uint8Array {
  let at = 0;
  while (number[at] === 0) at++;
  return number.subarray(at);
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}
