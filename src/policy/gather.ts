/**
 * Facts of a next hop: which hosts take its mail, where they are, and how far DNS can be believed about it.
 *
 *   rule ──► route [host]? ── yes ─► that host
 *     │ no
 *     ▼
 *   address literal? ── yes ─► that address
 *     │ no
 *     ▼
 *   MX (of the route's domain, or the recipient's) ──► records ─► hosts in order ─► A and AAAA of each, side by side
 *                                                  ├─► proven absence ─► the domain itself (implicit MX)
 *                                                  └─► null MX, no such domain, failure ─► no hosts
 *
 * Beside that, the domain's MTA-STS policy, and what earlier deliveries met. Behind secure addresses, TLSA records (`tlsa.ts`).
 *
 * Nothing is decided here. A failed lookup is written down as one and stays distinct from an absence (MX-2).
 */
import {
  addressLiteral,
  limits,
  parseDomain,
  parseIp,
  type Clock,
  type DomainName,
  type IpAddress,
  type Level,
  type Random,
} from "../base/index.ts";
import type { Answer, MxRecord, Resolver } from "../dns/index.ts";
import type { TrustedCas } from "../tls/index.ts";
import { isSpecialAddress } from "./addresses.ts";
import { findException, findRule } from "./rules.ts";
import { lookUpTlsa } from "./tlsa.ts";
import type {
  AddressFact,
  DeliveryHistory,
  Exception,
  Facts,
  HostFact,
  MemorySource,
  MemoryTerms,
  MessageFact,
  MxFact,
  Route,
  Rule,
  StsSource,
  TlsRetry,
} from "./types.ts";

export interface GatherDeps {
  readonly resolver: Resolver;
  readonly random: Random;
  readonly clock: Clock;
  readonly sts: StsSource;
  readonly memory: MemorySource;
}

/** What an operator's configuration says about every hop. Make it once: what is derived from it is kept with it. */
export interface GatherSettings {
  readonly rules: readonly Rule[];
  /** Names and addresses by which this relay itself is reached (MX-5, MX-6). */
  readonly ownNames: readonly DomainName[];
  readonly ownAddresses: readonly IpAddress[];
  /** 1 to 65535. */
  readonly smtpPort: number;
  readonly allowPrivateAddresses: boolean;
  readonly defaultRequire: Level;
  readonly tlsRetry: TlsRetry;
  readonly exceptions: readonly Exception[];
  readonly enforce: Facts["enforce"];
  readonly memoryTerms: MemoryTerms;
  /** Certificate authorities believed besides the system's. */
  readonly authorities?: TrustedCas;
}

const notAsked = { kind: "not-asked" } as const;

export interface GatherRequest {
  /** The recipient's domain. */
  readonly domain: DomainName;
  readonly history: DeliveryHistory;
  readonly message: MessageFact;
}

/** Never rejects if the resolver keeps its promise. */
export async function gather(deps: GatherDeps, settings: GatherSettings, request: GatherRequest): Promise<Facts> {
  const rule = findRule(settings.rules, request.domain);
  const nextHop = rule?.route?.name ?? request.domain;
  const now = deps.clock.now();
  // RFC 8461 §3.4: the policy is the recipient's domain's; where the operator routes its mail elsewhere, it says nothing about that.
  const hasPolicy = rule?.route === undefined && !request.domain.startsWith("[");
  const [found, sts] = await Promise.all([
    findHosts(deps, settings, nextHop, rule?.route),
    hasPolicy ? deps.sts.policyFor(request.domain) : notAsked,
  ]);
  const hosts = found.hosts.flatMap(({ host }) => host ?? []);
  const exception = findException(settings.exceptions, request.domain, now);
  return {
    now,
    domain: request.domain,
    nextHop,
    ...(rule === undefined ? {} : { rule }),
    mx: found.mx,
    hosts: found.hosts,
    sts,
    memory: deps.memory.recall(request.domain, hosts),
    history: request.history,
    message: request.message,
    ...(exception === undefined ? {} : { exception }),
    enforce: settings.enforce,
    memoryTerms: settings.memoryTerms,
    ...(settings.authorities === undefined ? {} : { authorities: settings.authorities }),
    defaultRequire: settings.defaultRequire,
    smtpPort: settings.smtpPort,
    tlsRetry: settings.tlsRetry,
  };
}

interface Found {
  readonly mx: MxFact;
  readonly hosts: readonly HostFact[];
}

/** A host whose addresses are still to be looked up. */
type Candidate = Pick<HostFact, "name" | "host" | "preference" | "isUs">;

async function findHosts(
  deps: GatherDeps,
  settings: GatherSettings,
  nextHop: DomainName,
  route: Route | undefined,
): Promise<Found> {
  if (route?.kind === "host") {
    // The operator wrote this host down: it may be anywhere, on our own machine too (MX-6 is about what DNS says).
    const { addresses, tlsa } = await lookUp(deps, nextHop, route.port ?? settings.smtpPort);
    return {
      mx: { kind: "routed" },
      hosts: [{ name: nextHop, host: nextHop, preference: 0, isUs: false, addresses, tlsa }],
    };
  }
  const port = route?.port ?? settings.smtpPort;
  const itself: Candidate = {
    name: nextHop,
    host: nextHop,
    preference: 0,
    isUs: isOurs(settings, nextHop),
  };
  if (nextHop.startsWith("[")) {
    return { mx: { kind: "literal" }, hosts: [await completed(deps, settings, itself, port)] };
  }
  const answer = await deps.resolver.mx(nextHop);
  const mx = mxFact(answer);
  if (mx.kind === "implicit") return { mx, hosts: [await completed(deps, settings, itself, port)] };
  if (mx.kind !== "records" || answer.kind !== "records") return { mx, hosts: [] };
  const candidates = candidatesOf(answer.records, settings, deps.random);
  const hosts = await Promise.all(candidates.map((candidate) => completed(deps, settings, candidate, port)));
  return { mx, hosts };
}

function mxFact(answer: Answer<MxRecord>): MxFact {
  switch (answer.kind) {
    case "records": {
      const { status, records } = answer;
      if (records.length === 0) {
        return { kind: "failed", status: "indeterminate", failure: "malformed", detail: "an answer without records" };
      }
      // RFC 7505 §3: the root as the only exchange. Beside others it is merely a name that cannot be used.
      return { kind: records.every((record) => record.exchange === ".") ? "null-mx" : "records", status };
    }
    case "nodata":
      return { kind: "implicit", status: answer.status };
    case "nxdomain":
      return { kind: "nxdomain", status: answer.status };
    case "failure":
      return { kind: "failed", status: answer.status, failure: answer.failure, detail: answer.detail };
  }
}

/** In order of preference, equal ones shuffled (MX-5); each name once, `limits.mxHostsMax` of them, and always the best that is ours. */
function candidatesOf(records: readonly MxRecord[], settings: GatherSettings, random: Random): readonly Candidate[] {
  const ordered =
    records.length === 1
      ? records
      : records
          .map((record) => ({ record, dice: random.fraction() }))
          .sort((a, b) => a.record.preference - b.record.preference || a.dice - b.dice)
          .map(({ record }) => record);
  const candidates = new Map<string, Candidate>();
  let ours: Candidate | undefined;
  for (const { exchange, preference } of ordered) {
    const host = hostName(exchange);
    const name = host ?? printable(exchange);
    if (candidates.has(name)) continue;
    const isUs = isOurs(settings, name);
    if (candidates.size >= limits.mxHostsMax && (!isUs || ours !== undefined)) continue;
    const candidate = {
      name,
      ...(host === undefined ? {} : { host }),
      preference,
      isUs,
      tlsa: { kind: "not-asked" } as const,
    };
    candidates.set(name, candidate);
    if (isUs) ours ??= candidate;
  }
  return [...candidates.values()];
}

/** RFC 5321 §5.1: what stands in an MX record is a host's name; an address there is not one (MX-6). */
function hostName(exchange: string): DomainName | undefined {
  const name = parseDomain(exchange);
  return name.ok && !parseIp(name.value).ok ? name.value : undefined;
}

/** An exchange that is no name, for people to read. */
function printable(exchange: string): string {
  const bare = exchange.length > 1 && exchange.endsWith(".") ? exchange.slice(0, -1) : exchange;
  return bare
    .slice(0, limits.domainMaxOctets)
    .toLowerCase()
    .replace(/[\x00-\x1f\x7f]/g, "?");
}

async function completed(
  deps: GatherDeps,
  settings: GatherSettings,
  candidate: Candidate,
  port: number,
): Promise<HostFact> {
  if (candidate.host === undefined) return { ...candidate, addresses: { kind: "none" }, tlsa: notAsked };
  const { addresses, tlsa } = await lookUp(deps, candidate.host, port);
  if (addresses.kind !== "known") return { ...candidate, addresses, tlsa };
  // RFC 5321 §5.1: we know ourselves by name or by address.
  const isUs = candidate.isUs || addresses.addresses.some((address) => isOurAddress(settings, address));
  const allowed = settings.allowPrivateAddresses
    ? addresses.addresses
    : addresses.addresses.filter((address) => !isSpecialAddress(address));
  if (allowed.length === 0) return { ...candidate, isUs, addresses: { kind: "forbidden" }, tlsa };
  return { ...candidate, isUs, addresses: { ...addresses, addresses: allowed }, tlsa };
}

/** Addresses, and TLSA records where those can be believed (trap 3: not before). */
async function lookUp(
  { resolver, random }: GatherDeps,
  host: DomainName,
  port: number,
): Promise<Pick<HostFact, "addresses" | "tlsa">> {
  const literal = addressLiteral(host);
  if (literal !== undefined) {
    return { addresses: { kind: "known", status: "insecure", addresses: [literal] }, tlsa: notAsked };
  }
  const [v6, v4] = await Promise.all([resolver.aaaa(host), resolver.a(host)]);
  const addresses = addressFact(v6, v4, random);
  return { addresses, tlsa: addresses.kind === "known" ? await lookUpTlsa(resolver, host, port, [v6, v4]) : notAsked };
}

/** One family that answers makes the host usable; one that failed keeps "no address" from being known. */
function addressFact(v6: Answer<IpAddress>, v4: Answer<IpAddress>, random: Random): AddressFact {
  const six = v6.kind === "records" ? v6.records : [];
  const four = v4.kind === "records" ? v4.records : [];
  if (six.length > 0 || four.length > 0) {
    // Trap 4: a signed answer in either family says that the host's zone is signed.
    const isSecure = (six.length > 0 && v6.status === "secure") || (four.length > 0 && v4.status === "secure");
    const addresses = takingTurns(turned(six, random), turned(four, random));
    return { kind: "known", status: isSecure ? "secure" : "insecure", addresses };
  }
  const failure = [v6, v4].find((answer) => answer.status === "bogus") ?? [v6, v4].find(isFailure);
  if (failure?.kind !== "failure") return { kind: "none" };
  return { kind: "failed", status: failure.status, failure: failure.failure };
}

function isFailure(answer: Answer<IpAddress>): boolean {
  return answer.kind === "failure";
}

/** Begins anywhere: a cached answer always has the same order, and a host with many addresses wants them all used. */
function turned(addresses: readonly IpAddress[], random: Random): readonly IpAddress[] {
  if (addresses.length < 2) return addresses;
  const start = Math.floor(random.fraction() * addresses.length);
  return [...addresses.slice(start), ...addresses.slice(0, start)];
}

/** IPv6 first (RFC 8305 §4), so that neither family is cut off by the limit. */
function takingTurns(six: readonly IpAddress[], four: readonly IpAddress[]): readonly IpAddress[] {
  if (six.length === 0) return four.slice(0, limits.addressesPerHostMax);
  const mixed: IpAddress[] = [];
  for (let turn = 0; turn < Math.max(six.length, four.length) && mixed.length < limits.addressesPerHostMax; turn++) {
    mixed.push(...six.slice(turn, turn + 1), ...four.slice(turn, turn + 1));
  }
  return mixed.slice(0, limits.addressesPerHostMax);
}

interface Ourselves {
  readonly names: ReadonlySet<string>;
  readonly addresses: ReadonlySet<IpAddress>;
}

const known = new WeakMap<GatherSettings, Ourselves>();

function ourselves(settings: GatherSettings): Ourselves {
  const before = known.get(settings);
  if (before !== undefined) return before;
  // Where private addresses are allowed, a sandbox shares them with us: they no longer tell who we are.
  const telling = settings.ownAddresses.filter(
    (address) => !(settings.allowPrivateAddresses && isSpecialAddress(address)),
  );
  const made = { names: new Set<string>(settings.ownNames), addresses: new Set(telling) };
  known.set(settings, made);
  return made;
}

function isOurs(settings: GatherSettings, name: string): boolean {
  return ourselves(settings).names.has(name);
}

function isOurAddress(settings: GatherSettings, address: IpAddress): boolean {
  return ourselves(settings).addresses.has(address);
}
