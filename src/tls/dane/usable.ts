/**
 * Which TLSA records count (RFC 6698 §2.1, RFC 7672 §3.1). Usages 2 and 3 alone: PKIX-TA and PKIX-EE would make mail wait for
 * authorities that its sender and its recipient do not agree on (RFC 7672 §3.1.3).
 */
import { createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import type { TlsaRecord } from "../../dns/index.ts";
import { readCertificate, type Certificate } from "./certificate.ts";
import { readElement } from "./der.ts";
import { daneLimits } from "./limits.ts";

export const usages = { trustAnchor: 2, endEntity: 3 } as const;
export const selectors = { certificate: 0, publicKey: 1 } as const;
export const matchings = { full: 0, sha256: 1, sha512: 2 } as const;

/**
 * Those that can be judged by: usage 2 or 3, selector 0 or 1, matching type 0 to 2, data of the right length, and for
 * matching type 0 a certificate or a key that can be read (RFC 7672 §3.1, RFC 6698 §2.1). At most `daneLimits.recordsMax`.
 * An empty list for records that are there means: TLS is mandatory, and proves nobody (RFC 7672 §2.2).
 */
export function usableTlsa(records: readonly TlsaRecord[]): readonly TlsaRecord[] {
  return records.filter(isUsable).slice(0, daneLimits.recordsMax);
}

/**
 * RFC 7671 §9: of each usage and selector the strongest digest counts and the weaker ones are as if not published. Whole
 * certificates and keys are no digests, and count besides.
 */
export function strongestTlsa(usable: readonly TlsaRecord[]): readonly TlsaRecord[] {
  return usable.filter(
    ({ usage, selector, matching }) =>
      matching === matchings.full ||
      !usable.some((other) => other.usage === usage && other.selector === selector && other.matching > matching),
  );
}

/** The certificate of a record that holds one whole. */
export function certificateOf({ selector, matching, association }: TlsaRecord): Certificate | undefined {
  if (matching !== matchings.full || selector !== selectors.certificate) return undefined;
  const x509 = readX509(association);
  return x509 && readCertificate(x509);
}

/** The public key of a record that holds one whole. */
export function keyOf({ selector, matching, association }: TlsaRecord): KeyObject | undefined {
  return matching === matchings.full && selector === selectors.publicKey ? readKey(association) : undefined;
}

function isUsable({ usage, selector, matching, association }: TlsaRecord): boolean {
  if (usage !== usages.trustAnchor && usage !== usages.endEntity) return false;
  if (selector !== selectors.certificate && selector !== selectors.publicKey) return false;
  switch (matching) {
    case matchings.full:
      return (selector === selectors.certificate ? readX509(association) : readKey(association)) !== undefined;
    case matchings.sha256:
      return association.length === 32;
    case matchings.sha512:
      return association.length === 64;
    default:
      // A matching type that is still to be invented (RFC 6698 §2.1.3).
      return false;
  }
}

/** Node would take PEM too, and DER with something behind it: one element, and nothing else, is asked for. */
function readX509(octets: Uint8Array): X509Certificate | undefined {
  if (octets.length > daneLimits.certificateMaxBytes || readElement(octets) === undefined) return undefined;
  try {
    return new X509Certificate(octets);
  } catch {
    return undefined;
  }
}

function readKey(octets: Uint8Array): KeyObject | undefined {
  if (octets.length > daneLimits.certificateMaxBytes || readElement(octets) === undefined) return undefined;
  try {
    return createPublicKey({ key: Buffer.from(octets), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
