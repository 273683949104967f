/** Whether the name servers of a domain have IPv6 addresses, by our own resolver. Whether they answer there, only they who ask know. */
import { domain as domainName, parseDomain, type DomainName } from "../base/index.ts";
import { rdataText, wireName, type Resolver, type ValidatingResolver } from "../dns/index.ts";
import type { Looked } from "../publish/index.ts";
import { checkLimits } from "./limits.ts";
import type { SeenNameserver } from "./types.ts";

/** Of the zone that the domain stands in. Never rejects if the resolver keeps its promise. */
export async function lookUpNameservers(
  resolver: Pick<ValidatingResolver, "query"> & Pick<Resolver, "aaaa">,
  domain: DomainName,
): Promise<Looked<SeenNameserver>> {
  const labels = domain.split(".");
  for (let at = 0; at < Math.min(labels.length, checkLimits.zoneClimbMax); at++) {
    const { kind, status, records, ttlSeconds, reason } = await resolver.query(
      wireName(domainName(labels.slice(at).join("."))),
      "NS",
    );
    if (status === "bogus" || status === "indeterminate") return { kind: "failed", status, detail: reason.text };
    if (kind !== "records") continue;
    const names = records.slice(0, checkLimits.nameserversMax).map(({ data }) => rdataText(data));
    return {
      kind: "records",
      status,
      records: await Promise.all(names.map((name) => see(resolver, name))),
      ttlSeconds,
    };
  }
  return { kind: "none", status: "insecure" };
}

async function see(resolver: Pick<Resolver, "aaaa">, text: string): Promise<SeenNameserver> {
  const name = text.replace(/\.$/, "");
  const parsed = parseDomain(name);
  if (!parsed.ok) return { name, ipv6: "none" };
  const answer = await resolver.aaaa(parsed.value);
  // What did not come is no fault (trap 27).
  return { name, ipv6: answer.kind === "records" ? "there" : answer.kind === "failure" ? "unknown" : "none" };
}
