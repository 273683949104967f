/**
 * Certificates that were read a moment ago. OpenSSL takes ten times as long to read one as to compare two, and keeps it in memory that the
 * garbage collector does not see: so the same bytes are not read for each of a million domains, and few are kept.
 */
import { X509Certificate } from "node:crypto";

/** Some three hundred usual ones. */
const keptMaxBytes = 3_145_728;
/** What OpenSSL and Node take for one that was read, besides twice its own length. */
const readBytes = 8_192;

const kept = new Map<Uint8Array, X509Certificate | undefined>();
let keptBytes = 0;

/** These very bytes, not a copy of them, are remembered, and must not change. Undefined: they are no certificate. */
export function certificateIn(der: Uint8Array): X509Certificate | undefined {
  const isKnown = kept.has(der);
  const certificate = isKnown ? kept.get(der) : read(der);
  kept.delete(der);
  kept.set(der, certificate);
  if (isKnown) return certificate;
  keptBytes += bytesOf(der);
  for (const oldest of kept.keys()) {
    if (keptBytes <= keptMaxBytes) break;
    kept.delete(oldest);
    keptBytes -= bytesOf(oldest);
  }
  return certificate;
}

function bytesOf(der: Uint8Array): number {
  return readBytes + 2 * der.length;
}

function read(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}
