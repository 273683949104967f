/**
 * Certificate authorities as certificates, for a hop that must satisfy two sets of them at once: OpenSSL judges a chain by one
 * set, the one of the handshake's context, and the other is judged by our own paths (`dane/path.ts`).
 */
import { X509Certificate } from "node:crypto";
import { getCACertificates } from "node:tls";
import { err, ok, type Instant, type Result } from "../base/index.ts";
import { daneLimits, provePath, readCertificate, type Certificate } from "./dane/index.ts";
import type { TlsFailure, TrustedCas } from "./types.ts";
import { clean } from "./words.ts";

/** Is there a path from the leaf to one of these authorities? Unreadable PEM trusts nobody. */
export function proveByAuthorities(
  chain: readonly X509Certificate[],
  ca: TrustedCas | undefined,
  now: Instant,
): Result<undefined, TlsFailure> {
  const [first, ...others] = chain.slice(0, daneLimits.presentedMax);
  const leaf = first && readCertificate(first);
  if (leaf === undefined) return err({ fault: "certificate-untrusted", detail: "the certificate cannot be read" });
  const trusted = authoritiesOf(ca);
  const presented = others.map(readCertificate).filter((certificate) => certificate !== undefined);
  const find = ({ x509 }: Certificate): true | undefined => trusted.fingerprints.has(x509.fingerprint512) || undefined;
  const proven = provePath(leaf, [...presented, ...trusted.certificates], { find, keys: [] }, now);
  if (proven.ok) return ok(undefined);
  const failure = proven.error.failure ?? noAuthority(leaf);
  return err({ ...failure, detail: clean(failure.detail) });
}

function noAuthority({ x509 }: Certificate): TlsFailure {
  return x509.checkIssued(x509)
    ? { fault: "certificate-self-signed", detail: "the certificate is signed by its own key alone" }
    : { fault: "certificate-untrusted", detail: "no trusted authority vouches for it" };
}

const setsMax = 8;

interface Authorities {
  readonly certificates: readonly Certificate[];
  /** The digests by which one of them is known when it is presented. */
  readonly fingerprints: ReadonlySet<string>;
}

const sets = new Map<string, Authorities & { readonly pem: string | undefined }>();

/** Parsed once; the id only finds the entry, the PEM has to be the same. */
function authoritiesOf(ca: TrustedCas | undefined): Authorities {
  const key = ca === undefined ? "" : `${ca.exclusive ? "only" : "also"} ${ca.id}`;
  const known = sets.get(key);
  if (known !== undefined && known.pem === ca?.pem) return known;
  const bundled = ca?.exclusive === true ? [] : getCACertificates("default");
  const certificates = [...(ca === undefined ? [] : splitPem(ca.pem)), ...bundled].flatMap(parse);
  const fingerprints = new Set(certificates.map(({ x509 }) => x509.fingerprint512));
  const entry = { pem: ca?.pem, certificates, fingerprints };
  sets.delete(key);
  sets.set(key, entry);
  const [oldest] = sets.keys();
  if (sets.size > setsMax && oldest !== undefined) sets.delete(oldest);
  return entry;
}

function splitPem(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
}

function parse(pem: string): readonly Certificate[] {
  try {
    const certificate = readCertificate(new X509Certificate(pem));
    return certificate === undefined ? [] : [certificate];
  } catch {
    return [];
  }
}
