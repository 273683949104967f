/**
 * Does what a server presented match what its domain publishes (RFC 6698, RFC 7671, RFC 7672)?
 *
 *   records ──► usable (DANE-3) ──► strongest digests (DANE-5)
 *     │
 *     ├─ DANE-EE(3): the leaf alone, octet for octet. Names and dates say nothing (RFC 7672 §3.1.1): DNSSEC has said both.
 *     │
 *     └─ DANE-TA(2): a path from the leaf to a certificate or key that a record names (`path.ts`), dates and constraints
 *        held, and a name of the leaf that is the host's (RFC 7672 §3.2.2).
 *
 * One match suffices (trap 13). Pure; never throws, whatever the certificates are.
 */
import { createHash, type X509Certificate } from "node:crypto";
import { err, ok, type Instant, type Result } from "../../base/index.ts";
import type { TlsaRecord } from "../../dns/index.ts";
import { matchDnsNames, matchNames, readSubjectNames } from "../names.ts";
import type { NamePattern, TlsFailure } from "../types.ts";
import { clean } from "../words.ts";
import { readCertificate, readPublicKeyInfo, type Certificate } from "./certificate.ts";
import { sameOctets } from "./der.ts";
import { daneLimits } from "./limits.ts";
import { provePath, type Anchors } from "./path.ts";
import { hasSoundKey } from "./strength.ts";
import { certificateOf, keyOf, matchings, selectors, strongestTlsa, usableTlsa, usages } from "./usable.ts";

export interface DaneQuestion {
  /** All of the RRset; which of them count is judged here. */
  readonly records: readonly TlsaRecord[];
  /** As presented, leaf first; `daneLimits.presentedMax` are looked at. */
  readonly chain: readonly X509Certificate[];
  /** For DANE-TA: the TLSA base domain, the MX name, the next-hop domain (RFC 7672 §3.2.2). */
  readonly names: readonly NamePattern[];
  readonly now: Instant;
}

export interface DaneMatch {
  readonly record: TlsaRecord;
  /** 0 is the leaf. For a bare key (`2 1 0` without its certificate) the topmost certificate, which the key has signed. */
  readonly depth: number;
  /** For DANE-TA: the name of the certificate that was looked for. */
  readonly matchedName?: string;
}

export interface DaneFailure extends TlsFailure {
  /** The anchor that was reached by a path which then was found wanting. */
  readonly reached?: { readonly record: TlsaRecord; readonly depth: number };
}

export function matchDane({ records, chain, names, now }: DaneQuestion): Result<DaneMatch, DaneFailure> {
  const usable = usableTlsa(records);
  const counted = strongestTlsa(usable);
  const [leaf, ...others] = chain.slice(0, daneLimits.presentedMax);
  if (leaf === undefined) return failed("certificate-missing", "no certificate was presented");
  if (usable.length === 0) return failed("dane-mismatch", `none of ${records.length} TLSA records is usable`);
  const digests = makeDigests();
  const leafOctets = { raw: leaf.raw as Uint8Array, spki: readPublicKeyInfo(leaf.raw) };
  const record = counted.find((one) => one.usage === usages.endEntity && digests.matches(one, leafOctets));
  if (record !== undefined) return matchLeaf(leaf, record);
  const anchors = counted.filter(({ usage }) => usage === usages.trustAnchor);
  if (anchors.length === 0) return failed("dane-mismatch", mismatch(counted, leaf));
  return matchAnchor({ anchors, leaf, others, names, now, digests, counted });
}

/** Whoever can compute a weak key from what is published is that host as well (RFC 9325 §4.5). */
function matchLeaf(leaf: X509Certificate, record: TlsaRecord): Result<DaneMatch, DaneFailure> {
  if (hasSoundKey(leaf)) return ok({ record, depth: 0 });
  const detail = "a TLSA record matches the certificate, but its key is weak or of an unknown kind";
  return err({ fault: "certificate-untrusted", detail, reached: { record, depth: 0 } });
}

interface AnchorQuestion {
  readonly anchors: readonly TlsaRecord[];
  readonly leaf: X509Certificate;
  readonly others: readonly X509Certificate[];
  readonly names: readonly NamePattern[];
  readonly now: Instant;
  readonly digests: Digests;
  readonly counted: readonly TlsaRecord[];
}

function matchAnchor(question: AnchorQuestion): Result<DaneMatch, DaneFailure> {
  const { anchors, others, names, now, digests, counted } = question;
  const leaf = readCertificate(question.leaf);
  if (leaf === undefined) return failed("certificate-untrusted", "the certificate cannot be read");
  const presented = others.map(readCertificate).filter((certificate) => certificate !== undefined);
  // A whole certificate in DNS stands in for one that was not presented (RFC 7671 §5.2.2).
  const published = anchors.map(certificateOf).filter((certificate) => certificate !== undefined);
  const pool = [...presented, ...published];
  const anchorOf: Anchors<TlsaRecord>["find"] = (certificate) =>
    anchors.find((record) => digests.matches(record, certificate));
  const keys = anchors.flatMap((anchor) => {
    const key = keyOf(anchor);
    return key === undefined ? [] : [{ key, spki: anchor.association, anchor }];
  });
  const proven = provePath(leaf, pool, { find: anchorOf, keys }, now);
  if (!proven.ok) {
    const { failure, nearest } = proven.error;
    if (failure !== undefined && nearest !== undefined) {
      return err({ ...failure, detail: clean(failure.detail), reached: reach(nearest) });
    }
    return failed("dane-mismatch", strayed(pool, anchorOf) ?? mismatch(counted, question.leaf));
  }
  const reached = reach(proven.value);
  const matchedName = nameOf(leaf, names);
  if (matchedName !== undefined) return ok({ ...reached, matchedName });
  return err({ fault: "certificate-name-mismatch", detail: clean(explainNames(leaf, names)), reached });
}

function reach({ path, anchor }: { readonly path: readonly Certificate[]; readonly anchor: TlsaRecord }): {
  readonly record: TlsaRecord;
  readonly depth: number;
} {
  return { record: anchor, depth: path.length - 1 };
}

/** A DNS-ID, or where the certificate has none of those the common name (RFC 7672 §3.2.3). */
function nameOf(leaf: Certificate, names: readonly NamePattern[]): string | undefined {
  const { subjectAltName } = leaf.x509;
  const presented = readSubjectNames(subjectAltName ?? "");
  const hasDnsName = leaf.alternativeNames.some(({ kind }) => kind === 2) || presented.dns.length > 0;
  return matchNames(names, { subjectAltName }) ?? (hasDnsName ? undefined : matchDnsNames(names, leaf.commonNames));
}

function explainNames(leaf: Certificate, names: readonly NamePattern[]): string {
  const presented = readSubjectNames(leaf.x509.subjectAltName ?? "");
  const all = new Set([...presented.dns, ...presented.ips, ...leaf.commonNames]);
  const shown = [...all].slice(0, namesShownMax).join(", ");
  return `an anchor of the domain vouches for the certificate, but it is for ${shown === "" ? "no name" : shown}; required was ${names.slice(0, namesShownMax).join(", ")}`;
}

/** Trap 12, told: somebody sent the right authority along and was not vouched for by it. */
function strayed(pool: readonly Certificate[], anchorOf: Anchors<TlsaRecord>["find"]): string | undefined {
  if (!pool.some((certificate) => anchorOf(certificate) !== undefined)) return undefined;
  return "an authority that a TLSA record names was presented, but it has not signed this certificate";
}

function mismatch(counted: readonly TlsaRecord[], leaf: X509Certificate): string {
  const kinds = [...new Set(counted.map(({ usage, selector, matching }) => `${usage} ${selector} ${matching}`))];
  const digest = createHash("sha256").update(leaf.raw).digest("hex");
  const shown = kinds.slice(0, namesShownMax).join(", ");
  return clean(`none of ${counted.length} TLSA records (${shown}) matches; the certificate's SHA-256 is ${digest}`);
}

interface Digests {
  matches(record: TlsaRecord, octets: { readonly raw: Uint8Array; readonly spki: Uint8Array | undefined }): boolean;
}

/** Every digest is computed once, however many records ask for it. */
function makeDigests(): Digests {
  const known = new WeakMap<Uint8Array, Map<string, Uint8Array>>();
  const digest = (octets: Uint8Array, algorithm: string): Uint8Array => {
    const ofThese = known.get(octets) ?? new Map<string, Uint8Array>();
    known.set(octets, ofThese);
    const value = ofThese.get(algorithm) ?? createHash(algorithm).update(octets).digest();
    ofThese.set(algorithm, value);
    return value;
  };
  return {
    matches({ selector, matching, association }, { raw, spki }) {
      const octets = selector === selectors.certificate ? raw : spki;
      if (octets === undefined) return false;
      if (matching === matchings.full) return sameOctets(octets, association);
      return sameOctets(digest(octets, matching === matchings.sha256 ? "sha256" : "sha512"), association);
    },
  };
}

const namesShownMax = 5;

function failed(fault: TlsFailure["fault"], detail: string): { readonly ok: false; readonly error: DaneFailure } {
  return err({ fault, detail });
}
