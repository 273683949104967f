/** One domain of the lab: its records, its honest server, and the front at which it is found. */
import { domain, ip, type Clock, type DomainName, type Endpoint, type Net } from "../../base/index.ts";
import type { ReceiverSetup } from "../../threats/index.ts";
import type { Authority, Credentials } from "../ca.ts";
import type { ZoneRecord } from "../nameserver/index.ts";
import type { PolicyHost } from "../policy-host.ts";
import { startReceiver, type Receiver } from "../receiver.ts";
import { identityOf, type Identity } from "./credentials.ts";
import { openFront, type Front } from "./front.ts";

export interface Site {
  readonly setup: ReceiverSetup;
  readonly domain: DomainName;
  readonly host: DomainName;
  readonly front: Front;
  readonly honest: Receiver;
  readonly credentials: Credentials | undefined;
  readonly identity: Identity | undefined;
  readonly records: Readonly<Record<string, readonly ZoneRecord[]>>;
  close(): Promise<void>;
}

export interface SiteDeps {
  readonly net: Net;
  readonly clock: Clock;
  readonly authority: Authority;
  readonly policies: PolicyHost;
  readonly smtpPort: number;
  readonly ttlSeconds: number;
}

const policySeconds = 30 * 86_400;

export interface Neighbours {
  /** Another domain whose mail this domain's server takes too: its certificate is for that one's host as well. */
  readonly alsoFor?: DomainName;
  /** The domain whose server this one's mail comes to, at an address of its own. */
  readonly with?: Site;
}

export async function openSite(
  deps: SiteDeps,
  setup: ReceiverSetup,
  name: DomainName,
  at: Endpoint,
  neighbours: Neighbours = {},
): Promise<Site> {
  const { net, authority, policies } = deps;
  const host = hostOf(name);
  const shared = neighbours.with;
  const also = neighbours.alsoFor === undefined ? [] : [hostOf(neighbours.alsoFor)];
  const identity = shared === undefined ? identityOf(setup, [host, ...also], deps) : shared.identity;
  const honest = shared?.honest ?? (await openHonest(deps, setup, host, identity));
  const front = await openFront(net, at, () => honest.endpoint);
  const ttl = deps.ttlSeconds;
  const records: Record<string, readonly ZoneRecord[]> = {
    [name]: [{ type: "MX", value: host, ttl }],
    [host]: [{ type: "A", value: at.address, ttl }],
  };
  if (identity?.tlsa !== undefined) {
    records[`_${deps.smtpPort}._tcp.${host}`] = [{ type: "TLSA", rdata: identity.tlsa, ttl }];
  }
  if (setup.sts !== undefined) {
    const policyHost = domain(`mta-sts.${name}`);
    records[`_mta-sts.${name}`] = [{ type: "TXT", value: "v=STSv1; id=honest;", ttl }];
    records[policyHost] = [{ type: "A", value: policies.endpoint.address, ttl }];
    const policy = `version: STSv1\r\nmode: ${setup.sts}\r\nmx: ${host}\r\nmax_age: ${policySeconds}\r\n`;
    policies.publish(name, policy, authority.issue({ names: [policyHost] }));
  }
  return {
    setup,
    domain: name,
    host,
    front,
    honest,
    credentials: identity?.credentials,
    identity,
    records,
    async close() {
      await Promise.all([front.close(), ...(shared === undefined ? [honest.close()] : [])]);
    },
  };
}

function hostOf(name: DomainName): DomainName {
  return domain(`mx.${name}`);
}

function openHonest(
  { net, clock }: SiteDeps,
  setup: ReceiverSetup,
  hostname: DomainName,
  identity: Identity | undefined,
): Promise<Receiver> {
  return startReceiver({
    net,
    clock,
    at: behind,
    hostname,
    features: { requireTls: setup.requireTls?.offered ?? true },
    ...(identity === undefined ? {} : { credentials: identity.credentials }),
  });
}

/** Where honest servers really are. */
const behind: Endpoint = { address: ip("127.0.0.1"), port: 0 };
