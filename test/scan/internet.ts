/**
 * An internet made up from a seed: any number of domains on some thousand MX hosts, as unevenly spread as they are outside, 20 to 200 ms
 * away, with hosts that are down, silent, slow, or want strangers to come back later. It knows nothing of scanning. It writes down every
 * connection, and says at once where somebody came too often: `breaches` is what must stay empty.
 */
import { domain, ip, type Clock, type DomainName, type IpAddress } from "../../src/base/index.ts";
import { addressGroup, blockOf, operatorOf, type ScanBudgets } from "../../src/check/scan/groups.ts";
import { seededRandom } from "../support/clock.ts";

/** What a server does with those who connect. */
export type Manner = "good" | "down" | "silent" | "slow" | "later";

export interface SimulatedHost {
  readonly name: DomainName;
  readonly addresses: readonly IpAddress[];
  readonly manner: Manner;
  /** There and back. */
  readonly latencyMs: number;
}

export interface InternetPlan {
  readonly domains: number;
  readonly hosts: number;
  readonly seed: number;
  /** Of a hundred hosts, those that do not simply work. Default 10. */
  readonly badPercent?: number;
  /** Milliseconds. */
  readonly latency?: readonly [from: number, to: number];
  /** Addresses that a real server can have on loopback, where there is but one of IPv6. */
  readonly isLoopback?: boolean;
  /** MX hosts of a domain; default 1, and 2 of every third. */
  readonly hostsPerDomain?: number;
}

export interface SimulatedInternet {
  readonly hosts: readonly SimulatedHost[];
  domains(): Iterable<DomainName>;
  domainAt(place: number): DomainName;
  /** The MX hosts of a domain, in order; the place of the domain is in its name. */
  hostsOf(name: DomainName): readonly SimulatedHost[];
  hostAt(address: IpAddress): SimulatedHost | undefined;
  /** Somebody is there, until the result is called. `now` in monotonic milliseconds. */
  enter(address: IpAddress, now: number): () => void;
  /** One connection and what it takes until it is over. */
  connect(clock: Clock, address: IpAddress): Promise<Manner>;
  /** Milliseconds to the answer of a resolver. */
  lookUpMs(): number;
  readonly connections: number;
  /** Budgets that were overrun, as text. */
  readonly breaches: readonly string[];
  readonly busiest: { readonly open: number };
}

const roundTrips = 6;
const silenceMs = 15_000;
const slownessMs = 40_000;
const minuteMs = 60_000;

export function simulatedInternet(plan: InternetPlan, budgets?: MeteredBudgets): SimulatedInternet {
  const random = seededRandom(plan.seed);
  const { badPercent = 10, latency: [nearMs, farMs] = [20, 200], isLoopback = false, hostsPerDomain } = plan;
  const hosts = Array.from({ length: plan.hosts }, (_, at) => makeHost(at));
  const byAddress = new Map(hosts.flatMap((host) => host.addresses.map((address) => [address, host] as const)));
  const meter = new Meter(budgets);
  const refusals = new Map<IpAddress, number>();
  let connections = 0;

  function makeHost(at: number): SimulatedHost {
    // Big operators have many hosts, and blocks of addresses of their own.
    const operator = Math.floor(at ** 0.93);
    const dice = random.fraction() * 100;
    const bad = (["down", "silent", "slow", "later"] as const)[Math.floor(random.fraction() * 4)] ?? "down";
    return {
      name: domain(`mx${at}.operator-${operator}.example`),
      addresses:
        random.fraction() < 0.5
          ? [v4(at, isLoopback)]
          : isLoopback
            ? [v4(at, true), v4(at + loopbackSecondFrom, true)]
            : [v4(at), ip(`2001:db8:${operator.toString(16)}::${at.toString(16)}`)],
      manner: dice < badPercent ? bad : "good",
      latencyMs: Math.round(nearMs + random.fraction() * (farMs - nearMs)),
    };
  }

  /** The few first hosts have most domains. */
  const hostPlace = (place: number, salt: number): number => {
    const dice = fractionOf(plan.seed, place, salt);
    return (
      Math.floor(plan.hosts ** dice) -
      1 +
      Math.floor(fractionOf(plan.seed, place, salt + 7) * 2) * Math.floor(dice * 100)
    );
  };

  function enter(address: IpAddress, now: number): () => void {
    const host = byAddress.get(address);
    if (host === undefined) throw new Error(`nobody is at ${address}`);
    connections++;
    return meter.enter(address, host.name, now);
  }

  const domainAt = (place: number): DomainName => `d${place}.example` as DomainName;

  return {
    hosts,
    domainAt,
    *domains() {
      for (let place = 0; place < plan.domains; place++) yield domainAt(place);
    },
    hostsOf(name) {
      const place = Number(/^d(\d+)\./.exec(name)?.[1] ?? 0);
      const count = hostsPerDomain ?? 1 + (place % 3 === 0 ? 1 : 0);
      return Array.from({ length: count }, (_, at) => hosts[hostPlace(place, at) % plan.hosts]).filter(
        (host) => host !== undefined,
      );
    },
    hostAt: (address) => byAddress.get(address),
    enter,
    async connect(clock, address) {
      const host = byAddress.get(address);
      const leave = enter(address, clock.monotonic());
      if (host === undefined) return "down";
      await new Promise<void>((resolve) => void clock.after(durationMs(host), resolve));
      leave();
      if (host.manner !== "later") return host.manner;
      const so = (refusals.get(address) ?? 0) + 1;
      refusals.set(address, so);
      return so === 1 ? "later" : "good";
    },
    lookUpMs: () => nearMs + random.fraction() * (farMs - nearMs),
    get connections() {
      return connections;
    },
    breaches: meter.breaches,
    busiest: meter.busiest,
  };
}

/** Blocks of addresses of which one has a host, and the second address of the first host. */
const loopbackSecondFrom = 32_768;

function v4(at: number, isLoopback = false): IpAddress {
  const place = at + 256;
  return `${(isLoopback ? 127 : 100) + (place >> 16)}.${(place >> 8) & 0xff}.${place & 0xff}.25` as IpAddress;
}

function durationMs({ manner, latencyMs }: SimulatedHost): number {
  switch (manner) {
    case "good":
    case "later":
      return roundTrips * latencyMs;
    case "down":
      return latencyMs;
    case "silent":
      return silenceMs;
    case "slow":
      return slownessMs;
  }
}

/** The same for the same place, whenever it is asked. */
function fractionOf(seed: number, place: number, salt: number): number {
  let mixed = Math.imul(place + 1, 0x9e3779b1) ^ Math.imul(seed + salt + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

export interface MeteredBudgets extends ScanBudgets {
  readonly concurrency: number;
  /** By so much less than a minute is looked at together: connections over real sockets do not arrive as evenly as they were begun. */
  readonly jitterMs?: number;
}

/** Counts as those would who are visited: by the beginnings of the last minute, and by who is there. */
class Meter {
  readonly breaches: string[] = [];
  readonly busiest = { open: 0 };
  readonly #budgets: MeteredBudgets | undefined;
  readonly #visits = new Map<string, { open: number; begun: number[] }>();
  #open = 0;

  constructor(budgets: MeteredBudgets | undefined) {
    this.#budgets = budgets;
  }

  enter(address: IpAddress, host: DomainName, now: number): () => void {
    this.#open++;
    this.busiest.open = Math.max(this.busiest.open, this.#open);
    const budgets = this.#budgets;
    if (budgets === undefined) return () => void this.#open--;
    if (this.#open > budgets.concurrency) this.breaches.push(`${this.#open} connections at once`);
    const groups = [
      [addressGroup(address), budgets.address],
      [`block ${blockOf(address)}`, budgets.block],
      [`operator ${operatorOf(host)}`, budgets.operator],
    ] as const;
    const entered = groups.map(([key, budget]) => {
      const visits = this.#visits.get(key) ?? { open: 0, begun: [] };
      this.#visits.set(key, visits);
      visits.open++;
      visits.begun = [...visits.begun.filter((at) => at > now - minuteMs + (budgets.jitterMs ?? 0)), now];
      if (visits.open > budget.atOnce) this.breaches.push(`${key}: ${visits.open} at once, at ${now}`);
      if (visits.begun.length > budget.perMinute)
        this.breaches.push(`${key}: ${visits.begun.length} in a minute, at ${now}`);
      return visits;
    });
    return () => {
      this.#open--;
      for (const visits of entered) visits.open--;
    };
  }
}
