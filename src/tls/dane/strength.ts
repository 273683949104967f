/**
 * Keys and signatures that a path may rest on: 112 bits of security or more (RFC 9325 §4.2.1, §4.5). A signature over MD5 or
 * SHA-1 can be moved to another certificate by whoever finds a collision.
 */
import type { KeyObject, X509Certificate } from "node:crypto";
import { hex, readElements, readObjectId, readParts, tags, type Element } from "./der.ts";

const rsaMinBits = 2048;

const soundSignatures = new Set([
  // RSA with SHA-224, 256, 384, 512
  "2a864886f70d01010e",
  "2a864886f70d01010b",
  "2a864886f70d01010c",
  "2a864886f70d01010d",
  // ECDSA with SHA-224, 256, 384, 512
  "2a8648ce3d040301",
  "2a8648ce3d040302",
  "2a8648ce3d040303",
  "2a8648ce3d040304",
  // Ed25519, Ed448
  "2b6570",
  "2b6571",
  // ML-DSA-44, 65, 87
  "608648016503040311",
  "608648016503040312",
  "608648016503040313",
]);
const rsaPss = "2a864886f70d01010a";
/** SHA-256, 384, 512, 224 */
const soundDigests = new Set(["608648016503040201", "608648016503040202", "608648016503040203", "608648016503040204"]);

/** By the AlgorithmIdentifier of a signature. */
export function isSoundSignature(algorithm: Element): boolean {
  const [id, parameters] = readParts(algorithm, tags.sequence, 2) ?? [];
  const name = readObjectId(id);
  if (name === undefined) return false;
  return name === rsaPss ? isSoundPss(parameters) : soundSignatures.has(name);
}

/** RSASSA-PSS-params (RFC 4055 §3.1): without a named digest it means SHA-1. */
function isSoundPss(parameters: Element | undefined): boolean {
  const [digest] = readParts(parameters, tags.sequence, 4) ?? [];
  const [algorithm] = digest?.tag === 0xa0 ? (readElements(digest.value, 1) ?? []) : [];
  const name = readObjectId(readParts(algorithm, tags.sequence, 2)?.[0]);
  return name !== undefined && soundDigests.has(name);
}

const soundCurves = new Set([
  "prime256v1",
  "secp224r1",
  "secp256k1",
  "secp384r1",
  "secp521r1",
  "brainpoolP256r1",
  "brainpoolP320r1",
  "brainpoolP384r1",
  "brainpoolP512r1",
]);

/** Of a certificate; a key that OpenSSL cannot read is not sound. */
export function hasSoundKey(certificate: X509Certificate): boolean {
  try {
    return isSoundKey(certificate.publicKey);
  } catch {
    return false;
  }
}

export function isSoundKey(key: KeyObject): boolean {
  const details = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "rsa":
    case "rsa-pss":
      return (details.modulusLength ?? 0) >= rsaMinBits;
    case "ec":
      return soundCurves.has(details.namedCurve ?? "");
    case "ed25519":
    case "ed448":
    case "ml-dsa-44":
    case "ml-dsa-65":
    case "ml-dsa-87":
      return true;
    // A list of what is good: all else is not, whatever OpenSSL may learn.
    default:
      return false;
  }
}

/** For a detail: the algorithm of a signature as its arcs. */
export function signatureName(algorithm: Element): string {
  return hex(readParts(algorithm, tags.sequence, 2)?.[0]?.value ?? new Uint8Array());
}
