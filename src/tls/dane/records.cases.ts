/** TLSA records of certificates, for tests. */
import { createHash } from "node:crypto";
import type { Made } from "../../../test/support/x509.ts";
import type { TlsaRecord } from "../../dns/index.ts";

/** `tlsa("3 1 1", leaf)`: the record that a domain would publish of it. */
export function tlsa(kind: string, { der, spki }: Pick<Made, "der" | "spki">): TlsaRecord {
  const [usage = NaN, selector = NaN, matching = NaN] = kind.split(" ").map(Number);
  const octets = selector === 0 ? der : spki;
  const hash = matching === 1 ? "sha256" : "sha512";
  return { usage, selector, matching, association: matching === 0 ? octets : createHash(hash).update(octets).digest() };
}

/** The same with its last octet turned over. */
export function spoilt(record: TlsaRecord): TlsaRecord {
  const association = Buffer.from(record.association);
  association[association.length - 1] = (association.at(-1) ?? 0) ^ 0xff;
  return { ...record, association };
}
