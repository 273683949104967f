/** TLSA records of the lab's certificates (RFC 6698 §2.1), as the name server takes them. */
import { createHash, X509Certificate } from "node:crypto";
import type { ZoneRecord } from "../../src/lab/index.ts";

/** `3 1 1` and the like. */
export type TlsaShape = `${number} ${number} ${number}`;

/** Of the first certificate in `pem`. */
export function tlsa(shape: TlsaShape, pem: string): ZoneRecord {
  const [usage = 0, selector = 0, matching = 0] = shape.split(" ").map(Number);
  const certificate = new X509Certificate(pem);
  const data = selector === 0 ? certificate.raw : certificate.publicKey.export({ type: "spki", format: "der" });
  return tlsaOf([usage, selector, matching], matching === 0 ? data : digest(matching, data));
}

/** With whatever stands in it. */
export function tlsaOf([usage, selector, matching]: readonly [number, number, number], data: Uint8Array): ZoneRecord {
  return { type: "TLSA", rdata: Buffer.concat([Uint8Array.of(usage, selector, matching), data]) };
}

function digest(matching: number, data: Uint8Array): Uint8Array {
  return createHash(matching === 2 ? "sha512" : "sha256")
    .update(data)
    .digest();
}
