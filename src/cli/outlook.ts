/**
 * What the planner needs to decide about a domain, for a command that sends nothing: names, policies and memory as a relay with this
 * configuration has them, or as one would that has just been set up.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { domain, limits, noLog, noMetrics, type DomainName } from "../base/index.ts";
import { deliveryDefaults, gatherSettingsOf } from "../delivery/index.ts";
import { createStubResolver, createValidatingResolver, type Resolver, type ValidatingResolver } from "../dns/index.ts";
import { createMemory, noMemory, noSts, type GatherDeps, type GatherSettings } from "../policy/index.ts";
import { policyPath, type PolicyFetched } from "../publish/index.ts";
import {
  authoritiesOf,
  deliverySettings,
  dotClient,
  httpsGet,
  openFactStore,
  openMemoryStore,
  openStsSource,
  systemClock,
  systemNet,
  systemRandom,
  type Config,
} from "../system/index.ts";
import type { TrustedCas } from "../tls/index.ts";
import {
  anchorsIn,
  keeperOf,
  readConfig,
  Stop,
  tryoutDns,
  upstreamsOf,
  type ResolvingOptions,
  type TryoutNet,
} from "./resolving.ts";
import { exitCodes, printable, type CommandContext } from "./terminal.ts";

export interface OutlookOptions {
  readonly config?: string;
  readonly resolver?: readonly string[];
  readonly trustAnchor?: string;
  /** PEM file of authorities to believe besides the system's. */
  readonly ca?: string;
  /** Ports for a test network. */
  readonly port?: string;
  readonly httpsPort?: string;
}

export interface OutlookBounds {
  /** Of the resolver's cache, in bytes. Default: as a relay. */
  readonly cacheBytesMax: number;
  /** Zones whose keys it keeps. */
  readonly zonesKeptMax: number;
}

export interface Outlook {
  readonly deps: GatherDeps;
  readonly settings: GatherSettings;
  readonly resolver: Resolver;
  /** Absent where somebody else's word is taken for DNSSEC. */
  readonly proving?: Pick<ValidatingResolver, "query">;
  /** Our name in EHLO. */
  readonly ehloName: DomainName;
  /** What a policy host serves now, unread. */
  fetchPolicy(host: DomainName): Promise<PolicyFetched>;
  close(): Promise<void>;
}

/** Throws Stop where an option cannot be used; why was told. */
export async function openOutlook(
  context: CommandContext,
  options: OutlookOptions,
  bounds?: OutlookBounds,
): Promise<Outlook> {
  const asked = resolvingOf(options);
  const config = await readConfig(context, asked);
  const isNamed = options.resolver !== undefined || options.trustAnchor !== undefined || config !== undefined;
  const tryout = isNamed ? undefined : tryoutDns(context);
  const upstreams = tryout?.upstreams ?? upstreamsOf(context, asked, config);
  const own = tryout?.anchors ?? [...anchorsIn(context, options.trustAnchor), ...(config?.dns.anchors ?? [])];
  const ports = { net: systemNet, clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics };
  const cache = bounds && { entriesMax: limits.dnsCacheEntriesMax, bytesMax: bounds.cacheBytesMax };
  const asking = { ...ports, upstreams, secure: dotClient(), ...(cache === undefined ? {} : { cache }) };
  const isStub = config !== undefined && (config.dns.trustAd || config.danger.skipDnssec);
  const proving = isStub
    ? undefined
    : createValidatingResolver({
        ...asking,
        anchors: keeperOf(config, own).anchors,
        ...(bounds === undefined ? {} : { zonesKeptMax: bounds.zonesKeptMax }),
      });
  const resolver = proving ?? createStubResolver({ ...asking, trustAd: config?.dns.trustAd === true });
  const settings = settingsOf(context, options, config, tryout);
  const facts = openFactStore({ directory: config?.server.data ?? nowhere, role: "operator" });
  const danger = {
    ...(config?.danger ?? { smtpPort: settings.smtpPort, skipDnssec: false }),
    httpsPort: portOf(context, options.httpsPort) ?? config?.danger.httpsPort ?? 443,
    allowPrivateAddresses: settings.allowPrivateAddresses,
  };
  const policy = {
    ...(config?.policy ?? { require: settings.defaultRequire, mtaSts: true, enforce: "all" as const }),
    ...(settings.authorities === undefined ? {} : { authorities: settings.authorities }),
  };
  const sts = policy.mtaSts
    ? openStsSource({ policy, danger }, { ...ports, resolver, facts, refreshes: false })
    : undefined;
  const remembers = config?.memory.remember ?? false;
  const memory = remembers
    ? createMemory({ store: openMemoryStore(facts), clock: systemClock, log: noLog, metrics: noMetrics })
    : undefined;
  const { authorities } = settings;
  // One for all: it parses every authority that there is.
  const get = httpsGet({
    net: systemNet,
    clock: systemClock,
    resolver,
    port: danger.httpsPort,
    allowPrivateAddresses: danger.allowPrivateAddresses,
    ...(authorities === undefined ? {} : { authorities }),
  });
  return {
    deps: { resolver, random: systemRandom, clock: systemClock, sts: sts ?? noSts, memory: memory ?? noMemory },
    settings,
    resolver,
    ...(proving === undefined ? {} : { proving }),
    ehloName: config?.delivery.heloName ?? domain("localhost"),
    async fetchPolicy(host) {
      const fetched = await get(host, policyPath);
      return fetched.ok ? { kind: "fetched", bytes: fetched.value } : { kind: "failed", detail: fetched.error.detail };
    },
    async close() {
      memory?.close();
      await sts?.close();
      facts.close();
      await resolver.close();
    },
  };
}

function resolvingOf({ config, resolver, trustAnchor }: OutlookOptions): ResolvingOptions {
  return {
    ...(config === undefined ? {} : { config }),
    ...(resolver === undefined ? {} : { via: resolver }),
    ...(trustAnchor === undefined ? {} : { anchor: trustAnchor }),
  };
}

/** A directory in which there is nothing: an operator sees an empty store there. */
const nowhere = "/nonexistent/surehop";

function settingsOf(
  context: CommandContext,
  options: OutlookOptions,
  config: Config | undefined,
  tryout: TryoutNet | undefined,
): GatherSettings {
  const ofTryout = tryout === undefined ? undefined : authoritiesOf(tryout.ca, false);
  const known = config?.policy.authorities ?? ofTryout;
  const authorities = options.ca === undefined ? known : readAuthorities(context, options.ca);
  const base = config === undefined ? freshSettings : gatherSettingsOf(deliverySettings(config));
  const smtpPort = portOf(context, options.port) ?? tryout?.smtpPort ?? base.smtpPort;
  // A named port or authority means a network of one's own.
  const isOwn = tryout !== undefined || options.port !== undefined || options.ca !== undefined;
  return {
    ...base,
    smtpPort,
    allowPrivateAddresses: base.allowPrivateAddresses || isOwn,
    ...(authorities === undefined ? {} : { authorities }),
  };
}

/** As a relay that was just set up. */
const freshSettings: GatherSettings = {
  rules: [],
  ownNames: [domain("localhost")],
  ownAddresses: [],
  smtpPort: 25,
  allowPrivateAddresses: false,
  defaultRequire: "cleartext",
  tlsRetry: deliveryDefaults.tlsRetry,
  exceptions: [],
  enforce: "all",
  memoryTerms: deliveryDefaults.memoryTerms,
};

/** Throws Stop where it is none; that was told. */
export function portOf({ terminal, words }: CommandContext, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port > 0 && port <= 65_535) return port;
  terminal.err(words.say("cli-bad-port", { value: printable(text) }));
  throw new Stop(exitCodes.usage);
}

function readAuthorities({ terminal, words }: CommandContext, named: string): TrustedCas {
  let pem: string | undefined;
  try {
    pem = readFileSync(resolve(terminal.directory, named), "utf8");
  } catch {
    pem = undefined;
  }
  const authorities = pem === undefined ? undefined : authoritiesOf(pem, false);
  if (authorities !== undefined) return authorities;
  terminal.err(words.say("cli-bad-ca", { file: printable(named) }));
  throw new Stop(exitCodes.usage);
}
