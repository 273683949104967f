/** What is published against what is shown: `publish/` judges it, a stranger's domain as one's own. */
import { isSubdomainOf, parseDomain, type DomainName } from "../../base/index.ts";
import {
  judgePublished,
  type Finding as PublishedFinding,
  type Looked,
  type Presented,
  type PublishedFacts,
  type PublishedHost,
} from "../../publish/index.ts";
import type { AddressFact, HostFact } from "../../policy/index.ts";
import type { TlsaRecord } from "../../dns/index.ts";
import type { Finding, Inspection, SeenHost } from "../types.ts";
import { chainDigest } from "./chain.ts";
import { actingFor } from "./finding.ts";
import type { HostView } from "./view.ts";

/** The checker has more to say about certificates, and says what could not be looked at in a place of its own. */
export function judgeWhatIsPublished(inspection: Inspection, views: readonly HostView[]): readonly Finding[] {
  const { domain } = inspection;
  const judged = judgePublished(publishedFacts(inspection, views), { certificates: false });
  const found = judged.filter(({ code }) => code !== "host-untested");
  const isUnsigned = found.some(({ code }) => code === "mx-insecure");
  return found
    .filter(({ code, name }) => !(isUnsigned && code === "addresses-insecure" && isOwn(domain, name)))
    .filter((one) => one.code !== "tlsa-stale" || staleAt(found, one.name) > keysShownAt(views, one.name))
    .map(({ code, severity, name, args, paste }) => ({
      code,
      severity,
      name,
      ...acting(domain, code, name),
      evidence: args,
      paste,
    }));
}

function staleAt(found: readonly PublishedFinding[], name: string): number {
  return found.filter((one) => one.code === "tlsa-stale" && one.name === name).length;
}

/** As many records may stand for keys that come next (trap 32): who looks from outside cannot know. What is more than that is left over. */
function keysShownAt(views: readonly HostView[], name: string): number {
  return views.find(({ host }) => name.endsWith(`.${host}.`))?.chains.length ?? 0;
}

/** In the zone that is said to be unsigned already. */
function isOwn(domain: DomainName, name: string): boolean {
  const parsed = parseDomain(name);
  return parsed.ok && (parsed.value === domain || isSubdomainOf(parsed.value, domain));
}

function acting(domain: DomainName, code: PublishedFinding["code"], name: string): Pick<Finding, "who" | "provider"> {
  if (code === "mx-insecure") return { who: "registrar" };
  const host = parseDomain(name.replace(/^_\d+\._tcp\./, "").replace(/\.$/, ""));
  const isAboutHost = code.startsWith("tlsa-") || code.startsWith("host-") || code.startsWith("addresses-");
  return isAboutHost && host.ok ? actingFor(domain, host.value) : { who: "you" };
}

function publishedFacts(inspection: Inspection, views: readonly HostView[]): PublishedFacts {
  const { domain, at, facts, stsRecord, stsPolicy, tlsRpt } = inspection;
  const status = facts.mx.kind === "records" || facts.mx.kind === "implicit" ? facts.mx.status : "insecure";
  const records = facts.hosts.map(({ preference, name }) => ({ preference, exchange: name }));
  return {
    now: at,
    domain,
    mx: { kind: "records", status, records, ttlSeconds: 0 },
    hosts: views.map(({ host, fact, seen }) => publishedHost(host, fact, seen)),
    stsRecord,
    stsPolicy,
    tlsRpt,
  };
}

function publishedHost(host: DomainName, fact: HostFact, seen: SeenHost): PublishedHost {
  return {
    host,
    inMx: true,
    addresses: addressStatus(fact.addresses),
    tlsa: tlsaOf(fact, seen),
    presented: presentedBy(seen),
    webPki: { kind: "untested" },
    next: [],
  };
}

function addressStatus(addresses: AddressFact): PublishedHost["addresses"] {
  return addresses.kind === "known" ? addresses.status : addresses.kind === "failed" ? "failed" : "none";
}

function tlsaOf({ tlsa }: HostFact, { unheededTlsa }: SeenHost): Looked<TlsaRecord> {
  switch (tlsa.kind) {
    case "records":
      return { kind: "records", status: "secure", records: tlsa.records, ttlSeconds: 0 };
    case "failed":
      return { kind: "failed", status: tlsa.status, detail: tlsa.detail };
    case "none":
    case "not-asked":
      if (unheededTlsa === undefined) return { kind: "none", status: "insecure" };
      return { kind: "records", status: "insecure", records: unheededTlsa, ttlSeconds: 0 };
  }
}

/** Of all its addresses, each chain once; a sender meets any of them. */
function presentedBy({ addresses }: SeenHost): readonly Presented[] {
  const all = addresses.flatMap(({ session, presented }): readonly Presented[] =>
    session.kind === "cleartext" ? [{ kind: "no-starttls", keyKind: "rsa" }] : presented,
  );
  const keys = new Set<string>();
  return all.filter((one) => {
    const key = one.kind === "chain" ? chainDigest(one.chain) : `${one.kind} ${one.keyKind}`;
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  });
}
