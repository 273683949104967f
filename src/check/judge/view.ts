/** An inspection looked at host by host: what of a host's certificates holds, and by what. Pure. */
import type { X509Certificate } from "node:crypto";
import type { DomainName, IpAddress } from "../../base/index.ts";
import { matchesMx, type HostFact } from "../../policy/index.ts";
import { matchDane, usableTlsa, type DaneMatch } from "../../tls/index.ts";
import type { Presented as Certificate } from "../../threats/index.ts";
import type { Inspection, KeyKind, SeenHost, StarttlsState } from "../types.ts";
import { knownChain, lookAt, readChain, type KnownChain, type Validity } from "./chain.ts";

/** A certificate chain that a host shows to some senders. */
export interface ChainView {
  readonly keyKind: KeyKind;
  /** At which this very chain was seen. */
  readonly addresses: readonly IpAddress[];
  /** As presented, the leaf first; never empty. Read when they are asked for, since most judgements can do without. */
  readonly certificates: () => readonly X509Certificate[];
  readonly leaf: () => X509Certificate;
  /** The leaf's. */
  readonly validity: Validity;
  /** What one finds who goes by authorities and names. */
  readonly looks: Certificate;
  readonly trustDetail: string;
  /** Certificates of the chain, by their place in it, whose key or signature is too weak. */
  readonly weakKeys: readonly number[];
  readonly weakSignatures: readonly number[];
  readonly isDisordered: boolean;
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
      const matched = matchDane({ records: usable, chain: certificates(), names, now: inspection.at });
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
  readonly chain: KnownChain;
  readonly der: readonly Uint8Array[];
}

function distinctChains({ addresses }: SeenHost): readonly Shown[] {
  const found = new Map<KnownChain, Shown>();
  for (const { address, presented } of addresses) {
    for (const one of presented) {
      const chain = one.kind === "chain" ? knownChain(one.chain) : undefined;
      if (one.kind !== "chain" || chain === undefined) continue;
      const before = found.get(chain);
      const addresses = [...(before?.addresses ?? []).filter((a) => a !== address), address];
      found.set(chain, { keyKind: one.keyKind, chain, der: before?.der ?? one.chain, addresses });
    }
  }
  return [...found.values()];
}

function viewChain(
  { facts, at }: Inspection,
  host: DomainName,
  { keyKind, addresses, chain: known, der }: Shown,
  judgeDane: (chain: () => readonly X509Certificate[]) => DaneMatch | "mismatch" | undefined,
): ChainView {
  const certificates = (): readonly X509Certificate[] => readChain(der);
  const dane = judgeDane(certificates);
  const { weakKeys, weakSignatures, isDisordered, validity } = known;
  return {
    keyKind,
    addresses,
    certificates,
    leaf() {
      const [leaf] = certificates();
      if (leaf === undefined) throw new TypeError("a chain has a leaf");
      return leaf;
    },
    ...lookAt(known, certificates, facts.authorities, host, at),
    validity,
    weakKeys,
    weakSignatures,
    isDisordered,
    ...(dane === undefined ? {} : { dane }),
  };
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
