/** Looking at the simulated internet, as the checker looks at the real one: look-ups, a few connections to each address, a judgement. */
import type { Clock, DomainName } from "../../src/base/index.ts";
import type { Looking, ProbeTarget } from "../../src/check/scan/index.ts";
import type { Manner, SimulatedHost, SimulatedInternet } from "./internet.ts";

export interface SimulatedFacts {
  readonly domain: DomainName;
  readonly hosts: readonly SimulatedHost[];
}

export interface SimulatedSight {
  readonly host: DomainName;
  readonly manner: Manner | "not-asked" | "cut-off";
}

const connectionsPerProbe = 3;

export function simulatedLooking(internet: SimulatedInternet, clock: Clock): Looking<SimulatedFacts, SimulatedSight> {
  return {
    async factsOf(domain) {
      await new Promise<void>((resolve) => void clock.after(internet.lookUpMs() * 3, resolve));
      return { domain, hosts: internet.hostsOf(domain) };
    },
    factsBytes: () => 1_000,
    sightBytes: () => 1_000,
    targetsOf: ({ hosts }) =>
      hosts.flatMap(({ name, addresses }): readonly ProbeTarget[] =>
        addresses.map((address) => ({ address, host: name })),
      ),
    async probe({ address, host }, admit) {
      for (let at = 0; at < connectionsPerProbe; at++) {
        const permit = await admit();
        if (permit === undefined) return { host, manner: "cut-off" };
        const manner = await internet.connect(clock, address);
        permit.release();
        if (manner !== "good") return { host, manner };
      }
      return { host, manner: "good" };
    },
    isPutOff: ({ manner }) => manner === "later",
    serves: ({ manner, host }, name) => host === name || manner === "down",
    isAlike: () => false,
    unasked: ({ host }) => ({ host, manner: "not-asked" }),
    judge: ({ domain, hosts }, _, seen) => ({
      v: 1,
      domain,
      outcome: "checked",
      at: new Date(clock.now()).toISOString(),
      verdict: seen.some(({ manner }) => manner === "good") ? "safe" : "unknown",
      level: "encrypted",
      mx: "records",
      hosts: hosts.map(({ name, addresses }) => ({ name, addresses: addresses.length, tls: "encrypted" })),
      operators: [],
      adoption: { dnssec: false, dane: "none", mtaSts: "none", tlsRpt: false, requireTls: false, ipv6: false },
      findings: [],
      untested: seen.flatMap(({ manner }) => (manner === "good" ? [] : [{ reason: manner, count: 1 }])),
    }),
  };
}
