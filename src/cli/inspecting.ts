/** What looking at other people's domains needs, of an outlook: as any sender would see them. */
import { noMetrics, type DomainName } from "../base/index.ts";
import { lookUpCaa, lookUpNameservers, type InspectDeps, type ReachAt } from "../check/index.ts";
import { reachNameserver } from "../dns/index.ts";
import { isSpecialAddress, type GatherSettings } from "../policy/index.ts";
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

export interface CheckReach {
  /** False: only the resolver is asked. */
  readonly connects: boolean;
  readonly nameserverPort?: number | undefined;
}

/** A check looks at the name servers too; a scan asks DNS enough as it is. */
export function checkDepsOf(outlook: Outlook, { connects, nameserverPort }: CheckReach): InspectDeps {
  const { resolver, proving } = outlook;
  if (proving === undefined) return inspectDepsOf(outlook);
  const asking = { query: proving.query.bind(proving), aaaa: resolver.aaaa.bind(resolver) };
  const reach = connects ? reachOf(outlook, nameserverPort) : undefined;
  return { ...inspectDepsOf(outlook), nameservers: (domain) => lookUpNameservers(asking, domain, reach) };
}

/** The name servers of a test network are at a port that was named, or are not asked. */
function reachOf({ settings }: Outlook, named: number | undefined): ReachAt | undefined {
  const port = named ?? (settings.smtpPort === publicSmtpPort ? dnsPort : undefined);
  if (port === undefined) return undefined;
  const ports = { net: systemNet, clock: systemClock, random: systemRandom };
  return (address, zone) =>
    isSpecialAddress(address) && !settings.allowPrivateAddresses
      ? Promise.resolve("no-route")
      : reachNameserver(ports, { address, port }, zone);
}

const publicSmtpPort = 25;
const dnsPort = 53;

/** Our own routes and names have no part in it. */
export function inspectGatherOf({ settings }: Outlook): GatherSettings {
  return { ...settings, rules: [], exceptions: [], ownNames: [], ownAddresses: [] };
}
