/** The checker's own look at a domain, cut where a scan shares it: DNS first, then each address by itself, then the judgement. */
import type { DomainName } from "../../base/index.ts";
import { inspect, type InspectDeps, type InspectSettings } from "../inspect.ts";
import { isForName, isSameChain, judge } from "../judge/index.ts";
import { checkLimits } from "../limits.ts";
import { probeAddress } from "../probe/address.ts";
import type { Inspection, SeenAddress } from "../types.ts";
import type { Looking } from "./engine.ts";
import type { ProbeTarget } from "./groups.ts";
import { scanLimits } from "./limits.ts";
import { lineOf } from "./shorten.ts";
import { bounded, factsBytes, sightBytes } from "./weight.ts";
import { closed, pacedNet } from "./paced.ts";

/** Nothing here is ever intrusive: these are other people's servers. */
export interface ScanLookSettings extends Omit<InspectSettings, "intrusive"> {
  /** TLS versions, suites and groups too: a dozen connections more to each address. */
  readonly thorough: boolean;
  /** Who we are and whom to write to, for whoever reads the server's log. */
  readonly remark?: string;
}

export function lookingBy(deps: InspectDeps, settings: ScanLookSettings): Looking<Inspection, SeenAddress> {
  const { clock, random } = deps;
  return {
    factsOf: async (domain) => bounded(await inspect(deps, { ...settings, connects: false }, domain)),
    factsBytes,
    targetsOf,
    async probe({ address, host }, admit) {
      const { ehloName, gather, remark, thorough } = settings;
      const net = pacedNet(deps.net, clock, admit);
      const target = {
        host,
        address,
        port: gather.smtpPort,
        ehloName,
        // The gate decides when; every connection has its own time.
        deadline: Number.POSITIVE_INFINITY,
        paceMs: 0,
        silenceMs: checkLimits.silenceMs,
        ...(remark === undefined ? {} : { remark }),
      };
      const seen = await probeAddress({ ...deps, net }, target, { thorough, random });
      await closed(clock, net.last());
      return seen;
    },
    sightBytes,
    isPutOff: ({ session }) => session.kind === "untested" && session.reason === "slow-down",
    serves: (seen, host) => chainsOf(seen).every((chain) => isForName(chain, host)),
    isAlike: (one, other) => {
      const [a, b] = [chainsOf(one), chainsOf(other)];
      return a.length === b.length && a.every((chain, at) => isSameChain(chain, b[at] ?? []));
    },
    unasked: ({ address }) => ({
      address,
      session: { kind: "untested", reason: "not-asked", detail: "left alone, or asked under enough other names" },
      presented: [],
    }),
    judge: (inspection, targets, seen) => {
      const whole = withSeen(inspection, targets, seen);
      return lineOf(whole, judge(whole));
    },
  };
}

export function targetsOf({ facts }: Inspection): readonly ProbeTarget[] {
  return facts.hosts
    .slice(0, scanLimits.hostsPerDomainMax)
    .flatMap(({ host, addresses }) =>
      host === undefined || addresses.kind !== "known"
        ? []
        : addresses.addresses.slice(0, scanLimits.addressesPerHostMax).map((address) => ({ address, host })),
    );
}

function withSeen(inspection: Inspection, targets: readonly ProbeTarget[], seen: readonly SeenAddress[]): Inspection {
  const byHost = new Map<DomainName, SeenAddress[]>();
  for (const [at, { host }] of targets.entries()) {
    const one = seen[at];
    if (one !== undefined) byHost.set(host, [...(byHost.get(host) ?? []), one]);
  }
  const hosts = inspection.hosts.map((host) => ({ ...host, addresses: byHost.get(host.name as DomainName) ?? [] }));
  return { ...inspection, hosts };
}

function chainsOf({ presented }: SeenAddress): readonly (readonly Uint8Array[])[] {
  return presented.flatMap((one) => (one.kind === "chain" ? [one.chain] : []));
}
