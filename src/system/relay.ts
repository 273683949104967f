/**
 * The composition of a relay: which part gets what, the order in which they start, and the order in which they stop.
 *
 *   start   queue ─► facts.db ─► resolver ─► policies ─► courier ─► intake ─► console ─► ready
 *   stop    intake (no new mail) ─► courier (what is under way may end) ─► console ─► queue ─► policies ─► resolver ─► facts.db
 *
 * The queue outlives everyone who may still write to it.
 */
import type { SecureContext } from "node:tls";
import {
  type Clock,
  type Endpoint,
  type Log,
  type MessageId,
  type Net,
  type Random,
  type StoryEntry,
  type Timer,
} from "../base/index.ts";
import { preview } from "../check/index.ts";
import { startConsole, type Console, type HostedPolicy, type Readiness } from "../console/index.ts";
import { gatherSettingsOf, startCourier, type Courier } from "../delivery/index.ts";
import type { Resolver } from "../dns/index.ts";
import { intakeSettings, startIntake, userDirectory, type Intake } from "../intake/index.ts";
import { createMemory, noMemory, noSts, type Memory, type StsService, type StsSource } from "../policy/index.ts";
import { policyHost, policyText } from "../publish/index.ts";
import { openSqliteQueue, type MessageStory, type Queue } from "../queue/index.ts";
import type { Config } from "./config/types.ts";
import { dotClient } from "./dot.ts";
import type { MetricsRegistry } from "./metrics.ts";
import { openResolver } from "./names.ts";
import { deliverySettings, listenersOf } from "./settings.ts";
import { openDryRunLog, type DryRunLog } from "./store/dryrun.ts";
import { openMemoryStore } from "./store/memory.ts";
import { createReporter, type Reporter } from "./reports.ts";
import { watchPublished, type Sightings } from "./sightings.ts";
import { openFactStore, type FactStore } from "./store/open.ts";
import type { openSession } from "../smtp/index.ts";
import { openStsSource } from "./sts.ts";

export interface RelayPorts {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: MetricsRegistry;
  /** Certificate and key for submission, asked at each handshake. Needed if a submission listener is configured. */
  readonly secureContext?: () => SecureContext;
  /** For tests alone: parts that are put in the place of those that the relay has made, to see who notices. */
  readonly planted?: PlantedParts;
}

/** What a test gives in place of a part. */
export interface PlantedParts {
  readonly resolver?: (sound: Resolver) => Resolver;
  readonly sts?: (sound: StsSource) => StsSource;
  readonly openSession?: typeof openSession;
}

export type EventListener = (message: MessageId, entry: StoryEntry) => void;

export interface Relay {
  /** With the ports that were really bound. */
  readonly listeners: Intake["listeners"];
  /** Where the console listens; undefined if none is configured. */
  readonly console: Endpoint | undefined;
  readonly queue: Queue;
  /** Each event as it happens, before it is stored; what comes back ends that. */
  onEvent(listener: EventListener): () => void;
  /** Resolves when all has ended, at the latest soon after `drainMs`. What could not end is in the queue. */
  close(drainMs: number): Promise<void>;
}

const housekeepingMs = 3_600_000;

/** Rejects, with everything closed again, if a part cannot start; the Error says which and why. */
export async function startRelay(config: Config, ports: RelayPorts): Promise<Relay> {
  const parts = new RunningRelay(config, ports);
  try {
    await parts.start();
    return parts;
  } catch (error) {
    await parts.close(0);
    throw error;
  }
}

class RunningRelay implements Relay {
  readonly #config: Config;
  readonly #ports: RelayPorts;
  readonly #listeners = new Set<EventListener>();
  #queue: Queue | undefined;
  #facts: FactStore | undefined;
  #memory: Memory | undefined;
  #dryRun: DryRunLog | undefined;
  #resolver: Resolver | undefined;
  #sts: StsService | undefined;
  #reporter: Reporter | undefined;
  #courier: Courier | undefined;
  #intake: Intake | undefined;
  #console: Console | undefined;
  #sightings: Sightings | undefined;
  #housekeeping: Timer | undefined;
  #closing = false;

  constructor(config: Config, ports: RelayPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  get listeners(): Intake["listeners"] {
    return this.#intake?.listeners ?? [];
  }

  get console(): Endpoint | undefined {
    return this.#console?.local;
  }

  get queue(): Queue {
    if (this.#queue === undefined) throw new Error("the relay has not started");
    return this.#queue;
  }

  onEvent(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    const { net, clock, random, log, metrics, secureContext, planted } = this.#ports;
    const { server, listen, users } = this.#config;
    const onEvent = (message: string, entry: StoryEntry): void => this.#tell(message as MessageId, entry);
    const queue = await openSqliteQueue({ directory: server.data, clock, random, log, metrics });
    this.#queue = queue;
    const facts = openFactStore({ directory: server.data, role: "relay" });
    this.#facts = facts;
    if (this.#config.memory.remember) {
      this.#memory = createMemory({ store: openMemoryStore(facts), clock, log, metrics });
    }
    if (this.#config.policy.enforce === "report") this.#dryRun = openDryRunLog(facts, { clock, log });
    const sound = openResolver(this.#config, { net, clock, random, log, metrics, secure: dotClient() });
    this.#resolver = sound;
    const resolver = planted?.resolver?.(sound) ?? sound;
    if (this.#config.policy.mtaSts) {
      this.#sts = openStsSource(this.#config, { net, clock, random, log, metrics, resolver, facts });
    }
    const soundSts = this.#sts ?? noSts;
    const sts = planted?.sts?.(soundSts) ?? soundSts;
    const memory = this.#memory ?? noMemory;
    const settings = deliverySettings(this.#config);
    const gatherSettings = gatherSettingsOf(settings);
    this.#reporter = createReporter(this.#config, { net, clock, random, log, metrics, queue, resolver, facts });
    const { observe } = this.#reporter;
    this.#courier = startCourier(
      {
        net,
        clock,
        random,
        log,
        metrics,
        queue,
        resolver,
        sts,
        ...(planted?.openSession === undefined ? {} : { openSession: planted.openSession }),
        memory,
        onDryRun: (result) => this.#dryRun?.note(result),
        onEvent,
        ...(observe === undefined ? {} : { observe }),
      },
      settings,
    );
    this.#intake = await startIntake({
      ports: { net, clock, random, log, metrics },
      settings: intakeSettings({
        hostname: server.hostname,
        listeners: listenersOf(this.#config),
        ...this.#config.limits,
        logAddresses: this.#config.log.addresses,
      }),
      queue,
      users: userDirectory(users),
      onEvent,
      ...(secureContext === undefined ? {} : { secureContext }),
    });
    if (listen.http !== undefined) {
      this.#console = await startConsole({
        at: listen.http,
        clock,
        metrics,
        queue: { show: (id) => this.#liveStory(id) },
        ...hostedPolicy(this.#config),
        readiness: () => this.#readiness(),
        preview: (domain, message) =>
          preview({ resolver, random, clock, sts, memory }, gatherSettings, domain, message),
        ...(this.#reporter === undefined ? {} : { reports: this.#reporter }),
        onStory: (id, wake) => this.onEvent((message) => message === id && wake()),
      });
    }
    this.#sightings = watchPublished(this.#config, { net, clock, random, log, metrics, secure: dotClient() });
    this.#keepHouse();
    log.info("ready", {
      hostname: server.hostname,
      listeners: this.listeners.map(({ kind, local }) => `${kind} ${local.address} ${local.port}`),
      ...(this.console === undefined ? {} : { console: `${this.console.address} ${this.console.port}` }),
    });
  }

  async close(drainMs: number): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#housekeeping?.cancel();
    this.#sightings?.close();
    const startedAt = this.#ports.clock.monotonic();
    await this.#intake?.close(drainMs);
    const used = this.#ports.clock.monotonic() - startedAt;
    await this.#courier?.close(Math.max(0, drainMs - used));
    await this.#reporter?.close();
    this.#memory?.close();
    this.#dryRun?.close();
    await this.#console?.close();
    await this.#queue?.close();
    await this.#sts?.close();
    await this.#resolver?.close();
    this.#facts?.close();
  }

  #tell(message: MessageId, entry: StoryEntry): void {
    for (const listener of this.#listeners) listener(message, entry);
  }

  /** The story as stored, and behind it what an attempt under way has met so far. */
  async #liveStory(id: MessageId): Promise<MessageStory | undefined> {
    const underWay = this.#courier?.underWay(id) ?? [];
    const stored = await this.#queue?.show(id);
    if (stored === undefined || underWay.length === 0) return stored;
    const known = new Set(stored.story.map((entry) => JSON.stringify(entry)));
    return { ...stored, story: [...stored.story, ...underWay.filter((entry) => !known.has(JSON.stringify(entry)))] };
  }

  async #readiness(): Promise<Readiness> {
    const queue = await this.#queue?.depth().then(
      ({ waiting, leased, held }) => `${waiting} waiting, ${leased} under way, ${held} held`,
      () => undefined,
    );
    const ready = queue !== undefined && this.#intake !== undefined && !this.#closing;
    return {
      ready,
      parts: {
        intake: this.#closing ? "closing" : `${this.#intake?.connections ?? 0} connections`,
        delivery: `${this.#courier?.active ?? 0} under way`,
        queue: queue ?? "cannot be read",
      },
    };
  }

  /** Drops the stories of messages that ended long ago. */
  #keepHouse(): void {
    const { clock, log } = this.#ports;
    const sweep = async (): Promise<void> => {
      try {
        while (!this.#closing && ((await this.#queue?.forget(clock.now() - this.#config.story.keepMs)) ?? 0) > 0);
      } catch (error) {
        if (!this.#closing) log.warn("old stories could not be dropped", { error: String(error) });
      }
      if (!this.#closing) this.#housekeeping = clock.after(housekeepingMs, () => void sweep());
    };
    void sweep();
  }
}

function hostedPolicy({ publish }: Config): { readonly policy?: HostedPolicy } {
  if (publish === undefined) return {};
  const { promises } = publish;
  return { policy: { host: policyHost(promises.domain), text: policyText(promises) } };
}
