/**
 * What is known of a certificate chain, kept by its digest: a scan sees the same chain for thousands of domains, and reads what was seen
 * from the disk again and again. Kept are answers and never certificates: these take twenty times the memory, most of it where nobody
 * counts it, and OpenSSL takes long to read them.
 */
import { createHash, type X509Certificate } from "node:crypto";
import type { DomainName, Instant } from "../../base/index.ts";
import type { Presented as Looks } from "../../threats/index.ts";
import {
  certificateIn,
  isSoundKey,
  isSoundSignature,
  matchNames,
  proveByAuthorities,
  readCertificate,
  type TrustedCas,
} from "../../tls/index.ts";
import { checkLimits } from "../limits.ts";

/** RFC 5280 §4.1.2.5. */
export interface Validity {
  readonly from: Instant;
  readonly until: Instant;
}

export interface KnownChain {
  readonly validity: Validity;
  /** Certificates of the chain, by their place in it, whose key or signature is too weak. */
  readonly weakKeys: readonly number[];
  readonly weakSignatures: readonly number[];
  readonly isDisordered: boolean;
  /** For `lookAt` alone. */
  readonly kept: Kept;
}

/** What one finds who goes by authorities and names. */
export interface Looked {
  readonly looks: Looks;
  readonly trustDetail: string;
}

interface Trust {
  readonly ca: TrustedCas | undefined;
  readonly at: Instant;
  readonly chain: Looks["chain"];
  /** Undefined: as its own dates say. */
  readonly dates: Looks["dates"] | undefined;
  readonly detail: string;
}

interface Kept {
  /** All dates of the chain, at which a judgement of it may change. */
  readonly dates: readonly Instant[];
  /** Names that were asked for, and whether the leaf is for them. */
  readonly names: Map<DomainName, boolean>;
  trust: Trust | undefined;
}

const none: readonly number[] = [];
const known = new Map<string, KnownChain>();

/** The very same certificates, and they can be read. */
export function isSameChain(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return knownChain(one) !== undefined && chainDigest(one) === chainDigest(other);
}

/** The same bytes have the same; others never do. */
export function chainDigest(der: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const one of der) hash.update(`${one.length} `).update(one);
  return hash.digest("base64");
}

/** Whether its leaf is for this name (RFC 9525). False where it cannot be read. */
export function isForName(der: readonly Uint8Array[], host: DomainName): boolean {
  const chain = knownChain(der);
  return chain !== undefined && hasName(chain.kept, () => readChain(der), host);
}

/** Empty if one of them cannot be read. */
export function readChain(der: readonly Uint8Array[]): readonly X509Certificate[] {
  const read = der.flatMap((one) => certificateIn(one) ?? []);
  return read.length === der.length ? read : [];
}

export function lookAt(
  { kept, validity }: KnownChain,
  certificates: () => readonly X509Certificate[],
  ca: TrustedCas | undefined,
  host: DomainName,
  at: Instant,
): Looked {
  const name = hasName(kept, certificates, host) ? "right" : "other";
  const before = kept.trust;
  const isStill = before !== undefined && before.ca === ca && isSameTime(kept, before.at, at);
  const trust = isStill ? before : trustIn(certificates(), ca, at);
  kept.trust = trust;
  return {
    looks: { chain: trust.chain, dates: trust.dates ?? datesOf(validity, at), name },
    trustDetail: trust.detail,
  };
}

/** Undefined: it is empty, or one of its certificates cannot be read. */
export function knownChain(der: readonly Uint8Array[]): KnownChain | undefined {
  if (der.length === 0) return undefined;
  const digest = chainDigest(der);
  const chain = known.get(digest) ?? read(der);
  if (chain === undefined) return undefined;
  // The least recently used come first.
  known.delete(digest);
  known.set(digest, chain);
  const [oldest] = known.keys();
  if (known.size > checkLimits.chainsKnownMax && oldest !== undefined) known.delete(oldest);
  return chain;
}

function read(der: readonly Uint8Array[]): KnownChain | undefined {
  const chain = readChain(der);
  const [leaf] = chain;
  if (leaf === undefined) return undefined;
  const places = (isSo: (certificate: X509Certificate, place: number) => boolean): readonly number[] => {
    const found = chain.flatMap((certificate, place) => (isSo(certificate, place) ? [place] : []));
    return found.length === 0 ? none : found;
  };
  return {
    validity: { from: leaf.validFromDate.getTime(), until: leaf.validToDate.getTime() },
    weakKeys: places((certificate) => !hasSoundKey(certificate)),
    // Nobody checks by what a root has signed itself.
    weakSignatures: places(
      (certificate, place) => (place === 0 || !isSelfSigned(certificate)) && !hasSoundSignature(certificate),
    ),
    isDisordered: isDisordered(chain),
    kept: {
      dates: chain.flatMap(({ validFromDate, validToDate }) => [validFromDate.getTime(), validToDate.getTime()]),
      names: new Map(),
      trust: undefined,
    },
  };
}

function hasName({ names }: Kept, certificates: () => readonly X509Certificate[], host: DomainName): boolean {
  const before = names.get(host);
  if (before !== undefined) return before;
  const [leaf] = certificates();
  const answer = leaf !== undefined && matchNames([host], leaf) !== undefined;
  if (names.size < checkLimits.namesKnownMax) names.set(host, answer);
  return answer;
}

/** For how long what an authority's certificate was good for is taken to be so. */
const lookedAgainAfterMs = 600_000;

/** No date of the chain lies between then and now. */
function isSameTime({ dates }: Kept, before: Instant, at: Instant): boolean {
  if (Math.abs(at - before) > lookedAgainAfterMs) return false;
  const [from, to] = [Math.min(before, at), Math.max(before, at)];
  return dates.every((date) => date < from || date > to || from === to);
}

function trustIn(chain: readonly X509Certificate[], ca: TrustedCas | undefined, at: Instant): Trust {
  const proven = proveByAuthorities(chain, ca, at);
  if (proven.ok) return { ca, at, chain: "trusted", dates: "valid", detail: "" };
  const { fault, detail } = proven.error;
  switch (fault) {
    // Its chain is right, and only its time is not.
    case "certificate-expired":
      return { ca, at, chain: "trusted", dates: "expired", detail };
    case "certificate-not-yet-valid":
      return { ca, at, chain: "trusted", dates: "not-yet", detail };
    case "certificate-self-signed":
      return { ca, at, chain: "self-signed", dates: undefined, detail };
    // oxlint-disable-next-line default-case -- every other fault of a path comes to this
    default:
      return { ca, at, chain: isCutShort(chain) ? "incomplete" : "private", dates: undefined, detail };
  }
}

function datesOf({ from, until }: Validity, at: Instant): Looks["dates"] {
  if (until < at) return "expired";
  return from > at ? "not-yet" : "valid";
}

/** Its topmost certificate says where its issuer's can be had, which authorities do that everybody is to find (RFC 5280 §4.2.2.1). */
function isCutShort(chain: readonly X509Certificate[]): boolean {
  const top = chain.at(-1);
  return top !== undefined && !isSelfSigned(top) && (top.infoAccess?.includes("CA Issuers") ?? false);
}

/** RFC 5246 §7.4.2: each certificate vouches for the one before it. What belongs nowhere is out of order too. */
function isDisordered(chain: readonly X509Certificate[]): boolean {
  return chain.some((certificate, at) => {
    const below = chain[at - 1];
    return below !== undefined && (isSelfSigned(below) || !isIssuer(certificate, below));
  });
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuer(certificate, certificate);
}

function isIssuer(issuer: X509Certificate, certificate: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer);
  } catch {
    return false;
  }
}

function hasSoundKey(certificate: X509Certificate): boolean {
  try {
    return isSoundKey(certificate.publicKey);
  } catch {
    return false;
  }
}

/** One that cannot be read is not called weak: trust says what there is to say. */
function hasSoundSignature(certificate: X509Certificate): boolean {
  const read = readCertificate(certificate);
  return read === undefined || isSoundSignature(read.signatureAlgorithm);
}
