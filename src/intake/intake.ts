/**
 * Opens the listeners and serves who connects.
 *
 *   accept ──► too many, or not on the list? ── yes ──► said so in place of the greeting (421, 554), closed
 *                │ no
 *                ▼
 *             served by `smtp`'s server, an `IntakeHandler` behind it
 *
 * Closing: no more is accepted; each connection ends with 421 as soon as it has no message under way; what is left after the
 * grace time is cut, its messages not accepted.
 */
import type { SecureContext } from "node:tls";
import type {
  Clock,
  Endpoint,
  Listener,
  Log,
  Metrics,
  Net,
  Random,
  SmtpReply,
  StoryEntry,
  Wire,
} from "../base/index.ts";
import type { Queue } from "../queue/index.ts";
import { receiverFeatures, serveConnection, type ServedConnection, type ServerFeatures } from "../smtp/index.ts";
import { Authenticator, type Verify } from "./authenticator.ts";
import { IntakeHandler, type HandlerDeps } from "./handler.ts";
import { clientKey, isInside } from "./networks.ts";
import { clientsOf, type IntakeSettings, type ListenerKind, type ListenerSettings } from "./settings.ts";
import type { UserDirectory } from "./users.ts";

export interface IntakePorts {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface IntakeOptions {
  readonly ports: IntakePorts;
  readonly settings: IntakeSettings;
  readonly queue: Pick<Queue, "receive">;
  /** Asked at each AUTH and MAIL, so its content may change. */
  readonly users: UserDirectory;
  /** Certificate and key for submission, asked at each handshake; make it with `minVersion: "TLSv1.2"`. */
  readonly secureContext?: () => SecureContext;
  /** Called with each message's `accepted`, for those who follow a story live. */
  readonly onEvent?: (message: string, entry: StoryEntry) => void;
  /** How passwords are checked; for tests. */
  readonly verify?: Verify;
}

export interface Intake {
  /** In the order of the settings, with the ports that were really bound. */
  readonly listeners: readonly { readonly kind: ListenerKind; readonly local: Endpoint }[];
  /** Connections open now. */
  readonly connections: number;
  /** Resolves when all connections have ended, at the latest soon after `graceMs` milliseconds. */
  close(graceMs: number): Promise<void>;
}

/** Connections over the limit that are told so at one time; more are cut without a word. */
const refusalsAtOnceMax = 100;

/**
 * Listens. Rejects with an Error that names the listener (and has the system's error as `cause`) if one cannot be bound; then
 * none is left open. Throws if a submission listener has no certificate.
 */
export async function startIntake(options: IntakeOptions): Promise<Intake> {
  const doorkeeper = new Doorkeeper(options);
  await doorkeeper.open();
  return doorkeeper;
}

class Doorkeeper implements Intake {
  readonly #options: IntakeOptions;
  readonly #authenticator: Authenticator;
  readonly #open = new Set<ServedConnection>();
  readonly #perClient = new Map<string, number>();
  #listening: { readonly kind: ListenerKind; readonly listener: Listener }[] = [];
  #refusing = 0;
  #closing = false;
  #whenEmpty: (() => void) | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#authenticator = new Authenticator(options.ports, options.users, options.verify);
  }

  get listeners(): Intake["listeners"] {
    return this.#listening.map(({ kind, listener }) => ({ kind, local: listener.local }));
  }

  get connections(): number {
    return this.#open.size;
  }

  async open(): Promise<void> {
    for (const settings of this.#options.settings.listeners) {
      const deps = this.#depsFor(settings);
      const features = featuresFor(settings, this.#options.settings);
      if (settings.kind !== "local" && this.#options.secureContext === undefined) {
        await this.close(0);
        throw new Error(`the ${settings.kind} listener needs a certificate`);
      }
      try {
        const listener = await this.#options.ports.net.listen(settings.at, (wire) =>
          this.#serve(wire, settings, features, deps),
        );
        this.#listening.push({ kind: settings.kind, listener });
      } catch (cause) {
        await this.close(0);
        const where = `${settings.at.address} port ${settings.at.port}`;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`cannot listen for ${settings.kind} on ${where}: ${why}`, { cause });
      }
    }
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const closed = this.#listening.map(({ listener }) => listener.close());
    for (const connection of this.#open) connection.shutDown();
    const timer = this.#options.ports.clock.after(graceMs, () => {
      for (const connection of this.#open) connection.destroy();
    });
    if (this.#open.size > 0) await new Promise<void>((resolve) => (this.#whenEmpty = resolve));
    timer.cancel();
    await Promise.all(closed);
  }

  #depsFor(settings: ListenerSettings): HandlerDeps {
    const { ports, queue, users, onEvent } = this.#options;
    return {
      kind: settings.kind,
      settings: this.#options.settings,
      clock: ports.clock,
      log: ports.log,
      metrics: ports.metrics,
      queue,
      users,
      authenticator: this.#authenticator,
      ...(onEvent === undefined ? {} : { onEvent }),
    };
  }

  #serve(wire: Wire, listener: ListenerSettings, features: ServerFeatures, deps: HandlerDeps): void {
    const key = clientKey(wire.remote.address);
    const refusal = this.#judge(wire, key, listener);
    if (this.#closing || (refusal !== undefined && this.#refusing >= refusalsAtOnceMax)) {
      wire.stream.on("error", () => {}).destroy();
      return;
    }
    this.#perClient.set(key, (this.#perClient.get(key) ?? 0) + 1);
    if (refusal !== undefined) this.#refusing++;
    const { secureContext, settings, ports } = this.#options;
    let connection: ServedConnection | undefined = undefined;
    connection = serveConnection({
      wire,
      clock: ports.clock,
      features,
      handler: new IntakeHandler(deps, refusal),
      implicitTls: listener.kind === "submissions",
      ...(secureContext === undefined ? {} : { secureContext }),
      idleTimeoutMs: settings.idleTimeoutMs,
      transactionTimeoutMs: settings.transactionTimeoutMs,
      handshakeTimeoutMs: settings.handshakeTimeoutMs,
      onClosed: () => {
        if (refusal !== undefined) this.#refusing--;
        this.#leave(key, connection);
      },
    });
    if (connection.closed) return;
    this.#open.add(connection);
    ports.metrics.gauge("surehop_intake_connections", this.#open.size);
  }

  /** Why this client may not be served, if so. */
  #judge(wire: Wire, key: string, listener: ListenerSettings): SmtpReply | undefined {
    const { settings, ports } = this.#options;
    const refuse = (why: string, reply: SmtpReply): SmtpReply => {
      ports.metrics.count("surehop_refused_total", { why });
      ports.log.info("connection refused", { client: wire.remote.address, listener: listener.kind, why });
      return reply;
    };
    if (listener.kind === "local" && !isInside(wire.remote.address, clientsOf(listener))) {
      return refuse("client-not-listed", notListed);
    }
    if (this.#open.size - this.#refusing >= settings.connectionsMax) return refuse("too-many-connections", tooMany);
    if ((this.#perClient.get(key) ?? 0) >= settings.connectionsPerClientMax) {
      return refuse("too-many-connections-of-client", tooManyOfYours);
    }
    return undefined;
  }

  #leave(key: string, connection: ServedConnection | undefined): void {
    const left = (this.#perClient.get(key) ?? 1) - 1;
    if (left <= 0) this.#perClient.delete(key);
    else this.#perClient.set(key, left);
    if (connection !== undefined) this.#open.delete(connection);
    this.#options.ports.metrics.gauge("surehop_intake_connections", this.#open.size);
    if (this.#open.size === 0) this.#whenEmpty?.();
  }
}

/** TLS-7: AUTH is asked of everyone but listed local clients, and that only inside TLS. */
function featuresFor(listener: ListenerSettings, settings: IntakeSettings): ServerFeatures {
  const { messageMaxBytes, recipientsMax, hopsMax, requireTls } = settings;
  return receiverFeatures(settings.hostname, {
    starttls: listener.kind === "submission",
    auth: listener.kind === "local" ? "off" : "required",
    requireTls,
    messageMaxBytes,
    recipientsMax,
    hopsMax,
    commandsBeforeAuthMax: settings.commandsBeforeAuthMax,
    authFailuresMax: settings.authFailuresMax,
    badCommandsMax: settings.badCommandsMax,
    rejectedRecipientsMax: settings.rejectedRecipientsMax,
    messagesPerConnectionMax: settings.messagesPerConnectionMax,
  });
}

const notListed: SmtpReply = { code: 554, enhanced: "5.7.1", lines: ["Your address is not allowed to send mail here"] };
const tooMany: SmtpReply = { code: 421, enhanced: "4.7.0", lines: ["Too many connections; please try again later"] };
const tooManyOfYours: SmtpReply = {
  code: 421,
  enhanced: "4.7.0",
  lines: ["Too many connections from your address; please try again later"],
};
