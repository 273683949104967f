/**
 * What each address shows, looked at once for all the domains whose mail goes there.
 *
 * An address of a hoster has many names. What it shows under one is taken for another where that is beyond doubt (`serves`: its certificates
 * are for that name too, or it has no TLS at all); where not, it is asked again under the other name. Who shows the same under a few names
 * (`isAlike`) does not look at names, and shows it under every one. Who shows something else each time is asked a few times more and then
 * no more: what was not asked is said to be so, and never guessed.
 *
 * A probe that was put off ("not now") is made again later. Everybody who waits for an address waits for one and the same probe.
 */
import type { DomainName, IpAddress } from "../../base/index.ts";
import type { Admit, Gate, Permit } from "./gate.ts";
import type { ProbeTarget } from "./groups.ts";
import { scanLimits } from "./limits.ts";

/** What was seen of an address under one name. */
export interface SeenUnder<P> {
  readonly host: DomainName;
  readonly seen: P;
}

/** Where probes are kept beyond memory. Throws what its medium throws. */
export interface ProbeStore<P> {
  /** In the order in which they were kept; none that are older than `scanLimits.probeKeptMs`. */
  load(address: IpAddress): readonly SeenUnder<P>[];
  keep(address: IpAddress, under: SeenUnder<P>): void;
}

export interface Prober<P> {
  /**
   * One look at one address. Every connection is made with a permit of `admit`, and given back when it is gone; the first permit is at
   * hand. Never rejects.
   */
  probe(target: ProbeTarget, admit: Admit): Promise<P>;
  /** The server does not want us now, and may later. */
  isPutOff(seen: P): boolean;
  /** What was seen under another name holds for this one. */
  serves(seen: P, host: DomainName): boolean;
  /** The server showed the same to both. */
  isAlike(one: P, other: P): boolean;
  /** In place of a look that is not taken. */
  unasked(target: ProbeTarget): P;
  /** What it takes in memory, roughly. */
  sightBytes(seen: P): number;
}

interface Entry<P> {
  readonly results: SeenUnder<P>[];
  /** True: it was looked at. */
  readonly pending: Map<DomainName, Promise<boolean>>;
}

export class SharedProbes<P> {
  readonly #prober: Prober<P>;
  readonly #gate: Gate;
  readonly #store: ProbeStore<P>;
  /** Addresses that are being looked at. */
  readonly #busy = new Map<IpAddress, Entry<P>>();
  /** Others that were asked for lately, the least recently first. */
  readonly #idle = new Map<IpAddress, Entry<P>>();
  readonly #stopped: () => boolean;
  #idleBytes = 0;
  #made = 0;

  constructor(prober: Prober<P>, { gate, store, stopped }: SharedPorts<P>) {
    this.#prober = prober;
    this.#gate = gate;
    this.#store = store;
    this.#stopped = stopped;
  }

  /** Probes that were made in this run, again those that were put off. */
  get made(): number {
    return this.#made;
  }

  /**
   * Looks at it, unless what is known will do. False: the scan was stopped before that. What there is to see comes from `seen`: so nobody
   * who waits for his other addresses holds it meanwhile.
   */
  async look(target: ProbeTarget): Promise<boolean> {
    const { address, host } = target;
    let entry = this.#entry(address);
    for (; ; entry = this.#entry(address)) {
      if (this.#known(entry, host) !== undefined) return true;
      const own = entry.pending.get(host);
      if (own !== undefined) return own;
      // Under another name it is being looked at now; perhaps that will do.
      const [other] = entry.pending.values();
      if (other === undefined) break;
      if (!(await other)) return false;
    }
    if (entry.results.length >= scanLimits.namesPerAddressMax) return true;
    const looking = this.#look(target, entry);
    entry.pending.set(host, looking);
    this.#makeBusy(address, entry);
    try {
      return await looking;
    } finally {
      entry.pending.delete(host);
      if (entry.pending.size === 0) this.#makeIdle(address, entry);
    }
  }

  /** After `look`: what there is to see under this name. */
  seen(target: ProbeTarget): P {
    return this.#known(this.#entry(target.address), target.host) ?? this.#prober.unasked(target);
  }

  #known({ results }: Entry<P>, host: DomainName): P | undefined {
    const own = results.find((one) => one.host === host);
    const found = own ?? results.find(({ seen }) => this.#prober.serves(seen, host));
    return (found ?? this.#shownToAll(results))?.seen;
  }

  #shownToAll(results: readonly SeenUnder<P>[]): SeenUnder<P> | undefined {
    const [first, ...others] = results;
    if (first === undefined || results.length < scanLimits.namesBeforeAlike) return undefined;
    return others.every(({ seen }) => this.#prober.isAlike(first.seen, seen)) ? first : undefined;
  }

  async #look(target: ProbeTarget, { results }: Entry<P>): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      // Thousands wait here: a probe, which is much larger, is begun when it may connect.
      const permit = await this.#gate.enter(target);
      if (permit === undefined) return false;
      this.#made++;
      const seen = await this.#prober.probe(target, this.#admitting(target, permit)).finally(() => permit.release());
      // What a scan that is being stopped kept it from is nothing that was seen.
      if (this.#stopped()) return false;
      if (this.#prober.isPutOff(seen) && tries < scanLimits.triesMax) {
        this.#gate.pause(target, scanLimits.retryAfterMs * 2 ** (tries - 1));
        continue;
      }
      const under = { host: target.host, seen };
      results.push(under);
      this.#store.keep(target.address, under);
      return true;
    }
  }

  #admitting(target: ProbeTarget, first: Permit): Admit {
    let atHand: Permit | undefined = first;
    return () => {
      const permit = atHand;
      atHand = undefined;
      return permit === undefined ? this.#gate.enter(target) : Promise.resolve(permit);
    };
  }

  #entry(address: IpAddress): Entry<P> {
    const busy = this.#busy.get(address);
    if (busy !== undefined) return busy;
    const known = this.#idle.get(address);
    if (known !== undefined) {
      this.#idle.delete(address);
      this.#idle.set(address, known);
      return known;
    }
    const made = { results: [...this.#store.load(address)], pending: new Map<DomainName, Promise<boolean>>() };
    this.#makeIdle(address, made);
    return made;
  }

  #makeBusy(address: IpAddress, entry: Entry<P>): void {
    if (this.#idle.delete(address)) this.#idleBytes -= this.#bytesOf(entry);
    this.#busy.set(address, entry);
  }

  #makeIdle(address: IpAddress, entry: Entry<P>): void {
    this.#busy.delete(address);
    this.#idle.set(address, entry);
    this.#idleBytes += this.#bytesOf(entry);
    for (const [oldest, other] of this.#idle) {
      const { addressesCachedMax, sightsCachedMaxBytes } = scanLimits;
      if (this.#idle.size <= addressesCachedMax && this.#idleBytes <= sightsCachedMaxBytes) return;
      this.#idle.delete(oldest);
      this.#idleBytes -= this.#bytesOf(other);
    }
  }

  /** An entry that is idle does not change. */
  #bytesOf({ results }: Entry<P>): number {
    return results.reduce((so, { seen }) => so + this.#prober.sightBytes(seen), 0);
  }
}

export interface SharedPorts<P> {
  readonly gate: Gate;
  readonly store: ProbeStore<P>;
  readonly stopped: () => boolean;
}
