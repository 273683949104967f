/**
 * Looks at a domain: what the relay's own `gather` finds, what else is published, and what each MX host shows at each address. Nothing is
 * judged here, and nothing is sent but greetings.
 */
import {
  domain as domainName,
  parseDomain,
  type Clock,
  type DomainName,
  type IpAddress,
  type Metrics,
  type Net,
  type Random,
} from "../base/index.ts";
import type { Answer, Resolver } from "../dns/index.ts";
import {
  gather,
  noMemory,
  noSts,
  parseStsPolicy,
  parseStsRecord,
  type Facts,
  type GatherSettings,
  type HostFact,
  type StsFact,
} from "../policy/index.ts";
import type { Looked, PolicyFetched } from "../publish/index.ts";
import { checkLimits } from "./limits.ts";
import { probeAddress } from "./probe/address.ts";
import type { Inspection, SeenAddress, SeenHost, SeenNameserver } from "./types.ts";

export interface InspectDeps {
  readonly resolver: Resolver;
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  /** The CAA records of this very name, as text. */
  readonly caa?: (name: DomainName) => Promise<Looked<string>>;
  readonly nameservers?: (domain: DomainName) => Promise<Looked<SeenNameserver>>;
  /** What is served as the policy by this host. */
  readonly fetchPolicy?: (host: DomainName) => Promise<PolicyFetched>;
}

export interface InspectSettings {
  readonly gather: GatherSettings;
  /** Our name in EHLO. */
  readonly ehloName: DomainName;
  /** Default `checkLimits.paceMs`. */
  readonly paceMs?: number;
  /** How long a server is given to do what it should not; default `checkLimits.silenceMs`. */
  readonly silenceMs?: number;
  /** False: nobody is connected to. */
  readonly connects?: boolean;
  /** Addresses that are one's own, where what could do harm is tried too; loopback always is. Absent: it is tried nowhere. */
  readonly intrusive?: readonly IpAddress[];
}

/** Never rejects if the resolver keeps its promise. */
export async function inspect(deps: InspectDeps, settings: InspectSettings, domain: DomainName): Promise<Inspection> {
  const { resolver } = deps;
  const asking = { ...deps, sts: noSts, memory: noMemory };
  const [gathered, stsRecord, tlsRpt, nameservers] = await Promise.all([
    gather(asking, settings.gather, { domain, history: {}, message: { requireTls: false } }),
    lookedAt(resolver, "txt", `_mta-sts.${domain}`),
    lookedAt(resolver, "txt", `_smtp._tls.${domain}`),
    deps.nameservers?.(domain),
  ]);
  const stsPolicy = await policyOf(deps, domain, stsRecord);
  const facts = { ...gathered, sts: stsFact(gathered, stsRecord, stsPolicy) };
  const hosts = await inOrder(facts.hosts.slice(0, checkLimits.hostsMax), (host) =>
    seeHost(deps, settings, facts, host),
  );
  const asked = nameservers === undefined ? {} : { nameservers };
  return { domain, at: facts.now, facts, stsRecord, stsPolicy, tlsRpt, ...asked, hosts };
}

/** A policy that nobody points to is nobody's (RFC 8461 §3.1). */
async function policyOf(deps: InspectDeps, domain: DomainName, record: Looked<string>): Promise<PolicyFetched> {
  if (record.kind !== "records" || !parseStsRecord(record.records).ok) return { kind: "not-asked" };
  const host = parseDomain(`mta-sts.${domain}`);
  return host.ok && deps.fetchPolicy !== undefined ? deps.fetchPolicy(host.value) : { kind: "not-asked" };
}

/** As a sender has it that meets the domain for the first time. */
function stsFact({ now }: Facts, record: Looked<string>, fetched: PolicyFetched): StsFact {
  if (fetched.kind === "not-asked" || record.kind !== "records") return { kind: "none" };
  if (fetched.kind === "failed") {
    return { kind: "none", failure: { result: "sts-policy-fetch-error", detail: fetched.detail } };
  }
  const read = parseStsRecord(record.records);
  const policy = parseStsPolicy(fetched.bytes);
  if (!read.ok || !policy.ok) return { kind: "none", failure: { result: "sts-policy-invalid", detail: "" } };
  const expiresAt = now + policy.value.maxAgeSeconds * 1000;
  return { kind: "policy", policy: policy.value, id: read.value.id, fetchedAt: now, expiresAt };
}

async function seeHost(deps: InspectDeps, settings: InspectSettings, facts: Facts, fact: HostFact): Promise<SeenHost> {
  const { name, host } = fact;
  if (host === undefined) return { name, caa: { kind: "none", status: "insecure" }, addresses: [] };
  const [alias, caa, unheeded] = await Promise.all([
    aliasOf(deps.resolver, host),
    caaAbove(deps, host),
    fact.tlsa.kind === "not-asked" || fact.tlsa.kind === "none"
      ? lookedAt(deps.resolver, "tlsa", `_${facts.smtpPort}._tcp.${host}`)
      : undefined,
  ]);
  return {
    name,
    ...(alias === undefined ? {} : { alias }),
    ...(unheeded?.kind === "records" ? { unheededTlsa: unheeded.records } : {}),
    caa,
    addresses: settings.connects === false ? [] : await seeAddresses(deps, settings, facts, fact, host),
  };
}

/** One after the other: two addresses may be one machine. */
async function seeAddresses(
  deps: InspectDeps,
  { ehloName, paceMs = checkLimits.paceMs, silenceMs = checkLimits.silenceMs, intrusive }: InspectSettings,
  { smtpPort, domain }: Facts,
  { addresses }: HostFact,
  host: DomainName,
): Promise<readonly SeenAddress[]> {
  if (addresses.kind !== "known") return [];
  const deadline = deps.clock.monotonic() + checkLimits.hostBudgetMs;
  const seen: SeenAddress[] = [];
  for (const address of addresses.addresses.slice(0, checkLimits.addressesMax)) {
    const target = { host, address, port: smtpPort, ehloName, deadline, paceMs, silenceMs };
    const thorough = !seen.some(({ hellos }) => hellos !== undefined);
    const risky = intrusive === undefined ? {} : { intrusive: { domain, own: intrusive } };
    seen.push(await probeAddress(deps, target, { thorough, random: deps.random, ...risky }));
  }
  return seen;
}

async function aliasOf(resolver: Resolver, host: DomainName): Promise<string | undefined> {
  const answer = await resolver.cname(host);
  return answer.kind === "records" ? answer.records[0] : undefined;
}

/** RFC 8659 §3: the closest set of records upwards holds. */
async function caaAbove({ caa }: InspectDeps, host: DomainName): Promise<Looked<string>> {
  if (caa === undefined) return { kind: "failed", status: "indeterminate", detail: "not asked" };
  const labels = host.split(".");
  let looked: Looked<string> = { kind: "none", status: "insecure" };
  for (let at = 0; at < Math.min(labels.length, checkLimits.caaClimbMax); at++) {
    looked = await caa(domainName(labels.slice(at).join(".")));
    if (looked.kind !== "none") return looked;
  }
  return looked;
}

type Questions = {
  readonly [K in "txt" | "tlsa"]: Awaited<ReturnType<Resolver[K]>> extends Answer<infer T> ? T : never;
};

async function lookedAt<K extends keyof Questions>(
  resolver: Resolver,
  type: K,
  name: string,
): Promise<Looked<Questions[K]>> {
  const parsed = parseDomain(name);
  // So long a name that no record can stand before it.
  if (!parsed.ok) return { kind: "none", status: "insecure" };
  const answer = (await resolver[type](parsed.value)) as Answer<Questions[K]>;
  return lookedOf(answer);
}

export function lookedOf<T>(answer: Answer<T>): Looked<T> {
  switch (answer.kind) {
    case "records": {
      const { status, records, ttlSeconds } = answer;
      return { kind: "records", status, records, ttlSeconds };
    }
    case "nodata":
    case "nxdomain":
      return { kind: "none", status: answer.status };
    case "failure":
      return { kind: "failed", status: answer.status, detail: answer.detail };
  }
}

/** At most `checkLimits.hostsAtOnceMax` at a time; the results in the order of the items. */
async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results = new Map<number, R>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results.set(at, await work(item));
    }
  };
  await Promise.all(Array.from({ length: checkLimits.hostsAtOnceMax }, worker));
  return items.flatMap((_, at) => {
    const result = results.get(at);
    return result === undefined ? [] : [result];
  });
}
