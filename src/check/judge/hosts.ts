/** MX hosts as DNS has them, and against each other (RFC 5321 §5.1, RFC 2181 §10.3, trap 8). */
import { isIpv6 } from "../../base/index.ts";
import { matchDane, usableTlsa } from "../../tls/index.ts";
import type { Finding, Inspection } from "../types.ts";
import { ofDomain, ofHost } from "./finding.ts";
import { isEnforced, isMxSecure, stsSays, type HostView } from "./view.ts";

export function judgeNames(inspection: Inspection): readonly Finding[] {
  const { domain, facts } = inspection;
  return facts.hosts.flatMap((fact) => {
    if (fact.host === undefined) return [ofDomain("mx-unusable", "error", domain, { exchange: fact.name })];
    const about = { domain, host: fact.host };
    switch (fact.addresses.kind) {
      case "known":
        return [];
      case "none":
        return [ofHost("host-no-address", "error", about)];
      case "forbidden":
        return [ofHost("host-private-address", "error", about)];
      case "failed":
        // What did not come is no fault (trap 27); what does not fit its signature is one, or an attack.
        return fact.addresses.status === "bogus" ? [ofHost("host-dns-bogus", "error", about)] : [];
    }
  });
}

/**
 * Two are wanted of everything that a domain cannot do without (RFC 2182 §5), for those who have only IPv6 too; and who says that he is at an
 * address should answer there, or resolvers wait for him in vain.
 */
export function judgeNameservers(inspection: Inspection): readonly Finding[] {
  const { domain, nameservers } = inspection;
  if (nameservers?.kind !== "records") return [];
  const { records } = nameservers;
  const lacking = records.filter(({ ipv6 }) => ipv6 === "none").map(({ name }) => name);
  const isShort = records.length - lacking.length < Math.min(records.length, nameserversMin);
  // Only where our network lets us out by IPv6 is silence the server's own.
  const silent = hasOwnIpv6(inspection) ? records.filter(({ overIpv6 }) => overIpv6 === "silent") : [];
  return [
    ...(isShort ? [ofDomain("ns-ipv6-missing", "notice", domain, { hosts: lacking.join(", ") })] : []),
    ...(silent.length > 0
      ? [ofDomain("ns-ipv6-silent", "warning", domain, { hosts: silent.map(({ name }) => name).join(", ") })]
      : []),
  ];
}

/** Somebody has answered us by IPv6. */
export function hasOwnIpv6({ nameservers, hosts }: Inspection): boolean {
  const asked = nameservers?.kind === "records" ? nameservers.records : [];
  const reached = hosts.flatMap(({ addresses }) =>
    addresses.filter(({ address, session }) => isIpv6(address) && session.kind !== "untested"),
  );
  return reached.length > 0 || asked.some(({ overIpv6 }) => overIpv6 === "answers");
}

const nameserversMin = 2;

export function judgeHostInDns(inspection: Inspection, view: HostView, isSomeReached: boolean): readonly Finding[] {
  const { host, fact, seen } = view;
  const about = { domain: inspection.domain, host };
  const known = fact.addresses.kind === "known" ? fact.addresses.addresses : [];
  const refusing = seen.addresses.filter(
    ({ session }) => session.kind === "untested" && session.reason === "refused-connection",
  );
  return [
    ...(seen.alias === undefined ? [] : [ofHost("mx-alias", "warning", about, { alias: seen.alias })]),
    ...(known.length > 0 && !known.some((address) => isIpv6(address)) ? [ofHost("ipv6-missing", "notice", about)] : []),
    // Only where our network lets us out at all is a refusal the host's own.
    ...(isSomeReached ? refusing : []).map(({ address }) => ofHost("address-refuses", "warning", about, { address })),
    ...(hasSpare(inspection, view) ? [] : [ofHost("tlsa-no-rollover", "notice", about)]),
    ...(seen.caa.kind === "none" ? [ofHost("caa-missing", "notice", about)] : []),
  ];
}

/**
 * A record that stands for more than the keys in use (RFC 7671 §8.1, §8.4): for the next key, or for the authority that will sign it too.
 * Where the records do not fit at all there is something else to say.
 */
function hasSpare({ domain, at }: Inspection, { fact: { tlsa }, host, chains, fitsDane }: HostView): boolean {
  if (!fitsDane || tlsa.kind !== "records") return true;
  const names = [tlsa.base, host, domain];
  return usableTlsa(tlsa.records).some(
    (record) =>
      record.usage === daneTa ||
      chains.every(({ certificates }) => !matchDane({ records: [record], chain: certificates(), names, now: at }).ok),
  );
}

const daneTa = 2;

/** What one attacker needs who chooses which host is reached: the weakest. */
export function judgeTogether(inspection: Inspection, views: readonly HostView[]): readonly Finding[] {
  const { domain } = inspection;
  const tested = views.filter(({ tls }) => tls !== "untested");
  if (tested.length === 0) return [];
  const strengths = tested.map((view) => ({ view, strength: strengthOf(inspection, view) }));
  const best = Math.max(...strengths.map(({ strength }) => strength));
  const behind = strengths.filter(({ strength }) => strength < best).map(({ view }) => view.host);
  const isBare = best < strengthRanks.proven && tested.some(({ tls }) => tls === "offered");
  return [
    ...(behind.length === 0 ? [] : [ofDomain("hosts-differ", "warning", domain, { hosts: behind.join(", ") })]),
    ...(isBare ? [ofDomain("nothing-enforced", "error", domain)] : []),
  ];
}

const strengthRanks = { clear: 0, offered: 1, proven: 2 } as const;

/** What is published for it; whether it keeps to that is judged elsewhere. */
function strengthOf(inspection: Inspection, view: HostView): number {
  if (view.tls === "missing") return strengthRanks.clear;
  const byDane = view.hasDane && isMxSecure(inspection);
  const bySts = isEnforced(inspection) && stsSays(inspection, view) === "may";
  return byDane || bySts ? strengthRanks.proven : strengthRanks.offered;
}
