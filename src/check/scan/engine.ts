/**
 * The scan: domains in, one line each out, in the order in which they come to an end.
 *
 *   source ─► done already, or opted out? ─► look-ups ─► what has to be looked at ─► shared probes ─► judgement ─► line
 *
 * A domain is in one of these states:
 *
 *   unread      in the source: what the scan does not hold, it cannot lose
 *   asked       its look-ups are under way; at most `concurrency` are
 *   waiting     for the probes of its addresses, its own or those of others, which the gate paces
 *   written     its line is in the output. Only now it is done
 *
 * At most `domainsUnderWayMax` are asked or waiting, and fewer where much is known of each (`factsUnderWayMaxBytes`); the source is read no
 * faster than they come to an end. Who waits holds what DNS said and nothing of what was seen. So memory depends neither on how long the
 * list is nor on what strangers publish. Nothing but the output says what is done. So a scan may end at any moment, politely or not: whoever goes on reads
 * the output first, skips what is in it, and no domain is lost or done twice. A domain that the list names again is skipped likewise.
 *
 * To stop, the gate is shut and the source is left alone; connections that are open may come to their end, for a moment; a domain that is
 * not written by then will be looked at the next time.
 */
import type { Clock, DomainName } from "../../base/index.ts";
import { Gate } from "./gate.ts";
import type { ProbeTarget, ScanBudgets } from "./groups.ts";
import type { OptOut } from "./input.ts";
import { scanLimits } from "./limits.ts";
import { lineVersion, type CheckedLine, type ScanLine } from "./line.ts";
import type { NameSet } from "./names.ts";
import { SharedProbes, type Prober, type ProbeStore } from "./probes.ts";

/** How a domain is looked at. `F`: what DNS says; `P`: what one address shows. */
export interface Looking<F, P> extends Prober<P> {
  /** Never rejects. */
  factsOf(domain: DomainName): Promise<F>;
  /** What they take in memory, roughly. */
  factsBytes(facts: F): number;
  /** The addresses that have to be looked at, in the order of their hosts. */
  targetsOf(facts: F): readonly ProbeTarget[];
  /** Pure. `seen` in the order of `targets`. */
  judge(facts: F, targets: readonly ProbeTarget[], seen: readonly P[]): CheckedLine;
}

export interface ScanPorts<F, P> {
  readonly looking: Looking<F, P>;
  readonly clock: Clock;
  readonly store: ProbeStore<P>;
  /** Appends it to the output. Throws what the output's medium throws. */
  readonly write: (line: ScanLine) => void;
}

export interface ScanSettings {
  readonly concurrency: number;
  readonly budgets: ScanBudgets;
  readonly optOut: OptOut;
  /** What is in the output already; what is written is added. */
  readonly done: NameSet;
}

export interface ScanProgress {
  /** Read from the source in this run. */
  readonly read: number;
  /** Of these, in the output already, or named before. */
  readonly skipped: number;
  readonly written: number;
  readonly underWay: number;
  readonly connections: number;
  /** Connections that wait for their turn. */
  readonly waiting: number;
  readonly probes: number;
}

export interface Scan {
  /** `complete`: the source is at its end and all of it is written. Rejects with what `write`, the store or the source throws. */
  readonly end: Promise<"complete" | "stopped">;
  progress(): ScanProgress;
  /** Asking again does nothing. */
  stop(): void;
}

export function startScan<F, P>(
  ports: ScanPorts<F, P>,
  settings: ScanSettings,
  source: AsyncIterable<DomainName> | Iterable<DomainName>,
): Scan {
  return new RunningScan(ports, settings, source);
}

class RunningScan<F, P> implements Scan {
  readonly end: Promise<"complete" | "stopped">;
  readonly #ports: ScanPorts<F, P>;
  readonly #settings: ScanSettings;
  readonly #gate: Gate;
  readonly #probes: SharedProbes<P>;
  /** Read in this run and not written yet: named twice, it is not begun twice. */
  readonly #underWay = new Set<DomainName>();
  readonly #broken = Promise.withResolvers<never>();
  #asked = 0;
  /** Of what is known of the domains that wait. */
  #factBytes = 0;
  #read = 0;
  #skipped = 0;
  #written = 0;
  #isStopped = false;
  #wake: (() => void) | undefined;

  constructor(
    ports: ScanPorts<F, P>,
    settings: ScanSettings,
    source: AsyncIterable<DomainName> | Iterable<DomainName>,
  ) {
    const { clock, looking, store } = ports;
    this.#ports = ports;
    this.#settings = settings;
    this.#gate = new Gate(clock, settings.budgets, settings.concurrency);
    this.#probes = new SharedProbes(looking, { gate: this.#gate, store, stopped: () => this.#isStopped });
    this.#broken.promise.catch(() => this.stop());
    this.end = Promise.race([this.#run(source), this.#broken.promise]);
  }

  progress(): ScanProgress {
    return {
      read: this.#read,
      skipped: this.#skipped,
      written: this.#written,
      underWay: this.#underWay.size,
      connections: this.#gate.open,
      waiting: this.#gate.waiting,
      probes: this.#probes.made,
    };
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#gate.close();
    this.#wake?.();
  }

  async #run(source: AsyncIterable<DomainName> | Iterable<DomainName>): Promise<"complete" | "stopped"> {
    for await (const domain of source) {
      if (this.#isStopped) break;
      this.#read++;
      this.#begin(domain);
      await this.#until(() => this.#hasRoom() || this.#isStopped);
    }
    await this.#until(() => this.#underWay.size === 0 || this.#isStopped);
    if (this.#underWay.size === 0 && !this.#isStopped) return "complete";
    await this.#grace();
    return "stopped";
  }

  #hasRoom(): boolean {
    const { domainsUnderWayMax, factsUnderWayMaxBytes } = scanLimits;
    if (this.#asked >= this.#settings.concurrency || this.#underWay.size >= domainsUnderWayMax) return false;
    return this.#factBytes < factsUnderWayMaxBytes;
  }

  #begin(domain: DomainName): void {
    const { done, optOut } = this.#settings;
    if (this.#underWay.has(domain) || done.has(domain)) {
      this.#skipped++;
      return;
    }
    this.#underWay.add(domain);
    const work = optOut.hasDomain(domain) ? Promise.resolve(this.#other(domain, "opted-out")) : this.#look(domain);
    work
      .then((line) => {
        if (line !== undefined) this.#write(line);
        this.#underWay.delete(domain);
        this.#wake?.();
      })
      .catch((error: unknown) => this.#broken.reject(error));
  }

  #write(line: ScanLine): void {
    this.#ports.write(line);
    this.#settings.done.add(line.domain);
    this.#written++;
  }

  /** Undefined: the scan was stopped. */
  async #look(domain: DomainName): Promise<ScanLine | undefined> {
    const { looking } = this.#ports;
    this.#asked++;
    const facts = await looking.factsOf(domain).finally(() => this.#asked--);
    this.#wake?.();
    if (this.#isStopped) return undefined;
    const targets = looking.targetsOf(facts);
    const bytes = looking.factsBytes(facts);
    this.#factBytes += bytes;
    const looked = await Promise.all(
      targets.map((target) => this.#isLeftAlone(target) || this.#probes.look(target)),
    ).finally(() => (this.#factBytes -= bytes));
    if (looked.includes(false)) return undefined;
    const seen = targets.map((target) =>
      this.#isLeftAlone(target) ? looking.unasked(target) : this.#probes.seen(target),
    );
    try {
      return looking.judge(facts, targets, seen);
    } catch (error) {
      // A bug of ours that one domain brings to light is that domain's line, and not the end of a million others'.
      return this.#other(domain, "failed", error instanceof Error ? error.message : String(error));
    }
  }

  #isLeftAlone({ host, address }: ProbeTarget): boolean {
    const { optOut } = this.#settings;
    return optOut.hasDomain(host) || optOut.hasAddress(address);
  }

  #other(domain: DomainName, outcome: "opted-out" | "failed", detail?: string): ScanLine {
    const at = new Date(this.#ports.clock.now()).toISOString();
    return {
      v: lineVersion,
      domain,
      outcome,
      at,
      ...(detail === undefined ? {} : { detail: detail.slice(0, scanLimits.detailMaxChars) }),
    };
  }

  /** Connections may come to their end. */
  async #grace(): Promise<void> {
    let isOver = false;
    const timer = this.#ports.clock.after(scanLimits.stopGraceMs, () => {
      isOver = true;
      this.#wake?.();
    });
    await this.#until(() => this.#gate.open === 0 || isOver);
    timer.cancel();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
