/**
 * One domain on loopback, made from a description: its zone, its MX hosts with real servers behind real addresses, its policy. Without any
 * description it does everything right, so that whatever is found wrong with it is what was planted.
 */
import { constants } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { domain, ip, noLog, noMetrics, type Clock, type DomainName, type Wire } from "../../src/base/index.ts";
import {
  checkLimits,
  inspect,
  lookUpCaa,
  lookUpNameservers,
  type Inspection,
  type InspectDeps,
} from "../../src/check/index.ts";
import { createValidatingResolver, reachNameserver, type ValidatingResolver } from "../../src/dns/index.ts";
import {
  loopbackOnly,
  startNameserver,
  startReceiver,
  trustOnly,
  type Behaviour,
  type Fault,
  type Nameserver,
  type ZoneRecord,
  type Zones,
} from "../../src/lab/index.ts";
import { objectId, sequence, tlv } from "../../src/lab/der.ts";
import type { GatherSettings } from "../../src/policy/index.ts";
import type { PolicyFetched } from "../../src/publish/index.ts";
import type { ServerFeatures } from "../../src/smtp/index.ts";
import { systemClock, systemNet, systemRandom } from "../../src/system/index.ts";
import { tlsa, tlsaOf, type TlsaShape } from "../support/tlsa.ts";
import {
  extension,
  makeCa,
  makeCertificate,
  makeKeys,
  type Keys,
  type Made,
  type MakeOptions,
} from "../support/x509.ts";

/** What everybody in this town trusts. */
export const root = makeCa({ commonName: "Town Root" });
export const intermediate = makeCa({ commonName: "Town Issuing CA", issuer: root, pathLength: 0 });
/** A whole town trusts it not. */
export const stranger = makeCa({ commonName: "Stranger CA" });

export const keys = {
  rsa: makeKeys("rsa2048"),
  rsaOther: makeKeys("rsa2048"),
  rsaShort: makeKeys("rsa1024"),
  ec: makeKeys("p256"),
  ecOther: makeKeys("p256"),
  /** Of every host: the one that comes next. */
  next: makeKeys("p256"),
} satisfies Record<string, Keys>;

/** As public authorities have it: where the issuer's certificate is to be had. */
const issuerPlace = extension(
  "2b06010505070101",
  false,
  sequence(sequence(objectId("2b06010505073002"), tlv(0x86, Buffer.from("http://ca.example/issuing.der")))),
);

/** A leaf with what stands behind it, as it is to be presented. */
export interface Chain {
  readonly keys: Keys;
  readonly certificates: readonly Made[];
}

export function chain(of: Keys, options: MakeOptions = {}, above: readonly Made[] = [intermediate]): Chain {
  const [issuer] = above;
  const leaf = makeCertificate({
    keys: of,
    ...(issuer === undefined ? {} : { issuer }),
    extensions: [issuerPlace],
    toDays: 60,
    ...options,
  });
  return { keys: of, certificates: [leaf, ...above] };
}

export interface HostPlan {
  /** Default: `mx.` + the domain. */
  readonly name?: string;
  readonly preference?: number;
  /** Default: an RSA and an ECDSA chain for its name. None: no STARTTLS. */
  readonly chains?: readonly Chain[];
  readonly tls?: SecureContextOptions;
  /** Default: `3 1 1` of every chain, and of the key that comes next. */
  readonly tlsa?: readonly ZoneRecord[] | "none";
  readonly ipv6?: boolean;
  /** IPv4 addresses; default one. */
  readonly ipv4?: number;
  readonly features?: Partial<ServerFeatures>;
  readonly behaviour?: Behaviour;
  /** In place of a mail server. */
  readonly server?: (wire: Wire, connection: number) => void;
  /** Nobody listens there. */
  readonly isDown?: boolean;
  readonly records?: readonly ZoneRecord[];
}

export interface TownPlan {
  readonly zone?: "signed" | "unsigned" | "broken";
  /** Other zones, below `example`. */
  readonly zones?: Readonly<Record<string, "signed" | "unsigned" | "broken">>;
  readonly hosts?: readonly HostPlan[];
  /** In place of the MX records that follow from `hosts`. */
  readonly mx?: readonly ZoneRecord[];
  /** In place of `v=STSv1; id=1` and a policy that enforces. */
  readonly stsRecord?: readonly string[];
  readonly policy?: string | "unreachable";
  readonly rpt?: readonly string[];
  readonly caa?: boolean;
  /** Whether the zone's name server has an IPv6 address, and says something there; default `answers`. */
  readonly nsIpv6?: "none" | "silent" | "answers";
  readonly records?: Zones;
  readonly faults?: readonly Fault[];
}

export interface Town {
  readonly domain: DomainName;
  readonly port: number;
  readonly names: Nameserver;
  /** Of the zone's own name server, at its IPv6 address. */
  readonly nameserverPort: number;
  readonly resolver: ValidatingResolver;
  readonly deps: InspectDeps;
  readonly gather: GatherSettings;
  inspect(): Promise<Inspection>;
  close(): Promise<void>;
}

export const authorities = { ...trustOnly(root), exclusive: true } as const;

let place = 0;
const portTriesMax = 30;

export async function openTown(plan: TownPlan, name = "town.example"): Promise<Town> {
  for (let tries = 0; ; tries++) {
    const closers: (() => Promise<void>)[] = [];
    try {
      return await build(plan, domain(name), closers);
    } catch (error) {
      await Promise.allSettled(closers.map((close) => close()));
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || tries >= portTriesMax) throw error;
    }
  }
}

async function build(plan: TownPlan, of: DomainName, closers: (() => Promise<void>)[]): Promise<Town> {
  const { hosts = [{}] } = plan;
  const zones: Record<string, readonly ZoneRecord[]> = {};
  let port = 0;
  const mx: ZoneRecord[] = [];
  const nameOf = ({ name }: HostPlan, at: number): string => name ?? `mx${at === 0 ? "" : at + 1}.${of}`;
  const all = hosts.map(nameOf);
  for (const [at, host] of hosts.entries()) {
    const name = nameOf(host, at);
    mx.push({ type: "MX", preference: host.preference ?? 10, value: name });
    const chains = host.chains ?? [chain(keys.rsa, { names: all }), chain(keys.ec, { names: all })];
    const v4 = Array.from({ length: host.ipv4 ?? 1 }, () => nextAddress());
    const addresses = [...v4, ...(host.ipv6 === false ? [] : ["::1"])];
    for (const address of addresses) {
      // There is one IPv6 loopback address: the first host's server is behind it for all of them.
      if (at > 0 && address.includes(":")) continue;
      port = await openServer(host, name, chains, address, port, closers);
    }
    zones[name] = [
      ...addresses.map((value): ZoneRecord => ({ type: value.includes(":") ? "AAAA" : "A", value })),
      ...(host.records ?? []),
    ];
    const published =
      host.tlsa ?? [...chains, chain(keys.next)].map(({ certificates: [leaf] }) => tlsa("3 1 1", leaf?.pem ?? ""));
    if (published !== "none") zones[`_${port}._tcp.${name}`] = published;
  }
  const policy =
    plan.policy ??
    [
      "version: STSv1",
      "mode: enforce",
      ...mx.map((one) => `mx: ${"value" in one ? String(one.value) : ""}`),
      "max_age: 1209600",
      "",
    ].join("\n");
  const txt = (values: readonly string[]): readonly ZoneRecord[] => values.map((value) => ({ type: "TXT", value }));
  zones[of] = [...(zones[of] ?? []), ...(plan.mx ?? mx), ...(plan.caa === false ? [] : [caaRecord])];
  zones[`_mta-sts.${of}`] = txt(plan.stsRecord ?? ["v=STSv1; id=20260101;"]);
  zones[`_smtp._tls.${of}`] = txt(plan.rpt ?? [`v=TLSRPTv1; rua=mailto:tls@${of}`]);
  // The lab's signer names it so.
  if (plan.nsIpv6 !== "none") zones[`ns.${of}`] = [{ type: "AAAA", value: "::1" }];
  for (const zone of Object.keys(plan.zones ?? {})) zones[zone] = [caaRecord];
  for (const [owner, records] of Object.entries(plan.records ?? {}))
    zones[owner] = [...(zones[owner] ?? []), ...records];
  const names = await startNameserver({
    net: systemNet,
    at: { address: ip("127.0.0.1"), port: 0 },
    zones,
    ...(plan.faults === undefined ? {} : { faults: plan.faults }),
    signing: { clock: systemClock, zones: { example: "signed", [of]: plan.zone ?? "signed", ...plan.zones } },
  });
  closers.push(() => names.close());
  const nameserverPort = await openOwnNameserver(plan.nsIpv6 ?? "answers", zones, closers);
  const resolver = createValidatingResolver({
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    log: noLog,
    metrics: noMetrics,
    upstreams: [names.endpoint],
    anchors: () => names.anchors,
  });
  closers.push(() => resolver.close());
  const fetched: PolicyFetched =
    policy === "unreachable"
      ? { kind: "failed", detail: "connection refused" }
      : { kind: "fetched", bytes: Buffer.from(policy) };
  const deps: InspectDeps = {
    resolver,
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    metrics: noMetrics,
    caa: (name) => lookUpCaa(resolver, name),
    nameservers: (name) =>
      lookUpNameservers(resolver, name, (address, zone) =>
        reachNameserver(
          { net: systemNet, clock: hurried(systemClock), random: systemRandom },
          { address, port: nameserverPort },
          zone,
        ),
      ),
    fetchPolicy: () => Promise.resolve(fetched),
  };
  const gather: GatherSettings = { ...gatherDefaults, smtpPort: port === 0 ? freePort : port };
  return {
    domain: of,
    port,
    names,
    nameserverPort,
    resolver,
    deps,
    gather,
    inspect: () => inspect(deps, { gather, ehloName: domain("checker.example"), paceMs: 0 }, of),
    close: async () => void (await Promise.allSettled(closers.map((close) => close()))),
  };
}

/** The port at which the zone's own name server is reached by IPv6, or is not. */
async function openOwnNameserver(
  says: NonNullable<TownPlan["nsIpv6"]>,
  zones: Zones,
  closers: (() => Promise<void>)[],
): Promise<number> {
  const at = { address: ip("::1"), port: 0 };
  if (says === "answers") {
    const server = await startNameserver({ net: systemNet, at, zones });
    closers.push(() => server.close());
    return server.endpoint.port;
  }
  const socket = await loopbackOnly(systemNet).datagramAt(at, () => {});
  closers.push(() => Promise.resolve(socket.close()));
  return socket.local.port;
}

/** For waits that come to nothing on loopback. */
function hurried(clock: Clock): Clock {
  return { ...clock, after: (delayMs, callback) => clock.after(delayMs / 20, callback) };
}

/** Nobody listens there (RFC 6335 §6: never assigned). */
const freePort = 1;
const caaRecord: ZoneRecord = { type: "CAA", rdata: Buffer.concat([Buffer.of(0, 5), Buffer.from("issueca.example")]) };

const gatherDefaults: GatherSettings = {
  rules: [],
  ownNames: [domain("checker.example")],
  ownAddresses: [],
  smtpPort: 25,
  allowPrivateAddresses: true,
  defaultRequire: "cleartext",
  tlsRetry: { tries: 3, overMs: 3_600_000 },
  exceptions: [],
  enforce: "all",
  memoryTerms: { patienceMs: 86_400_000, afterwards: "bounce" },
  authorities,
};

function nextAddress(): string {
  place = (place + 1) % 60_000;
  return `127.44.${Math.floor(place / 250)}.${(place % 250) + 1}`;
}

async function openServer(
  host: HostPlan,
  name: string,
  chains: readonly Chain[],
  address: string,
  port: number,
  closers: (() => Promise<void>)[],
): Promise<number> {
  const at = { address: ip(address), port };
  if (host.isDown === true) return port;
  if (host.server !== undefined) {
    let connections = 0;
    const wires = new Set<Wire>();
    const listener = await loopbackOnly(systemNet).listen(at, (wire) => {
      wires.add(wire);
      wire.stream.on("error", () => {});
      host.server?.(wire, connections++);
    });
    closers.push(async () => {
      for (const { stream } of wires) stream.destroy();
      await listener.close();
    });
    return listener.local.port;
  }
  const secureContext =
    chains.length === 0
      ? undefined
      : createSecureContext({
          key: chains.map((one) => one.keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
          cert: chains.map(({ certificates }) => certificates.map(({ pem }) => pem).join("")),
          minVersion: "TLSv1.2",
          honorCipherOrder: true,
          ciphers: goodCiphers,
          secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
          ...host.tls,
        });
  const receiver = await startReceiver({
    net: systemNet,
    clock: systemClock,
    at,
    hostname: domain(name),
    ...(secureContext === undefined ? {} : { secureContext }),
    features: host.features ?? {},
    ...(host.behaviour === undefined ? {} : { behaviour: host.behaviour }),
  });
  closers.push(() => receiver.close());
  return receiver.endpoint.port;
}

export const goodCiphers =
  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

export { checkLimits, tlsa, tlsaOf, type TlsaShape };
