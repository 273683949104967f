/** An inspection looked at host by host: what of a host's certificates holds, and by what. Pure. */
import type { X509Certificate } from "node:crypto";
import type { DomainName, Instant, IpAddress } from "../../base/index.ts";
import { matchesMx, type HostFact } from "../../policy/index.ts";
import {
  certificateIn,
  isSoundKey,
  isSoundSignature,
  matchDane,
  matchNames,
  proveByAuthorities,
  readCertificate,
  usableTlsa,
  type DaneMatch,
} from "../../tls/index.ts";
import type { Presented as Certificate } from "../../threats/index.ts";
import type { Inspection, KeyKind, SeenHost, StarttlsState } from "../types.ts";

/** A certificate chain that a host shows to some senders. */
export interface ChainView {
  readonly keyKind: KeyKind;
  /** At which this very chain was seen. */
  readonly addresses: readonly IpAddress[];
  /** As presented, the leaf first; never empty. */
  readonly chain: readonly X509Certificate[];
  readonly leaf: X509Certificate;
  /** What one finds who goes by authorities and names. */
  readonly looks: Certificate;
  readonly trustDetail: string;
  /** Certificates of the chain, by their place in it, whose key or signature is too weak. */
  readonly weakKeys: readonly number[];
  readonly weakSignatures: readonly number[];
  /** What DANE says of it; undefined where there are no usable records. */
  readonly dane?: DaneMatch | "mismatch";
}

export interface HostView {
  readonly fact: HostFact;
  readonly host: DomainName;
  readonly seen: SeenHost;
  readonly chains: readonly ChainView[];
  /** `untested`: no address could be talked to. */
  readonly tls: "offered" | "missing" | "broken" | "untested";
  readonly starttls: StarttlsState;
  /** Secure records, of which at least one is usable. */
  readonly hasDane: boolean;
  /** Where it has DANE: every chain that it shows fits. */
  readonly fitsDane: boolean;
  readonly offersRequireTls: boolean | undefined;
}

/** The hosts that have a usable name, in order of preference. */
export function viewHosts(inspection: Inspection): readonly HostView[] {
  return inspection.facts.hosts.flatMap((fact) => {
    const seen = inspection.hosts.find(({ name }) => name === fact.name);
    return fact.host === undefined || seen === undefined ? [] : [viewHost(inspection, fact, fact.host, seen)];
  });
}

function viewHost(inspection: Inspection, fact: HostFact, host: DomainName, seen: SeenHost): HostView {
  const { tlsa } = fact;
  const usable = tlsa.kind === "records" ? usableTlsa(tlsa.records) : [];
  const names = [...(tlsa.kind === "records" ? [tlsa.base] : []), host, inspection.domain];
  const chains = distinctChains(seen).map((shown) =>
    viewChain(inspection, host, shown, (certificates) => {
      if (usable.length === 0) return undefined;
      const matched = matchDane({ records: usable, chain: certificates, names, now: inspection.at });
      return matched.ok ? matched.value : "mismatch";
    }),
  );
  const sessions = seen.addresses.map(({ session }) => session);
  const encrypted = sessions.flatMap((session) => (session.kind === "encrypted" ? [session] : []));
  const tls = tlsOf(sessions.map(({ kind }) => kind));
  return {
    fact,
    host,
    seen,
    chains,
    tls,
    starttls: tls === "offered" ? insistenceOf(seen) : tls,
    hasDane: usable.length > 0,
    fitsDane: chains.length > 0 && chains.every(({ dane }) => dane !== undefined && dane !== "mismatch"),
    offersRequireTls: encrypted.length === 0 ? undefined : encrypted.every(({ requireTls }) => requireTls),
  };
}

/** The worst of its addresses: whoever stands in the way chooses which is reached. */
function tlsOf(kinds: readonly SeenHost["addresses"][number]["session"]["kind"][]): HostView["tls"] {
  if (kinds.includes("cleartext")) return "missing";
  if (kinds.includes("tls-failed")) return "broken";
  return kinds.includes("encrypted") ? "offered" : "untested";
}

function insistenceOf({ addresses }: SeenHost): StarttlsState {
  const kinds = addresses.map(({ insistence }) => insistence?.kind);
  if (kinds.includes("optional")) return "optional";
  return kinds.includes("required") ? "required" : "offered";
}

interface Shown {
  readonly keyKind: KeyKind;
  readonly addresses: readonly IpAddress[];
  readonly chain: readonly X509Certificate[];
  /** The same as it was seen. */
  readonly der: readonly Uint8Array[];
}

function distinctChains({ addresses }: SeenHost): readonly Shown[] {
  const found = new Map<string, Shown>();
  for (const { address, presented } of addresses) {
    for (const one of presented) {
      if (one.kind !== "chain") continue;
      const chain = readChain(one.chain);
      if (chain.length === 0) continue;
      const key = chain.map(({ fingerprint256 }) => fingerprint256).join(" ");
      const before = found.get(key);
      const addresses = [...(before?.addresses ?? []).filter((a) => a !== address), address];
      found.set(key, { keyKind: one.keyKind, chain, der: before?.der ?? one.chain, addresses });
    }
  }
  return [...found.values()];
}

/** Empty if one of them cannot be read. */
function readChain(chain: readonly Uint8Array[]): readonly X509Certificate[] {
  const read = chain.flatMap((der) => certificateIn(der) ?? []);
  return read.length === chain.length ? read : [];
}

function viewChain(
  { facts, at }: Inspection,
  host: DomainName,
  { keyKind, addresses, chain, der }: Shown,
  judgeDane: (chain: readonly X509Certificate[]) => DaneMatch | "mismatch" | undefined,
): ChainView {
  const [leaf] = chain;
  if (leaf === undefined) throw new TypeError("a chain has a leaf");
  const { looks, trustDetail } = lookOnce({ chain, der }, leaf, facts.authorities, host, at);
  const dane = judgeDane(chain);
  return {
    keyKind,
    addresses,
    chain,
    leaf,
    looks,
    trustDetail,
    ...weaknessOf({ chain, der }),
    ...(dane === undefined ? {} : { dane }),
  };
}

type Weakness = Pick<ChainView, "weakKeys" | "weakSignatures">;

/** By what was seen: in a scan, one sight of an address is judged for all its domains. What is kept is answers and not certificates. */
const weaknesses = new WeakMap<readonly Uint8Array[], Weakness>();

function weaknessOf({ chain, der }: Pick<Shown, "chain" | "der">): Weakness {
  const known = weaknesses.get(der);
  if (known !== undefined) return known;
  const places = chain.map((certificate, place) => ({ certificate, place }));
  const presented = places.filter(({ certificate, place }) => place === 0 || !isSelfSigned(certificate));
  const found = {
    weakKeys: places.filter(({ certificate }) => !hasSoundKey(certificate)).map(({ place }) => place),
    weakSignatures: presented.filter(({ certificate }) => !hasSoundSignature(certificate)).map(({ place }) => place),
  };
  weaknesses.set(der, found);
  return found;
}

interface Looked {
  readonly ca: Inspection["facts"]["authorities"];
  readonly host: DomainName;
  readonly at: Instant;
  readonly found: ReturnType<typeof look>;
}

const lookedAt = new WeakMap<readonly Uint8Array[], Looked>();

/** For how long what an authority's certificate was good for is taken to be so. */
const lookedAgainAfterMs = 600_000;

/** One sight that is judged for many domains: the same host, the same authorities, and no date of the chain between then and now. */
function lookOnce(
  { chain, der }: Pick<Shown, "chain" | "der">,
  leaf: X509Certificate,
  ca: Inspection["facts"]["authorities"],
  host: DomainName,
  at: Instant,
): ReturnType<typeof look> {
  const known = lookedAt.get(der);
  if (known?.host === host && known.ca === ca && isSameTime(chain, known.at, at)) return known.found;
  const found = look(chain, leaf, ca, host, at);
  lookedAt.set(der, { ca, host, at, found });
  return found;
}

function isSameTime(chain: readonly X509Certificate[], before: Instant, at: Instant): boolean {
  if (Math.abs(at - before) > lookedAgainAfterMs) return false;
  const [from, to] = [Math.min(before, at), Math.max(before, at)];
  const dates = chain.flatMap(({ validFromDate, validToDate }) => [validFromDate.getTime(), validToDate.getTime()]);
  return dates.every((date) => date < from || date > to || from === to);
}

function look(
  chain: readonly X509Certificate[],
  leaf: X509Certificate,
  ca: Inspection["facts"]["authorities"],
  host: DomainName,
  at: Instant,
): { readonly looks: Certificate; readonly trustDetail: string } {
  const proven = proveByAuthorities(chain, ca, at);
  const name = matchNames([host], leaf) === undefined ? "other" : "right";
  if (proven.ok) return { looks: { chain: "trusted", dates: "valid", name }, trustDetail: "" };
  const { fault, detail } = proven.error;
  const said = { trustDetail: detail };
  switch (fault) {
    // Its chain is right, and only its time is not.
    case "certificate-expired":
      return { looks: { chain: "trusted", dates: "expired", name }, ...said };
    case "certificate-not-yet-valid":
      return { looks: { chain: "trusted", dates: "not-yet", name }, ...said };
    case "certificate-self-signed":
      return { looks: { chain: "self-signed", dates: datesOf(leaf, at), name }, ...said };
    // oxlint-disable-next-line default-case -- every other fault of a path comes to this
    default:
      return {
        looks: { chain: isCutShort(chain) ? "incomplete" : "private", dates: datesOf(leaf, at), name },
        ...said,
      };
  }
}

function datesOf({ validFromDate, validToDate }: X509Certificate, at: Instant): Certificate["dates"] {
  if (validToDate.getTime() < at) return "expired";
  return validFromDate.getTime() > at ? "not-yet" : "valid";
}

/** Its topmost certificate says where its issuer's can be had, which authorities do that everybody is to find (RFC 5280 §4.2.2.1). */
function isCutShort(chain: readonly X509Certificate[]): boolean {
  const top = chain.at(-1);
  return top !== undefined && !isSelfSigned(top) && (top.infoAccess?.includes("CA Issuers") ?? false);
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  try {
    return certificate.checkIssued(certificate);
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

/** Whether senders that go by MTA-STS would use this host. Undefined: no policy asks anything. */
export function stsSays({ facts }: Inspection, { host }: HostView): "may" | "may-not" | undefined {
  const { sts } = facts;
  if (sts.kind !== "policy" || sts.policy.mode === "none") return undefined;
  return matchesMx(sts.policy, host) ? "may" : "may-not";
}

export function isEnforced({ facts: { sts } }: Inspection): boolean {
  return sts.kind === "policy" && sts.policy.mode === "enforce";
}

export function isMxSecure({ facts: { mx } }: Inspection): boolean {
  return (mx.kind === "records" || mx.kind === "implicit") && mx.status === "secure";
}
