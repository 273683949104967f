/** What looking at other people's domains needs, of an outlook: as any sender would see them. */
import { noMetrics, type DomainName } from "../base/index.ts";
import { lookUpCaa, lookUpNameservers, type InspectDeps } from "../check/index.ts";
import type { GatherSettings } from "../policy/index.ts";
import { systemClock, systemNet, systemRandom } from "../system/index.ts";
import type { Outlook } from "./outlook.ts";

export function inspectDepsOf(outlook: Outlook): InspectDeps {
  const { resolver, proving } = outlook;
  return {
    resolver,
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    metrics: noMetrics,
    fetchPolicy: (host) => outlook.fetchPolicy(host),
    ...(proving === undefined ? {} : { caa: (name: DomainName) => lookUpCaa(proving, name) }),
  };
}

/** A check looks at the name servers too; a scan asks DNS enough as it is. */
export function checkDepsOf(outlook: Outlook): InspectDeps {
  const { resolver, proving } = outlook;
  if (proving === undefined) return inspectDepsOf(outlook);
  const asking = { query: proving.query.bind(proving), aaaa: resolver.aaaa.bind(resolver) };
  return { ...inspectDepsOf(outlook), nameservers: (domain) => lookUpNameservers(asking, domain) };
}

/** Our own routes and names have no part in it. */
export function inspectGatherOf({ settings }: Outlook): GatherSettings {
  return { ...settings, rules: [], exceptions: [], ownNames: [], ownAddresses: [] };
}
