/**
 * TLSA records of a host (RFC 7672 §2.2): asked for only where its address records are secure, at `_25._tcp.` + the TLSA base domain.
 *
 *   A or AAAA secure, no alias     ──► the host itself
 *   A or AAAA secure, an alias     ──► where the alias leads; if nothing is there, the host itself
 *   insecure, but the first alias  ──► the host itself: the unsigned zone is somebody else's (trap 5)
 *   of the way is secure
 *   insecure                       ──► nobody is asked (trap 3)
 *
 * The first of them that has secure records is the TLSA base domain. A question that fails ends the search: what it would have said is
 * not known, and must not be passed over (DANE-2, trap 1).
 */
import { parseDomain, type DomainName, type IpAddress } from "../base/index.ts";
import type { Answer, Resolver } from "../dns/index.ts";
import type { TlsaFact } from "./types.ts";

/** `addresses` are the answers about the host's addresses, of both families. Never rejects if the resolver keeps its promise. */
export async function lookUpTlsa(
  resolver: Resolver,
  host: DomainName,
  port: number,
  addresses: readonly Answer<IpAddress>[],
): Promise<TlsaFact> {
  const bases = await baseDomains(resolver, host, addresses);
  if (bases.kind !== "known") return bases;
  let fact: TlsaFact = { kind: "none", status: "secure" };
  for (const base of bases.names) {
    fact = await askAt(resolver, base, port);
    if (fact.kind === "records" || fact.kind === "failed") return fact;
  }
  return fact;
}

type Bases = { readonly kind: "known"; readonly names: readonly DomainName[] } | Exclude<TlsaFact, { kind: "records" }>;

async function baseDomains(
  resolver: Resolver,
  host: DomainName,
  addresses: readonly Answer<IpAddress>[],
): Promise<Bases> {
  const found = addresses.flatMap((answer) => (answer.kind === "records" ? [answer] : []));
  // Trap 4: one family suffices.
  const secure = found.find(({ status }) => status === "secure");
  if (secure !== undefined) {
    return { kind: "known", names: secure.owner === host ? [host] : [secure.owner, host] };
  }
  if (!found.some(({ owner }) => owner !== host)) return { kind: "not-asked" };
  const alias = await resolver.cname(host);
  switch (alias.kind) {
    case "records":
      return alias.status === "secure" ? { kind: "known", names: [host] } : { kind: "not-asked" };
    case "nodata":
    case "nxdomain":
      return { kind: "not-asked" };
    case "failure":
      return { kind: "failed", status: alias.status, failure: alias.failure, detail: alias.detail };
  }
}

async function askAt(resolver: Resolver, base: DomainName, port: number): Promise<TlsaFact> {
  const name = parseDomain(`_${port}._tcp.${base}`);
  // So long a name that no record can stand before it.
  if (!name.ok) return { kind: "none", status: "secure" };
  const answer = await resolver.tlsa(name.value);
  switch (answer.kind) {
    case "records":
      return answer.status === "secure"
        ? { kind: "records", base, records: answer.records }
        : { kind: "none", status: "insecure" };
    case "nodata":
    case "nxdomain":
      return { kind: "none", status: answer.status };
    case "failure":
      return { kind: "failed", status: answer.status, failure: answer.failure, detail: answer.detail };
  }
}
