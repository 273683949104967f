/**
 * The relay's own looks at what its domain has published (`[publish]`): so the waiting times of a key's roll-over count from when a record
 * came out, and not from when somebody first asked `surehop publish next` about it; and a record that was gone for a while is noticed.
 *
 *   waiting ──jittered──► looking: MX, then host by host its TLSA records and its keys ──► entered into the ledger ──► waiting …
 *
 * Each look asks anew: what the relay's own cache remembers is no sight of anything. A look that failed changes nothing, and a ledger that
 * cannot be read is left as it is. `close` cuts what is under way; nothing is entered any more.
 */
import type { Clock, DomainName, Log, Metrics, Net, Random, Timer, Wire } from "../base/index.ts";
import { createAnchorKeeper, createStubResolver, createValidatingResolver, type Secure } from "../dns/index.ts";
import {
  emptyLedger,
  enter,
  hostLedger,
  hostsToLookAt,
  ledgerText,
  lookAtHost,
  lookedOf,
  parseLedger,
  publishLimits,
  signedTtl,
  type Ledger,
  type Look,
  type ObservePorts,
} from "../publish/index.ts";
import { anchorFile, openAnchorStore } from "./anchors.ts";
import type { Config } from "./config/types.ts";
import { openPublishStore, publishFile } from "./publish.ts";

export interface SightingsPorts {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly secure: Secure;
}

export interface Sightings {
  close(): void;
}

/** Undefined where the configuration names no domain of one's own, or wants no looks. */
export function watchPublished(config: Config, ports: SightingsPorts): Sightings | undefined {
  const everyMs = config.publish?.lookEveryMs;
  return everyMs === undefined ? undefined : new Watch(config, ports, everyMs);
}

class Watch implements Sightings {
  readonly #config: Config;
  readonly #ports: SightingsPorts;
  readonly #everyMs: number;
  readonly #wires = new Set<Wire>();
  #timer: Timer;
  #closed = false;

  constructor(config: Config, ports: SightingsPorts, everyMs: number) {
    this.#config = config;
    this.#ports = ports;
    this.#everyMs = everyMs;
    this.#timer = this.#after(ports.random.fraction() * publishLimits.firstLookMaxMs);
  }

  close(): void {
    this.#closed = true;
    this.#timer.cancel();
    for (const { stream } of this.#wires) stream.destroy();
  }

  #after(ms: number): Timer {
    return this.#ports.clock.after(ms, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    try {
      const looks = await this.#look();
      if (!this.#closed) this.#enter(looks);
    } catch (error) {
      if (!this.#closed) this.#ports.log.warn("what is published could not be noted", { error: String(error) });
    }
    if (this.#closed) return;
    const jitter = publishLimits.lookJitterPart * (2 * this.#ports.random.fraction() - 1);
    this.#timer = this.#after(this.#everyMs * (1 + jitter));
  }

  async #look(): Promise<readonly Look[]> {
    const { publish, delivery, danger } = this.#config;
    if (publish === undefined) return [];
    const { ports, close } = freshLook(this.#config, { ...this.#ports, net: this.#watched() });
    try {
      const mx = await lookedOf(ports.resolver.mx(publish.promises.domain));
      const looks: Look[] = [];
      // One after the other: there is no hurry.
      for (const host of hostsToLookAt(mx, publish.promises)) {
        if (this.#closed) break;
        looks.push(await lookAtHost(ports, { ehloName: delivery.heloName, port: danger.smtpPort }, host));
      }
      return looks;
    } finally {
      await close();
    }
  }

  /** Read and written in one breath: a command may have entered something meanwhile. */
  #enter(looks: readonly Look[]): void {
    const { clock, log } = this.#ports;
    const file = publishFile(this.#config.server.data);
    const store = openPublishStore(file);
    const text = store.read();
    const before = text === undefined ? { ok: true as const, value: emptyLedger } : parseLedger(text);
    if (!before.ok) return log.warn("what was seen of our records cannot be read, and is left as it is", { file });
    const after = enter(before.value, clock.now(), looks);
    store.write(ledgerText(after));
    for (const { host } of looks) this.#tell(host, before.value, after);
  }

  #tell(host: DomainName, before: Ledger, after: Ledger): void {
    const [was, is] = [before, after].map((ledger) => Object.keys(hostLedger(ledger, host).records));
    for (const record of is ?? []) {
      if (was?.includes(record) !== true) this.#ports.log.info("a TLSA record of ours is out", { host, record });
    }
    for (const record of was ?? []) {
      if (is?.includes(record) !== true) this.#ports.log.info("a TLSA record of ours is gone", { host, record });
    }
  }

  /** The net, with what it dials remembered, so that it can be cut. */
  #watched(): Net {
    const { net } = this.#ports;
    return {
      ...net,
      dial: async (to, options) => {
        const dialled = await net.dial(to, options);
        if (!dialled.ok) return dialled;
        const { value: wire } = dialled;
        this.#wires.add(wire);
        wire.stream.once("close", () => this.#wires.delete(wire));
        if (this.#closed) wire.stream.destroy();
        return dialled;
      },
    };
  }
}

/** Names that nobody has asked for yet, with the trust anchors that the relay has learned. */
function freshLook(
  { dns, danger, server }: Config,
  ports: SightingsPorts,
): { readonly ports: ObservePorts; close(): Promise<void> } {
  const { clock, log } = ports;
  const upstreams = dns.resolvers;
  if (dns.trustAd || danger.skipDnssec) {
    const resolver = createStubResolver({ ...ports, upstreams, trustAd: dns.trustAd });
    return { ports: { ...ports, resolver }, close: () => resolver.close() };
  }
  const file = openAnchorStore(anchorFile(server.data));
  const store = { read: () => file.read(), write() {} };
  const { anchors } = createAnchorKeeper({ clock, log, store, own: dns.anchors });
  const resolver = createValidatingResolver({ ...ports, upstreams, anchors });
  const fullTtl = (name: DomainName): Promise<number | undefined> =>
    signedTtl(resolver, name, clock.monotonic() + publishLimits.signedTtlTimeoutMs);
  return { ports: { ...ports, resolver, fullTtl }, close: () => resolver.close() };
}
