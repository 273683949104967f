/** Certificates and keys out of PEM files: all that is taken from them is what is public. */
import { createHash, createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import { err, ok, type Result } from "../base/index.ts";
import { certificateIn, readPublicKeyInfo } from "../tls/index.ts";
import { publishLimits } from "./limits.ts";
import type { KeyFact } from "./types.ts";

export type PemFault = "too-long" | "too-many" | "no-certificate" | "no-key" | "unreadable";

/** The certificates of a PEM file, in its order. */
export function readChain(pem: string): Result<readonly X509Certificate[], PemFault> {
  const blocks = blocksOf(pem);
  if (!blocks.ok) return blocks;
  const certificates = blocks.value.filter((block) => block.startsWith(certificateHead));
  if (certificates.length === 0) return err("no-certificate");
  try {
    return ok(certificates.map((block) => new X509Certificate(block)));
  } catch {
    return err("unreadable");
  }
}

/**
 * The key of a PEM file that holds a certificate (its first counts), a private key or a public key. Of a private key only its
 * public half is kept.
 */
export function readKey(pem: string): Result<KeyFact, PemFault> {
  const blocks = blocksOf(pem);
  if (!blocks.ok) return blocks;
  const block = blocks.value.find((one) => one.startsWith(certificateHead)) ?? blocks.value.find((one) => isKey(one));
  if (block === undefined) return err("no-key");
  try {
    return ok(
      block.startsWith(certificateHead) ? certificateKey(new X509Certificate(block)) : keyFact(createPublicKey(block)),
    );
  } catch {
    return err("unreadable");
  }
}

/** A certificate's key as it stands in it: Node would write it anew, and senders compare octets (trap 14). */
export function certificateKey(certificate: X509Certificate): KeyFact {
  return keyFact(certificate.publicKey, readPublicKeyInfo(certificate.raw));
}

function keyFact(key: KeyObject, spki: Uint8Array = key.export({ type: "spki", format: "der" })): KeyFact {
  const isRsa = key.asymmetricKeyType === "rsa" || key.asymmetricKeyType === "rsa-pss";
  return { kind: isRsa ? "rsa" : "ecdsa", spki, sha256: createHash("sha256").update(spki).digest("hex") };
}

/** By the very bytes, as they stand in what was seen of a host: its key is asked for with each domain that it serves. */
const keysRead = new WeakMap<Uint8Array, { readonly key: KeyFact | undefined }>();

/** The key of a certificate in DER, which must not change; undefined if it cannot be read. */
export function keyOfDer(der: Uint8Array): KeyFact | undefined {
  const known = keysRead.get(der);
  if (known !== undefined) return known.key;
  const key = readKeyOf(certificateIn(der));
  keysRead.set(der, { key });
  return key;
}

function readKeyOf(certificate: X509Certificate | undefined): KeyFact | undefined {
  try {
    return certificate && certificateKey(certificate);
  } catch {
    return undefined;
  }
}

const certificateHead = "-----BEGIN CERTIFICATE-----";

function isKey(block: string): boolean {
  return /^-----BEGIN (?:(?:RSA |EC )?PRIVATE|PUBLIC) KEY-----/.test(block);
}

function blocksOf(pem: string): Result<readonly string[], PemFault> {
  if (pem.length > publishLimits.pemMaxBytes) return err("too-long");
  const blocks = pem.match(/-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]*-----END \1-----/g) ?? [];
  return blocks.length > publishLimits.pemBlocksMax ? err("too-many") : ok(blocks);
}
