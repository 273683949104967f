/**
 * Certification paths (RFC 5280 §6), for what OpenSSL's own verification cannot be asked: whether a chain ends at an anchor
 * that DNS names, and whether it also satisfies a second set of authorities.
 *
 * From the leaf upwards: whoever is presented (in whatever order, junk included) or supplied by DNS and has really signed the
 * certificate below is its issuer. The search ends at the first issuer that is an anchor, which may be an intermediate; an
 * anchor that is merely present and has signed nothing of the path is never reached (trap 12). Where two authorities
 * have signed each other's keys every way is tried, within `daneLimits`.
 *
 * A path found is then judged as a whole: dates of every certificate, CA flags, path lengths, key usages, purposes, name
 * constraints, critical extensions, strength of keys and signatures. The anchor is judged with the others where it is a
 * certificate: whoever publishes one publishes what stands in it. A bare key has no such limits.
 */
import type { KeyObject } from "node:crypto";
import { err, ok, type Instant, type Result } from "../../base/index.ts";
import type { TlsFailure } from "../types.ts";
import type { Certificate } from "./certificate.ts";
import { beyondConstraints, isSameName, isSelfIssued } from "./constraints.ts";
import { sameOctets } from "./der.ts";
import { daneLimits } from "./limits.ts";
import { hasSoundKey, isSoundKey, isSoundSignature, signatureName } from "./strength.ts";

/** Where a path may end. `A` is what an anchor is known by. */
export interface Anchors<A> {
  /** The anchor that this certificate is, if it is one. */
  readonly find: (certificate: Certificate) => A | undefined;
  /** Keys that are anchors without a certificate. */
  readonly keys: readonly { readonly key: KeyObject; readonly spki: Uint8Array; readonly anchor: A }[];
}

export interface ProvenPath<A> {
  /** Leaf first; ends with the anchor, or with what the bare key has signed. */
  readonly path: readonly Certificate[];
  readonly anchor: A;
}

/** Why there is no path; `nearest` is the first that reached an anchor and was found wanting. */
export interface PathFailure<A> {
  readonly failure: TlsFailure | undefined;
  readonly nearest: ProvenPath<A> | undefined;
}

/**
 * The first path from `leaf` over certificates of `pool` to an anchor that holds at `now`.
 * `pool` need not be in any order; the leaf in it is passed over.
 */
export function provePath<A>(
  leaf: Certificate,
  pool: readonly Certificate[],
  anchors: Anchors<A>,
  now: Instant,
): Result<ProvenPath<A>, PathFailure<A>> {
  const issuers = distinct(leaf, pool);
  const links = makeLinks();
  let steps = 0;
  let judged = 0;
  let first: PathFailure<A> | undefined;
  const judge = (path: readonly Certificate[], anchor: A, bareKey?: KeyObject): ProvenPath<A> | undefined => {
    if (++judged > daneLimits.pathsMax) return undefined;
    const failure = judgePath(path, bareKey, now);
    if (failure === undefined) return { path, anchor };
    first ??= { failure, nearest: { path, anchor } };
    return undefined;
  };
  const climb = (path: readonly Certificate[], top: Certificate): ProvenPath<A> | undefined => {
    if (path.length >= daneLimits.pathMax || ++steps > daneLimits.stepsMax) return undefined;
    const above = issuers.filter((issuer) => !repeats(path, issuer) && links.isSignedBy(top, issuer));
    for (const issuer of above) {
      const anchor = anchors.find(issuer);
      const proven = anchor === undefined ? undefined : judge([...path, issuer], anchor);
      if (proven !== undefined) return proven;
    }
    for (const { key, spki, anchor } of anchors.keys) {
      // A certificate that carries the key says more about it than the key alone (RFC 7671 §5.2.3).
      if (above.some((issuer) => sameOctets(issuer.spki, spki)) || !links.isSignedByKey(top, key)) continue;
      const proven = judge(path, anchor, key);
      if (proven !== undefined) return proven;
    }
    for (const issuer of above) {
      const proven = climb([...path, issuer], issuer);
      if (proven !== undefined) return proven;
    }
    return undefined;
  };
  const proven = climb([leaf], leaf);
  return proven === undefined ? err(first ?? { failure: undefined, nearest: undefined }) : ok(proven);
}

/** Each certificate once, and the leaf never: it is nobody's issuer, its own least of all. */
function distinct(leaf: Certificate, pool: readonly Certificate[]): readonly Certificate[] {
  // A pool has all authorities of the system in it: only what is equally long is compared.
  const seen = new Map<number, Uint8Array[]>([[leaf.raw.length, [leaf.raw]]]);
  return pool.filter(({ raw }) => {
    const alike = seen.get(raw.length) ?? [];
    if (alike.some((other) => sameOctets(other, raw))) return false;
    seen.set(raw.length, alike);
    alike.push(raw);
    return true;
  });
}

/** The same name with the same key leads no further than it did the first time (RFC 4158 §2.4.1). */
function repeats(path: readonly Certificate[], issuer: Certificate): boolean {
  return path.some((one) => sameOctets(one.spki, issuer.spki) && isSameName(one.subject, issuer.subject));
}

interface Links {
  isSignedBy(certificate: Certificate, issuer: Certificate): boolean;
  isSignedByKey(certificate: Certificate, key: KeyObject): boolean;
}

/** Who has signed whom, each question asked once, `signaturesMax` in all. */
function makeLinks(): Links {
  const known = new Map<Certificate, Map<object, boolean>>();
  let left: number = daneLimits.signaturesMax;
  const remember = (certificate: Certificate, issuer: object, ask: () => boolean): boolean => {
    const answers = known.get(certificate) ?? new Map<object, boolean>();
    known.set(certificate, answers);
    const answer = answers.get(issuer) ?? ask();
    answers.set(issuer, answer);
    return answer;
  };
  const verify = (certificate: Certificate, key: () => KeyObject): boolean => {
    if (left-- <= 0) return false;
    // A key or a signature that OpenSSL cannot read has signed nothing.
    return attempt(() => certificate.x509.verify(key()));
  };
  return {
    isSignedBy: (certificate, issuer) =>
      remember(certificate, issuer, () => {
        // By name, and by key identifier and key usage where given (RFC 5280 §4.2.1.1, §4.2.1.3).
        if (!attempt(() => certificate.x509.checkIssued(issuer.x509))) return false;
        return verify(certificate, () => issuer.x509.publicKey);
      }),
    isSignedByKey: (certificate, key) => remember(certificate, key, () => verify(certificate, () => key)),
  };
}

function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** The first thing that is wrong with a path whose signatures are right. */
function judgePath(path: readonly Certificate[], bareKey: KeyObject | undefined, now: Instant): TlsFailure | undefined {
  for (const [depth, certificate] of path.entries()) {
    const isAnchor = bareKey === undefined && depth === path.length - 1;
    const wrong =
      judgeDates(certificate, depth, now) ??
      judgeExtensions(certificate, depth) ??
      (depth === 0 ? judgeLeaf(certificate) : judgeAuthority(certificate, path, depth)) ??
      judgeStrength(certificate, depth, isAnchor);
    if (wrong !== undefined) return wrong;
  }
  if (bareKey !== undefined && !isSoundKey(bareKey)) return untrusted("the key of the TLSA record is too weak");
  const beyond = beyondConstraints(path);
  return (
    beyond && untrusted(`a name of ${shown(beyond, path.indexOf(beyond))} is beyond an authority's name constraints`)
  );
}

function judgeDates({ x509 }: Certificate, depth: number, now: Instant): TlsFailure | undefined {
  const from = x509.validFromDate.getTime();
  const to = x509.validToDate.getTime();
  const seconds = Math.floor(now / 1000) * 1000;
  if (!(from <= seconds)) {
    return { fault: "certificate-not-yet-valid", detail: `${shownOf(x509, depth)} is valid from ${x509.validFrom}` };
  }
  if (!(seconds <= to)) {
    return { fault: "certificate-expired", detail: `${shownOf(x509, depth)} was valid until ${x509.validTo}` };
  }
  return undefined;
}

/** RFC 5280 §4.2: what is critical and not understood is refused. RFC 5280 §4.2.1.12: a purpose, if any is given, must be ours. */
function judgeExtensions(certificate: Certificate, depth: number): TlsFailure | undefined {
  const { unknownCritical, purposes } = certificate;
  if (unknownCritical !== undefined) {
    return untrusted(
      `${shown(certificate, depth)} has a critical extension that is not understood (${unknownCritical})`,
    );
  }
  return purposes === undefined || purposes.some((purpose) => serverPurposes.has(purpose))
    ? undefined
    : untrusted(`${shown(certificate, depth)} is not for TLS servers (extended key usage)`);
}

/** id-kp-serverAuth, and the Server Gated Crypto of old that implied it. */
const serverPurposes = new Set(["2b06010505070301", "6086480186f8420401", "2b0601040182370a0303"]);

const keyUsages = { digitalSignature: 0, keyEncipherment: 2, keyAgreement: 4, keyCertSign: 5 } as const;

function judgeLeaf(leaf: Certificate): TlsFailure | undefined {
  const { keyUsage } = leaf;
  const { digitalSignature, keyEncipherment, keyAgreement } = keyUsages;
  if (keyUsage === undefined || [digitalSignature, keyEncipherment, keyAgreement].some((bit) => keyUsage[bit])) {
    return undefined;
  }
  return untrusted(`the key of ${shown(leaf, 0)} is not for TLS (key usage)`);
}

/** RFC 5280 §6.1.4 (k) to (n). */
function judgeAuthority(authority: Certificate, path: readonly Certificate[], depth: number): TlsFailure | undefined {
  const { basicConstraints, keyUsage } = authority;
  const isAnchor = depth === path.length - 1;
  // Anchors of old say less: of version 1, naming themselves, or with the right to sign and no word on being an authority.
  const ofOld = isAnchor && authority.version === 0 && isSelfIssued(authority);
  const silent = isAnchor && basicConstraints === undefined && keyUsage?.[keyUsages.keyCertSign] === true;
  if (basicConstraints?.ca !== true && !ofOld && !silent) {
    return untrusted(`${shown(authority, depth)} is not an authority (CA flag)`);
  }
  if (keyUsage !== undefined && keyUsage[keyUsages.keyCertSign] !== true) {
    return untrusted(`the key of ${shown(authority, depth)} may not sign certificates (key usage)`);
  }
  const below = path.slice(1, depth).filter((certificate) => !isSelfIssued(certificate)).length;
  if (below > (basicConstraints?.pathLength ?? Infinity)) {
    return untrusted(`${shown(authority, depth)} allows fewer authorities below it (path length)`);
  }
  return undefined;
}

/** The signature on an anchor is nobody's proof, so nothing is asked of it. */
function judgeStrength(certificate: Certificate, depth: number, isAnchor: boolean): TlsFailure | undefined {
  if (!isAnchor && !isSoundSignature(certificate.signatureAlgorithm)) {
    const name = signatureName(certificate.signatureAlgorithm);
    return untrusted(`${shown(certificate, depth)} is signed with a weak or unknown algorithm (${name})`);
  }
  return hasSoundKey(certificate.x509)
    ? undefined
    : untrusted(`the key of ${shown(certificate, depth)} is weak or of an unknown kind`);
}

function untrusted(detail: string): TlsFailure {
  return { fault: "certificate-untrusted", detail };
}

function shown({ x509 }: Certificate, depth: number): string {
  return shownOf(x509, depth);
}

function shownOf({ subject }: { readonly subject: string | undefined }, depth: number): string {
  if (depth === 0) return "the certificate";
  return `the authority "${(subject ?? "").slice(0, subjectShownMaxChars)}" at depth ${depth}`;
}

const subjectShownMaxChars = 80;
