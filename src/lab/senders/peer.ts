/**
 * What the drivers of other mail servers have in common: mail is handed in at a door of the server's own, what became of it stands in a
 * log, and time passes by emptying the resolver's cache, waiting for as long as the server was told to, and having the queue run.
 */
import type { Endpoint } from "../../base/index.ts";
import { modelledModes, type ModelledMode } from "../../threats/index.ts";
import { enclosureMissing } from "../enclose.ts";
import { handIn, type ClientPorts } from "./client.ts";
import { Ledger } from "./ledger.ts";
import { pause } from "./program.ts";
import { startValidator, validatorMissing, type Validator } from "./validator.ts";
import type { Handed, LabMail, MailState, RunningSender, Sender, SenderWorld } from "./types.ts";

/** Where a server takes mail, at the address that is its own. */
export const peerPort = 2525;
const lookEveryMs = 15;
const ttlSeconds = 300;
const retryEveryMs = 600_000;
/** All waits of other servers' are made shorter than that, where they can be. */
const patienceMs = 120_000;
/** Most of a lot's time is waiting, for all of its cells at once: for those whom an attacker answers with silence, and for the next attempt. */
const cellsAtOnce = 250;
/** Clients that hand mail in beside each other: more would only wait for each other. */
const clientsMax = 6;

/** A mail server that has been started. */
export interface PeerServer {
  readonly at: Endpoint;
  /** The message's id, in the reply to its content. */
  idIn(reply: string): string | undefined;
  /** Reads what is new in the log, and enters it. */
  look(): void;
  /** How long a message has to have waited before the next attempt counts as a later one. */
  readonly backoffMs: number;
  /** Forgets what it remembers of hosts for longer than the lab can wait. Only asked while nothing is under way. */
  forget?(): Promise<void>;
  /** Has these messages tried again now. Need not wait for them. */
  tryAgain(ids: readonly string[]): Promise<void>;
  /** Ends it. */
  end(): Promise<void>;
}

/** What tells one way of sending with another program from the next. */
export interface Peer {
  readonly mode: ModelledMode;
  readonly program: string;
  /** Default: `cellsAtOnce`. */
  readonly cellsAtOnce?: number;
  /** Default: `patienceMs`. */
  readonly patienceMs?: number;
  /** Why the program cannot be started here, for people. */
  missing(): string | undefined;
  /** Rejects with an Error if it does not come up. */
  start(world: SenderWorld, ledger: Ledger): Promise<PeerServer>;
}

export function peerSender(ports: ClientPorts, peer: Peer): Sender {
  const { mode, program, missing, start } = peer;
  return {
    id: mode.id,
    mode,
    program,
    needsEnclosure: true,
    cellsAtOnce: peer.cellsAtOnce ?? cellsAtOnce,
    // Its resolver forgets at once what it knows when so much time is said to pass.
    ttlSeconds,
    // It decides anew at each attempt, and what it decides differently it does at the second.
    retries: { times: 1, everyMs: retryEveryMs },
    patienceMs: peer.patienceMs ?? patienceMs,
    missing: () => Promise.resolve(enclosureMissing() ?? validatorMissing() ?? missing()),
    start: (world) => startPeer(ports, world, (ledger) => start(world, ledger)),
  };
}

/** Of the modes that the catalogue has a model for, those that these settings are for. */
export function modesWith<T>(
  settings: Readonly<Record<string, T>>,
): readonly { readonly mode: ModelledMode; readonly own: T }[] {
  return modelledModes.flatMap((mode) => {
    const own = Object.hasOwn(settings, mode.id) ? settings[mode.id] : undefined;
    return own === undefined ? [] : [{ mode, own }];
  });
}

/** Rejects with an Error if the resolver or the server does not come up. */
async function startPeer(
  ports: ClientPorts,
  world: SenderWorld,
  start: (ledger: Ledger) => Promise<PeerServer>,
): Promise<RunningSender> {
  if (!world.isEnclosed) throw new RangeError("other mail servers are started in an enclosure alone");
  const validator = await startValidator(ports, world);
  try {
    const ledger = new Ledger();
    return new RunningPeer(ports, validator, ledger, await start(ledger));
  } catch (error) {
    await validator.close();
    throw error;
  }
}

class RunningPeer implements RunningSender {
  readonly #ports: ClientPorts;
  readonly #validator: Validator;
  readonly #ledger: Ledger;
  readonly #server: PeerServer;
  readonly #handing: Promise<unknown>[] = Array.from({ length: clientsMax }, () => Promise.resolve());
  #turn = 0;
  #lookedAt = 0;

  constructor(ports: ClientPorts, validator: Validator, ledger: Ledger, server: PeerServer) {
    this.#ports = ports;
    this.#validator = validator;
    this.#ledger = ledger;
    this.#server = server;
  }

  submit(mail: LabMail): Promise<Handed> {
    const turn = this.#turn++ % clientsMax;
    const handing = (this.#handing[turn] ?? Promise.resolve()).then(() => this.#submit(mail));
    this.#handing[turn] = handing.catch(() => {});
    return handing;
  }

  state(id: string): Promise<MailState> {
    this.#look();
    return Promise.resolve(this.#ledger.state(id));
  }

  /** A shorter time passes by itself: whoever waits for an answer waits by a clock of his own. */
  async pass(ms: number): Promise<void> {
    if (ms < ttlSeconds * 1000) return;
    await this.#validator.forget();
    if (!this.#ledger.isBusy) await this.#server.forget?.();
    if (ms < retryEveryMs) return;
    await pause(this.#ports.clock, this.#server.backoffMs);
    this.#server.look();
    const ids = this.#ledger.expectRetries();
    if (ids.length > 0) await this.#server.tryAgain(ids);
  }

  words(id: string): Promise<readonly string[]> {
    this.#server.look();
    return Promise.resolve(this.#ledger.words(id));
  }

  async close(): Promise<void> {
    await this.#server.end();
    await this.#validator.close();
  }

  async #submit(mail: LabMail): Promise<Handed> {
    const handed = await handIn(this.#ports, this.#server.at, mail, (reply) => this.#server.idIn(reply));
    if (handed.kind === "accepted") this.#ledger.taken(handed.id);
    return handed;
  }

  /** Messages are asked after one by one, and the log is the same for all. */
  #look(): void {
    const now = this.#ports.clock.monotonic();
    if (now - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = now;
    this.#server.look();
  }
}
