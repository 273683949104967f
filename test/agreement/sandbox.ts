/** Makes an internet of the table: signed zones behind one name server, certificates, receivers, and those that stand before them. */
import { X509Certificate } from "node:crypto";
import { domain, ip, type DomainName, type Endpoint } from "../../src/base/index.ts";
import {
  attackers,
  startNameserver,
  startReceiver,
  type Authority,
  type Credentials,
  type Fault,
  type LeafOptions,
  type Nameserver,
  type ReceivedMessage,
  type Receiver,
  type RunningAttack,
  type ZoneRecord,
} from "../../src/lab/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";
import { freePort } from "../peers/wait.ts";
import { makeAuthority, selfSigned } from "../support/certificates.ts";
import { tlsa, tlsaOf, type TlsaShape } from "../support/tlsa.ts";
import type { HostShape, Site, TlsaSource, TlsaText, ZoneState } from "./table.ts";

export interface Sandbox {
  /** The authority that both senders are to believe. */
  readonly authority: Authority;
  readonly nameserver: Nameserver;
  /** Every host listens there. */
  readonly port: number;
  /** What has reached any host of this domain, for this mailbox. */
  received(site: Site, mailbox: string): readonly ReceivedMessage[];
  close(): Promise<void>;
}

export function domainOf({ name }: Site): DomainName {
  return domain(`${name}.example`);
}

export async function openSandbox(sites: readonly Site[]): Promise<Sandbox> {
  const building = new Building(await freePort());
  try {
    for (const site of sites) await building.add(site);
    return await building.open();
  } catch (error) {
    await building.close();
    throw error;
  }
}

/** A host with everything that follows from where it stands in the table. */
interface Placed extends HostShape {
  readonly name: string;
  readonly domain: string;
  readonly address: string;
  /** Where its server really is, if somebody stands before it. */
  readonly hidden: string;
  readonly credentials: Credentials | undefined;
}

class Building implements Sandbox {
  readonly authority = makeAuthority();
  readonly port: number;
  readonly #issuer = this.authority.intermediate("Issuing CA");
  readonly #stranger = makeAuthority("Another CA");
  readonly #records: Record<string, ZoneRecord[]> = {};
  readonly #zones: Record<string, ZoneState> = { example: "signed" };
  readonly #faults: Fault[] = [];
  readonly #receivers = new Map<string, Receiver[]>();
  readonly #middles: RunningAttack[] = [];
  #nameserver: Nameserver | undefined;
  #placed = 0;

  constructor(port: number) {
    this.port = port;
  }

  get nameserver(): Nameserver {
    if (this.#nameserver === undefined) throw new Error("the sandbox is not open");
    return this.#nameserver;
  }

  received(site: Site, mailbox: string): readonly ReceivedMessage[] {
    const all = (this.#receivers.get(domainOf(site)) ?? []).flatMap((receiver) => receiver.received());
    return all.filter(({ to }) => to.includes(`${mailbox}@${domainOf(site)}`));
  }

  async add(site: Site): Promise<void> {
    const { mx = "records", zone = "signed", hosts = [{}] } = site;
    const name = domainOf(site);
    if (mx === "nxdomain") return;
    this.#zones[name] = zone;
    switch (mx) {
      case "null":
        return this.#record(name, { type: "MX", preference: 0, value: "." });
      case "nothing":
        return this.#record(name, { type: "TXT", value: "nothing here" });
      case "literal":
        return this.#record(name, { type: "MX", value: "127.0.40.254" });
      case "servfail":
        return void this.#faults.push({ name, type: "MX", kind: "servfail" });
      case "records":
      case "implicit":
        break;
    }
    for (const [place, host] of hosts.entries()) {
      const zoneOfHost = host.elsewhere === undefined ? name : `${site.name}-elsewhere.example`;
      if (host.elsewhere !== undefined) this.#zones[zoneOfHost] = host.elsewhere;
      const hostname = mx === "implicit" ? name : `mx${place + 1}.${zoneOfHost}`;
      if (mx === "records") this.#record(name, { type: "MX", preference: 10 * (place + 1), value: hostname });
      await this.#place(host, hostname, name);
    }
  }

  async open(): Promise<Sandbox> {
    this.#nameserver = await startNameserver({
      net: systemNet,
      at: { address: ip("127.0.0.1"), port: 0 },
      zones: this.#records,
      faults: this.#faults,
      signing: { clock: systemClock, zones: this.#zones },
    });
    return this;
  }

  async close(): Promise<void> {
    await this.#nameserver?.close();
    for (const middle of this.#middles) await middle.close();
    for (const receiver of [...this.#receivers.values()].flat()) await receiver.close();
  }

  async #place(shape: HostShape, name: string, ofDomain: string): Promise<void> {
    const serial = ++this.#placed;
    if (serial > 253) throw new RangeError("more hosts than addresses");
    const credentials = this.#certify(shape, name, ofDomain);
    const address = `127.0.40.${serial}`;
    const host: Placed = { ...shape, name, domain: ofDomain, address, hidden: `127.0.41.${serial}`, credentials };
    this.#publishAddress(host);
    this.#publishTlsa(host);
    await this.#serve(host);
  }

  #publishAddress({ name, address, alias, addressFault }: Placed): void {
    const target = alias === undefined ? name : aliasTarget(name);
    if (alias !== undefined) {
      this.#zones[zoneAbove(target)] = alias.zone;
      this.#record(name, { type: "CNAME", value: target });
    }
    if (addressFault === "none") return this.#record(target, { type: "TXT", value: "no address here" });
    if (addressFault === "bogus") this.#zones[target] = "broken";
    if (addressFault === "servfail") this.#faults.push({ name: target, kind: "servfail" });
    this.#record(target, { type: "A", value: address });
  }

  #publishTlsa(host: Placed): void {
    const { alias, tlsaAlias, tlsaFault, tlsa: texts = [] } = host;
    const base = alias?.tlsaAt === "target" ? aliasTarget(host.name) : host.name;
    const owner = `_${this.port}._tcp.${base}`;
    if (tlsaFault === "bogus") this.#zones[`_tcp.${base}`] = "broken";
    else if (tlsaFault !== undefined) this.#faults.push({ name: owner, type: "TLSA", kind: tlsaFault });
    const at = tlsaAlias === undefined ? owner : `tlsa.${base.split(".").slice(1).join("-")}-tlsa.example`;
    if (tlsaAlias !== undefined) {
      this.#zones[zoneAbove(at)] = tlsaAlias;
      this.#record(owner, { type: "CNAME", value: at });
    }
    for (const text of texts) this.#record(at, this.#tlsa(text, host));
  }

  #tlsa(text: TlsaText, host: Placed): ZoneRecord {
    const [, shape = "", source = ""] = /^(\d+ \d+ \d+) (\w+)$/.exec(text) ?? [];
    if (source === "short") {
      const [usage = 0, selector = 0, matching = 0] = shape.split(" ").map(Number);
      return tlsaOf([usage, selector, matching], new Uint8Array(31));
    }
    return tlsa(shape as TlsaShape, this.#certificate(source as Exclude<TlsaSource, "short">, host));
  }

  #certificate(source: Exclude<TlsaSource, "short">, { credentials }: Placed): string {
    switch (source) {
      case "leaf":
        if (credentials === undefined) throw new TypeError("a host without a certificate has no leaf");
        return new X509Certificate(credentials.cert).toString();
      case "issuer":
        return this.#issuer.pem;
      case "root":
        return this.authority.pem;
      case "other":
        return this.#stranger.pem;
    }
  }

  #certify({ certificate = "good" }: HostShape, host: string, ofDomain: string): Credentials | undefined {
    const issue = (options: LeafOptions = {}): Credentials => this.#issuer.issue({ names: [host], ...options });
    switch (certificate) {
      case "good":
        return issue();
      case "wildcard":
        return issue({ names: [`*.${host.split(".").slice(1).join(".")}`] });
      case "for-domain":
        return issue({ names: [ofDomain] });
      case "wrong-name":
        return issue({ names: ["somewhere.else"] });
      case "expired":
        return issue({ fromDays: -30, toDays: -1 });
      case "not-yet-valid":
        return issue({ fromDays: 2, toDays: 30 });
      case "no-intermediate":
        return issue({ withoutChain: true });
      case "self-signed":
        return selfSigned({ names: [host] });
      case "by-stranger":
        return this.#stranger.issue({ names: [host] });
      case "none":
        return undefined;
    }
  }

  async #serve({ mood, address, hidden, name, domain: ofDomain, credentials }: Placed): Promise<void> {
    if (mood === "absent") return;
    const endpoint = (at: string): Endpoint => ({ address: ip(at), port: this.port });
    const deps = { net: systemNet, clock: systemClock };
    const hostname = domain(name);
    const at = endpoint(mood === undefined ? address : hidden);
    const receiver = await startReceiver({ ...deps, at, hostname, ...(credentials && { credentials }) });
    this.#receivers.set(ofDomain, [...(this.#receivers.get(ofDomain) ?? []), receiver]);
    if (mood === undefined) return;
    const [attack, variant] = middles[mood];
    const target = { at: endpoint(address), victim: at, host: hostname, domain: domain(ofDomain) };
    const meddler = { ...deps, authority: this.authority, dns: { meddle: () => () => {} } };
    this.#middles.push(await attackers[attack].start(meddler, target, variant));
  }

  #record(name: string, record: ZoneRecord): void {
    (this.#records[name] ??= []).push(record);
  }
}

const middles = {
  "refuses-454": ["refuse-starttls", "454"],
  "refuses-502": ["refuse-starttls", "502"],
  resets: ["reset-handshake", "reset"],
  garbles: ["garble-handshake", "garbage"],
} as const;

/** In a zone of its own. */
function aliasTarget(name: string): string {
  return `host.${name.split(".").slice(1, -1).join("-")}-alias.example`;
}

function zoneAbove(name: string): string {
  return name.split(".").slice(1).join(".");
}
