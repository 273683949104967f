/**
 * A small Internet on loopback, for trying the relay out: a name server, mail servers of every kind that one meets, a man in the
 * middle before some of them, and before the name server, too. Each server has an address of its own (127.0.25.x) and all share one
 * port, as they share port 25 outside; no administrator's rights are needed.
 *
 *   safe        does everything right; a rule demands proof        → delivered, readable by the two servers alone
 *   hosted      another company's server; a rule, signed DNS       → delivered, as above: DNSSEC proves the server's name
 *   busy        says "not now" the first time                      → delivered at the second attempt
 *   careless    TLS with a certificate that it signed itself       → delivered, encrypted to whoever answered
 *   postcard    no TLS at all, and somebody listens on the path    → delivered, readable by anyone on the path
 *   unguarded   its offer of TLS is cut out; no rule               → delivered, and read by the attacker
 *   tapped      the same; a rule demands proof                     → held
 *   impostor    somebody answers in its place; a rule, too         → held
 *   keyed       publishes its own key in signed DNS (DANE)         → delivered, readable by the two servers alone
 *   swapped     the same; somebody answers in its place            → held
 *   redirected  its MX answer is forged; unsigned DNS              → delivered to the attacker
 *   anchored    the same; signed DNS                               → held
 *   broken      the signatures in its DNS do not fit               → held
 *   closed      knows nobody of that name                          → comes back
 *   nowhere     does not exist, which its parent's signature says  → comes back
 *
 * The DNS is signed from a root of its own down: `.`, then `example.`, then a zone for each domain, signed, broken or proven not to be
 * signed. `anchors` is the root's key. What comes back, comes back to `tryout.example`, the sender's own domain.
 */
import { createHash, X509Certificate } from "node:crypto";
import { domain, ip, type Clock, type DomainName, type Endpoint, type IpAddress, type Net } from "../base/index.ts";
import type { TrustAnchor } from "../dns/index.ts";
import type { Rule } from "../policy/index.ts";
import { attackerDomain, attackers, type Captured, type RunningAttack } from "./attackers/index.ts";
import { makeAuthority, selfSigned, trustOnly, type Authority, type Credentials } from "./ca.ts";
import type { ZoneState } from "./dnssec/index.ts";
import { startNameserver, type Nameserver, type Zones } from "./nameserver/index.ts";
import { startReceiver, type ReceivedMessage, type Receiver } from "./receiver.ts";
import { providerDomain, sandboxDomains, type SandboxSite } from "./sites.ts";

export interface SandboxDomain extends SandboxSite {
  readonly recipient: string;
  /** What the honest server took. */
  received(): readonly ReceivedMessage[];
  /** What the attacker got hold of; undefined where there is none. */
  captured(): readonly Captured[] | undefined;
}

export interface Sandbox {
  /** The name server. */
  readonly resolver: Endpoint;
  /** The key of the sandbox's root, to be believed in place of the Internet's. */
  readonly anchors: readonly TrustAnchor[];
  /** Where every mail server of the sandbox is, at its own address. */
  readonly smtpPort: number;
  /** What an operator would write down about these domains. */
  readonly rules: readonly Rule[];
  /** The sandbox's one trusted authority. */
  readonly authority: Authority;
  /** In the order in which they are best told about. */
  readonly domains: readonly SandboxDomain[];
  /** The sender. */
  readonly sender: string;
  /** What came to the sender's own domain: notices. */
  mailbox(): readonly ReceivedMessage[];
  close(): Promise<void>;
}

export interface SandboxOptions {
  readonly net: Net;
  readonly clock: Clock;
  /** Called for each message that comes to the sender's own domain. */
  readonly onMail?: (message: ReceivedMessage) => void;
}

export const homeDomain = domain("tryout.example");

/** Rejects with an Error, nothing left open, if the addresses cannot be listened at. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const authority = makeAuthority(options.clock, "Sandbox CA");
  for (let tries = 1; ; tries++) {
    const builder = new Builder(options, authority);
    try {
      return await builder.build();
    } catch (error) {
      await builder.close();
      // A port that is free at the first address may be taken at another.
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || tries >= portTriesMax) throw error;
    }
  }
}

const portTriesMax = 20;
const anyPort = 0;

interface Building {
  readonly site: SandboxSite;
  readonly server: Receiver | undefined;
  readonly attack: RunningAttack | undefined;
}

class Builder {
  readonly #options: SandboxOptions;
  readonly #authority: Authority;
  readonly #closers: (() => Promise<void>)[] = [];
  #port = anyPort;
  /** Of the sites whose DNS says what they are. */
  readonly #published = new Map<string, Credentials>();

  constructor(options: SandboxOptions, authority: Authority) {
    this.#options = options;
    this.#authority = authority;
  }

  async build(): Promise<Sandbox> {
    const host = mxOf(homeDomain);
    const home = await this.#receiver(addressOf(homePlace), host, this.#good(host), this.#options.onMail);
    this.#port = home.endpoint.port;
    const names = await this.#nameserver();
    const buildings: Building[] = [];
    for (const [place, site] of sandboxDomains.entries()) buildings.push(await this.#build(place, site, names));
    return {
      resolver: names.endpoint,
      anchors: names.anchors,
      smtpPort: this.#port,
      rules: [...sandboxDomains.flatMap((site) => this.#ruleOf(site)), this.#ruleFor(homeDomain, mxOf(homeDomain))],
      authority: this.#authority,
      domains: buildings.map(({ site, server, attack }) => ({
        ...site,
        recipient: `bob@${site.name}`,
        received: () => server?.received() ?? [],
        captured: () => attack?.captured(),
      })),
      sender: `alice@${homeDomain}`,
      mailbox: () => home.received(),
      close: () => this.close(),
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#closers.splice(0).map((close) => close()));
  }

  async #build(place: number, site: SandboxSite, dns: Nameserver): Promise<Building> {
    if (site.server === undefined) return { site, server: undefined, attack: undefined };
    const attacker = site.attack && attackers[site.attack.id];
    // Who stands in the path has the published address; who stands in the DNS leads to another.
    const inFront = attacker?.stands === "path";
    const [own, other] = [addressOf(place), addressOf(behind + place)];
    const host = hostOf(site);
    const server = await this.#receiver(inFront ? other : own, host, this.#credentials(site), undefined, site);
    if (attacker === undefined) return { site, server, attack: undefined };
    const { net, clock } = this.#options;
    const at = { address: inFront ? own : other, port: this.#port };
    const target = { at, victim: server.endpoint, host, domain: site.name };
    const attack = await attacker.start({ net, clock, authority: this.#authority, dns }, target, site.attack?.variant);
    this.#closers.push(() => attack.close());
    return { site, server, attack };
  }

  #ruleOf(site: SandboxSite): readonly Rule[] {
    switch (site.rule) {
      case false:
        return [];
      case "names":
        return [this.#ruleFor(site.name, hostOf(site))];
      case "dnssec":
        return [this.#ruleFor(site.name)];
    }
  }

  /** `match`: the name that the operator has written down. */
  #ruleFor(pattern: DomainName, match?: DomainName): Rule {
    const names = match === undefined ? {} : { match: [match] };
    return { pattern, require: "authenticated", ...names, ca: trustOnly(this.#authority) };
  }

  async #receiver(
    address: IpAddress,
    hostname: DomainName,
    credentials: Credentials | undefined,
    onMessage?: (message: ReceivedMessage) => void,
    site?: SandboxSite,
  ): Promise<Receiver> {
    const { net, clock } = this.#options;
    const receiver = await startReceiver({
      net,
      clock,
      at: { address, port: this.#port },
      hostname,
      ...(credentials === undefined ? {} : { credentials }),
      ...(site?.server?.behaviour === undefined ? {} : { behaviour: site.server.behaviour }),
      ...(onMessage === undefined ? {} : { onMessage }),
    });
    this.#closers.push(() => receiver.close());
    return receiver;
  }

  async #nameserver(): Promise<Nameserver> {
    const { net, clock } = this.#options;
    const zones: Record<string, Zones[string]> = {};
    const states: Record<string, ZoneState> = {
      example: "signed",
      [homeDomain]: "signed",
      [providerDomain]: "signed",
      [attackerDomain]: "unsigned",
    };
    const publish = (name: string, host: string, place: number): void => {
      zones[name] = [{ type: "MX", preference: 10, value: host }];
      zones[host] = [{ type: "A", value: addressOf(place) }];
    };
    publish(homeDomain, mxOf(homeDomain), homePlace);
    for (const [place, site] of sandboxDomains.entries()) {
      if (site.server === undefined) continue;
      states[site.name] = site.dns;
      publish(site.name, hostOf(site), place);
      if (site.dane !== true) continue;
      const credentials = this.#credentials(site);
      if (credentials === undefined) continue;
      this.#published.set(site.id, credentials);
      zones[`_${this.#port}._tcp.${hostOf(site)}`] = [{ type: "TLSA", rdata: keyDigest(credentials) }];
    }
    const at = { address: addressOf(homePlace), port: anyPort };
    const names = await startNameserver({ net, at, zones, signing: { clock, zones: states } });
    this.#closers.push(() => names.close());
    return names;
  }

  #credentials(site: SandboxSite): Credentials | undefined {
    const published = this.#published.get(site.id);
    if (published !== undefined) return published;
    switch (site.server?.certificate) {
      case "good":
        return this.#good(hostOf(site));
      case "self-signed":
        return selfSigned(this.#options.clock, { names: [hostOf(site)] });
      default:
        return undefined;
    }
  }

  #good(host: DomainName): Credentials {
    return this.#authority.issue({ names: [host] });
  }
}

/** `3 1 1`: the SHA-256 of the server's own public key (RFC 7672 §3.1.1). */
function keyDigest({ cert }: Credentials): Uint8Array {
  const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  return Buffer.concat([Uint8Array.of(3, 1, 1), createHash("sha256").update(key).digest()]);
}

function hostOf({ name, host }: SandboxSite): DomainName {
  return host ?? mxOf(name);
}

function mxOf(name: DomainName): DomainName {
  return domain(`mx.${name}`);
}

const homePlace = 99;
/** Places of the honest servers that have somebody standing before them. */
const behind = 100;

function addressOf(place: number): IpAddress {
  return ip(`127.0.25.${place + 1}`);
}
