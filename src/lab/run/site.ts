/** One domain of the lab: its records, its honest server, and the front at which it is found. */
import { domain, ip, type Clock, type DomainName, type Endpoint, type Net } from "../../base/index.ts";
import type { ReceiverSetup } from "../../threats/index.ts";
import { keyPages, Mailbox, openpgpkeyName, type Keys } from "../author/index.ts";
import type { Authority, Credentials } from "../ca.ts";
import type { ZoneRecord } from "../nameserver/index.ts";
import type { PolicyHost } from "../policy-host.ts";
import { startReceiver, type Receiver } from "../receiver.ts";
import { identityOf, type Identity } from "./credentials.ts";
import { openFront, type Front } from "./front.ts";
import type { AuthorParts } from "./types.ts";

export interface Site {
  readonly setup: ReceiverSetup;
  readonly domain: DomainName;
  readonly host: DomainName;
  readonly front: Front;
  readonly honest: Receiver;
  /** Behind the honest server. */
  readonly mailbox: Mailbox;
  /** Of those who get sealed mail here. */
  readonly keys: Keys | undefined;
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
  readonly author?: Partial<AuthorParts>;
}

const policySeconds = 30 * 86_400;

/** Who is written to, and how. */
export interface Correspondence {
  /** The local parts of those who get sealed mail, and their key. */
  readonly locals: readonly string[];
  readonly keys: Keys;
  /** The author's, whom they know. */
  readonly author: Keys;
}

export interface Neighbours {
  /** Mail to it is sealed. */
  readonly sealed?: Correspondence;
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
  const mailbox = shared?.mailbox ?? new Mailbox(deps.clock, deps.author?.openMessage);
  const honest = shared?.honest ?? (await openHonest(deps, setup, host, identity, mailbox));
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
  if (neighbours.sealed !== undefined) {
    mailbox.keep(neighbours.sealed.keys.secret, neighbours.sealed.author.open);
    Object.assign(records, publishKeys(deps, name, neighbours.sealed));
  }
  return {
    setup,
    domain: name,
    host,
    front,
    honest,
    mailbox,
    keys: neighbours.sealed?.keys,
    credentials: identity?.credentials,
    identity,
    records,
    async close() {
      await Promise.all([front.close(), ...(shared === undefined ? [honest.close()] : [])]);
    },
  };
}

/** In the DNS and on the web, for each of them; whether the DNS is believed is up to the zone. */
function publishKeys(
  { authority, policies, ttlSeconds: ttl }: SiteDeps,
  name: DomainName,
  { locals, keys: { published } }: Correspondence,
): Record<string, readonly ZoneRecord[]> {
  const host = domain(`openpgpkey.${name}`);
  const pages = locals.map((local) => {
    return [keyPages(local, name).advanced.path, { type: "application/octet-stream", body: published }] as const;
  });
  policies.serve(host, Object.fromEntries(pages), authority.issue({ names: [host] }));
  const inDns = locals.map((local) => {
    return [openpgpkeyName(local, name), [{ type: "OPENPGPKEY", rdata: published, ttl }]] as const;
  });
  return { [host]: [{ type: "A", value: policies.endpoint.address, ttl }], ...Object.fromEntries(inDns) };
}

function hostOf(name: DomainName): DomainName {
  return domain(`mx.${name}`);
}

function openHonest(
  { net, clock }: SiteDeps,
  setup: ReceiverSetup,
  hostname: DomainName,
  identity: Identity | undefined,
  mailbox: Mailbox,
): Promise<Receiver> {
  return startReceiver({
    net,
    clock,
    at: behind,
    hostname,
    features: { requireTls: setup.requireTls?.offered ?? true },
    ...(identity === undefined ? {} : { credentials: identity.credentials }),
    onMessage: mailbox.take,
  });
}

/** Where honest servers really are. */
const behind: Endpoint = { address: ip("127.0.0.1"), port: 0 };
