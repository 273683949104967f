/**
 * Collects what a domain has published and what its servers show, by the relay's own means: the validating resolver, the SMTP client's
 * way to STARTTLS, and one handshake for each kind of key. Nothing is judged here; what could not be seen is a fact of its own.
 */
import {
  domain as domainName,
  limits,
  parseDomain,
  type Clock,
  type DomainName,
  type IpAddress,
  type Metrics,
  type Net,
  type Wire,
} from "../base/index.ts";
import { wireName, type Answer, type MxRecord, type Resolver, type ValidatingResolver } from "../dns/index.ts";
import { dialHost, reachTls } from "../smtp/index.ts";
import { startTls, surveyTls, type TrustedCas } from "../tls/index.ts";
import { keyOfDer } from "./certificate.ts";
import type { Look } from "./ledger.ts";
import { publishLimits } from "./limits.ts";
import { policyHost, stsName, tlsRptName } from "./records.ts";
import { keyKinds } from "./types.ts";
import type {
  HostKeys,
  KeyFact,
  KeyKind,
  Looked,
  PolicyFetched,
  Presented,
  Promises,
  PublishedFacts,
  PublishedHost,
  WebPki,
} from "./types.ts";

export interface ObservePorts {
  readonly resolver: Resolver;
  readonly net: Net;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /**
   * The TTL that a TLSA set has at its own name server, where somebody knows: what a resolver gives has counted down. Only ever
   * lengthens a wait, so it need not be proven.
   */
  readonly fullTtl?: (name: DomainName) => Promise<number | undefined>;
  readonly fetchPolicy?: (host: DomainName) => Promise<PolicyFetched>;
}

export interface LookRequest {
  /** Our name in EHLO. */
  readonly ehloName: DomainName;
  /** 25 everywhere but in a sandbox. */
  readonly port: number;
  /** Where the servers are looked at, instead of their published addresses. */
  readonly at?: readonly IpAddress[];
}

export interface ObserveRequest extends LookRequest {
  readonly domain: DomainName;
  readonly promises?: Promises;
  /** Keys that are coming, of every MX host. */
  readonly next: readonly KeyFact[];
  /** Besides the system's own, or alone. */
  readonly ca?: TrustedCas;
}

export async function observe(ports: ObservePorts, request: ObserveRequest): Promise<PublishedFacts> {
  const { resolver } = ports;
  const { domain, promises } = request;
  const [mx, stsRecord, tlsRpt, stsPolicy] = await Promise.all([
    lookedOf(resolver.mx(domain)),
    lookedOf(resolver.txt(domainName(stsName(domain)))),
    lookedOf(resolver.txt(domainName(tlsRptName(domain)))),
    ports.fetchPolicy?.(domainName(policyHost(domain))) ?? ({ kind: "not-asked" } as const),
  ]);
  const published = exchanges(mx);
  const names = hostsToLookAt(mx, promises);
  const hosts = await Promise.all(
    names.map((host) => observeHost(ports, request, { host, inMx: published.includes(host) })),
  );
  return {
    now: ports.clock.now(),
    domain,
    ...(promises === undefined ? {} : { promises }),
    mx,
    hosts,
    stsRecord,
    stsPolicy,
    tlsRpt,
  };
}

/** All that a roll-over needs to know of a host: what it has published for DANE, and the keys that it shows. */
export async function lookAtHost(ports: ObservePorts, request: LookRequest, host: DomainName): Promise<Look> {
  const { addresses } = await hostAddresses(ports, request, host);
  const tlsa = lookUpTlsa(ports, host);
  const presented = await presentedBy(ports, request, host, addresses);
  return { host, tlsa: await tlsa, live: shownKeys({ presented }) };
}

/**
 * For `ObservePorts.fullTtl`: the signature says what the TTL was before anybody counted it down (RFC 4034 §3.1.4).
 * @param deadline on the monotonic clock
 */
export async function signedTtl(
  { ask }: Pick<ValidatingResolver, "ask">,
  name: DomainName,
  deadline: number,
): Promise<number | undefined> {
  const asked = await ask(wireName(name), "TLSA", deadline);
  if (!asked.ok) return undefined;
  const ttls = asked.value.answers.flatMap(({ data }) => (data.type === "RRSIG" ? [data.originalTtl] : []));
  return ttls.length === 0 ? undefined : Math.max(...ttls);
}

export async function lookUpTlsa(ports: ObservePorts, host: DomainName): Promise<PublishedHost["tlsa"]> {
  const name = domainName(`_25._tcp.${host}`);
  const looked = await lookedOf(ports.resolver.tlsa(name));
  if (looked.kind !== "records" || ports.fullTtl === undefined) return looked;
  const full = (await ports.fullTtl(name)) ?? 0;
  return { ...looked, ttlSeconds: Math.max(looked.ttlSeconds, Math.min(full, publishLimits.ttlMaxSeconds)) };
}

/** Those that are published, and those that are promised. */
export function hostsToLookAt(mx: Looked<MxRecord>, promises: Pick<Promises, "mx"> | undefined): readonly DomainName[] {
  return [...new Set([...exchanges(mx), ...(promises?.mx ?? [])])].slice(0, publishLimits.mxMax);
}

/** The MX hosts that are published and can be hosts. */
export function exchanges(mx: Looked<MxRecord>): readonly DomainName[] {
  if (mx.kind !== "records") return [];
  return mx.records
    .toSorted((a, b) => a.preference - b.preference)
    .flatMap(({ exchange }) => {
      const parsed = parseDomain(exchange);
      return parsed.ok ? [parsed.value] : [];
    });
}

/** The keys that a host shows now; undefined if it could not be seen by either kind. */
export function shownKeys({ presented }: Pick<PublishedHost, "presented">): readonly KeyFact[] | undefined {
  const chains = presented.flatMap((one) => (one.kind === "chain" ? [one.chain[0]] : []));
  if (chains.length === 0) return undefined;
  return chains.flatMap((leaf) => (leaf === undefined ? [] : (keyOfDer(leaf) ?? [])));
}

export function hostKeysOf({ host, next, presented }: PublishedHost): HostKeys {
  return { host, current: shownKeys({ presented }) ?? [], next };
}

async function observeHost(
  ports: ObservePorts,
  request: ObserveRequest,
  { host, inMx }: Pick<PublishedHost, "host" | "inMx">,
): Promise<PublishedHost> {
  const { addresses, status } = await hostAddresses(ports, request, host);
  const tlsa = lookUpTlsa(ports, host);
  const presented = await presentedBy(ports, request, host, addresses);
  return {
    host,
    inMx,
    addresses: status,
    tlsa: await tlsa,
    presented,
    webPki: await judgeByWebPki(ports, request, host, addresses),
    next: request.next,
  };
}

async function hostAddresses(
  { resolver }: ObservePorts,
  { at }: LookRequest,
  host: DomainName,
): Promise<{ readonly addresses: readonly IpAddress[]; readonly status: PublishedHost["addresses"] }> {
  const answers = await Promise.all([resolver.a(host), resolver.aaaa(host)]);
  const found = answers.flatMap((answer) => (answer.kind === "records" ? answer.records : []));
  return { addresses: at ?? found, status: addressStatus(answers) };
}

async function presentedBy(
  ports: ObservePorts,
  request: LookRequest,
  host: DomainName,
  addresses: readonly IpAddress[],
): Promise<readonly Presented[]> {
  // One after the other: some servers count connections.
  const presented: Presented[] = [];
  for (const keyKind of keyKinds) presented.push(await present(ports, request, host, addresses, keyKind));
  return settled(presented);
}

/** Trap 4: either family secure is enough. */
function addressStatus(answers: readonly Answer<IpAddress>[]): PublishedHost["addresses"] {
  const records = answers.filter((answer) => answer.kind === "records");
  if (records.some(({ status }) => status === "secure")) return "secure";
  if (answers.some((answer) => answer.kind === "failure")) return "failed";
  return records.length > 0 ? "insecure" : "none";
}

async function present(
  ports: ObservePorts,
  request: LookRequest,
  host: DomainName,
  addresses: readonly IpAddress[],
  keyKind: KeyKind,
): Promise<Presented> {
  const wire = await reach(ports, request, host, addresses);
  if (wire.kind !== "ready") return { ...wire, keyKind };
  const { clock } = ports;
  const timeoutMs = publishLimits.handshakeTimeoutMs;
  const surveyed = await surveyTls(wire.wire, { host, keys: keyKind, clock, timeoutMs });
  if (surveyed.ok) return { kind: "chain", keyKind, chain: surveyed.value.chain.map(({ raw }) => raw) };
  const { fault, detail } = surveyed.error;
  return fault === "handshake-failed" ? { kind: "not-offered", keyKind } : { kind: "untested", keyKind, detail };
}

/** Who takes neither kind has not merely no certificate of one: then nothing was seen. */
function settled(presented: readonly Presented[]): readonly Presented[] {
  if (!presented.every(({ kind }) => kind === "not-offered")) return presented;
  return presented.map(({ keyKind }) => ({ kind: "untested", keyKind, detail: "no TLS 1.2 or newer handshake" }));
}

async function judgeByWebPki(
  ports: ObservePorts,
  request: ObserveRequest,
  host: DomainName,
  addresses: readonly IpAddress[],
): Promise<WebPki> {
  const reached = await reach(ports, request, host, addresses);
  if (reached.kind !== "ready") return { kind: "untested" };
  const proof = { kind: "mta-sts", names: [host], ...(request.ca === undefined ? {} : { ca: request.ca }) } as const;
  const { clock } = ports;
  const shaken = await startTls(reached.wire, { host, level: "authenticated", proof }, { clock });
  if (!shaken.ok) return { kind: "failed", ...shaken.error };
  shaken.value.channel.stream.destroy();
  return { kind: "proven" };
}

type Reached =
  | { readonly kind: "ready"; readonly wire: Wire }
  | { readonly kind: "no-starttls" }
  | { readonly kind: "untested"; readonly detail: string };

async function reach(
  { net, clock, metrics }: ObservePorts,
  { ehloName, port }: LookRequest,
  host: DomainName,
  addresses: readonly IpAddress[],
): Promise<Reached> {
  if (addresses.length === 0) return { kind: "untested", detail: "no address" };
  const giveUp = new AbortController();
  const timer = clock.after(publishLimits.lookTimeoutMs, () => giveUp.abort());
  const dialled = await dialHost(
    { net, clock, metrics },
    { host, addresses: addresses.slice(0, limits.addressesPerHostMax), port, onEvent: () => {}, signal: giveUp.signal },
  );
  timer.cancel();
  if (!dialled.ok) return { kind: "untested", detail: dialled.error };
  const ready = await reachTls(clock, { host, ehloName }, dialled.value);
  if (ready.ok) return { kind: "ready", wire: ready.value };
  const { error } = ready;
  if (error.kind === "unproven" && error.fault === "starttls-missing") return { kind: "no-starttls" };
  return { kind: "untested", detail: "detail" in error ? error.detail : error.kind };
}

export async function lookedOf<T>(question: Promise<Answer<T>>): Promise<Looked<T>> {
  const answer = await question;
  switch (answer.kind) {
    case "records":
      return {
        kind: "records",
        status: answer.status,
        records: answer.records,
        ttlSeconds: answer.ttlSeconds,
      };
    case "nodata":
    case "nxdomain":
      return { kind: "none", status: answer.status };
    case "failure":
      return { kind: "failed", status: answer.status, detail: answer.detail };
  }
}
