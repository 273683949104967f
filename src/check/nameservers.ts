/**
 * Whether the name servers of a domain can be reached by IPv6: by our own resolver whether they have such addresses, and by asking them
 * whether they answer there. Both are for those who have nothing but IPv6 (RFC 3901 §4).
 */
import { domain as domainName, parseDomain, type DomainName, type IpAddress } from "../base/index.ts";
import { rdataText, wireName, type NameserverReached, type Resolver, type ValidatingResolver } from "../dns/index.ts";
import type { Looked } from "../publish/index.ts";
import { checkLimits } from "./limits.ts";
import type { SeenNameserver } from "./types.ts";

/** Asks one address about the zone. Never rejects. */
export type ReachAt = (address: IpAddress, zone: DomainName) => Promise<NameserverReached>;

/** Of the zone that the domain stands in. Without `reach` nobody but the resolver is asked. Never rejects if that keeps its promise. */
export async function lookUpNameservers(
  resolver: Pick<ValidatingResolver, "query"> & Pick<Resolver, "aaaa">,
  domain: DomainName,
  reach?: ReachAt,
): Promise<Looked<SeenNameserver>> {
  const labels = domain.split(".");
  for (let at = 0; at < Math.min(labels.length, checkLimits.zoneClimbMax); at++) {
    const zone = domainName(labels.slice(at).join("."));
    const { kind, status, records, ttlSeconds, reason } = await resolver.query(wireName(zone), "NS");
    if (status === "bogus" || status === "indeterminate") return { kind: "failed", status, detail: reason.text };
    if (kind !== "records") continue;
    const names = records.slice(0, checkLimits.nameserversMax).map(({ data }) => rdataText(data));
    const asking = reach && ((address: IpAddress) => reach(address, zone));
    return {
      kind: "records",
      status,
      records: await Promise.all(names.map((name) => see(resolver, name, asking))),
      ttlSeconds,
    };
  }
  return { kind: "none", status: "insecure" };
}

async function see(
  resolver: Pick<Resolver, "aaaa">,
  text: string,
  asking: ((address: IpAddress) => Promise<NameserverReached>) | undefined,
): Promise<SeenNameserver> {
  const name = text.replace(/\.$/, "");
  const parsed = parseDomain(name);
  if (!parsed.ok) return { name, ipv6: "none" };
  const answer = await resolver.aaaa(parsed.value);
  // What did not come is no fault (trap 27).
  if (answer.kind !== "records") return { name, ipv6: answer.kind === "failure" ? "unknown" : "none" };
  if (asking === undefined) return { name, ipv6: "there" };
  const asked = answer.records.slice(0, checkLimits.nameserverAddressesMax).map((address) => asking(address));
  const heard = await Promise.all(asked);
  return { name, ipv6: "there", overIpv6: best.find((one) => heard.includes(one)) ?? "silent" };
}

const best = ["answers", "silent", "no-route"] as const satisfies readonly NameserverReached[];
