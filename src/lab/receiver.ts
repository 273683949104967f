/**
 * An honest mail server on loopback, over the same SMTP server that the relay's intake uses. It takes mail, writes down what
 * it took, and where it is told to, has moods that real servers have: it greylists, refuses a recipient, or is busy.
 */
import { createSecureContext, type SecureContext } from "node:tls";
import {
  formatAddress,
  noLog,
  type Clock,
  type DomainName,
  type EnvelopeRecipient,
  type Endpoint,
  type Instant,
  type Listener,
  type Log,
  type Net,
  type ReversePath,
  type SmtpReply,
} from "../base/index.ts";
import {
  receiverFeatures,
  serveConnection,
  type ServedConnection,
  type ServerFeatures,
  type ServerHandler,
  type ServerTransaction,
} from "../smtp/index.ts";
import type { Credentials } from "./ca.ts";
import { assertInBounds, loopbackOnly } from "./loopback.ts";

export const receiverLimits = {
  /** Messages kept; the oldest go first. */
  messagesKeptMax: 1000,
  /** Of each message; the rest is counted and thrown away. */
  contentKeptMaxBytes: 262_144,
  connectionsMax: 200,
  /** Pairs of sender and recipient that a greylist remembers. */
  greylistedMax: 10_000,
} as const;

/** What a server does to mail that reaches it. */
export type Behaviour =
  | { readonly kind: "accept" }
  /** 451 at RCPT, the first `refusals` times that this sender writes to this recipient (RFC 6647). */
  | { readonly kind: "greylist"; readonly refusals: number }
  /** 550 5.1.1 at RCPT. */
  | { readonly kind: "reject" }
  /** 421 in place of the greeting. */
  | { readonly kind: "busy" }
  /** 530 to MAIL before STARTTLS (RFC 3207 §4). */
  | { readonly kind: "tls-only" };

export interface ReceiverOptions {
  readonly net: Net;
  readonly clock: Clock;
  /** A loopback address; port 0 takes a free one. */
  readonly at: Endpoint;
  /** The server's name. */
  readonly hostname: DomainName;
  /** STARTTLS is offered with these; without them it is not offered. */
  readonly credentials?: Credentials;
  /** In place of `credentials`: for servers that are set up badly, or with several certificates. */
  readonly secureContext?: SecureContext;
  /** What else the EHLO reply offers. */
  readonly features?: Partial<ServerFeatures>;
  /** Default: it accepts everything. */
  readonly behaviour?: Behaviour;
  readonly log?: Log;
  /** Before it is said that it was taken; waited for. */
  readonly onMessage?: (message: ReceivedMessage) => void | Promise<void>;
}

export interface ReceivedMessage {
  readonly at: Instant;
  /** Empty for the null sender. */
  readonly from: string;
  readonly to: readonly string[];
  /** CRLF lines; at most `receiverLimits.contentKeptMaxBytes`. */
  readonly content: string;
  /** Bytes, whether kept or not. */
  readonly size: number;
  /** For example `TLSv1.3`; absent if it came in clear. */
  readonly tls: string | undefined;
  /** MAIL FROM said REQUIRETLS (RFC 8689 §2). */
  readonly requireTls: boolean;
}

export interface Receiver {
  readonly endpoint: Endpoint;
  /** What was taken, oldest first. */
  received(): readonly ReceivedMessage[];
  readonly counts: { readonly connections: number };
  /** Cuts what is open. */
  close(): Promise<void>;
}

/** Rejects with an Error if it cannot listen there; throws if that is not loopback. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  assertInBounds(options.net, options.at);
  const receiver = new LoopbackReceiver(options);
  await receiver.open();
  return receiver;
}

class LoopbackReceiver implements Receiver {
  readonly counts = { connections: 0 };
  readonly #options: ReceiverOptions;
  readonly #taken: ReceivedMessage[] = [];
  readonly #open = new Set<ServedConnection>();
  #listener: Listener | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  get endpoint(): Endpoint {
    return this.#listener?.local ?? this.#options.at;
  }

  received(): readonly ReceivedMessage[] {
    return [...this.#taken];
  }

  async open(): Promise<void> {
    const { net, clock, credentials, hostname } = this.#options;
    const context =
      this.#options.secureContext ?? (credentials && createSecureContext({ ...credentials, minVersion: "TLSv1.2" }));
    const features = receiverFeatures(hostname, {
      ...this.#options.features,
      starttls: context !== undefined,
      auth: "off",
    });
    const handler = this.#handler();
    this.#listener = await loopbackOnly(net).listen(this.#options.at, (wire) => {
      this.counts.connections++;
      if (this.#open.size >= receiverLimits.connectionsMax) {
        wire.stream.on("error", () => {}).destroy();
        return;
      }
      let connection: ServedConnection | undefined = undefined;
      connection = serveConnection({
        wire,
        clock,
        features,
        handler,
        ...(context === undefined ? {} : { secureContext: () => context }),
        onClosed: () => void (connection && this.#open.delete(connection)),
      });
      if (!connection.closed) this.#open.add(connection);
    });
  }

  async close(): Promise<void> {
    const closed = this.#listener?.close();
    for (const connection of this.#open) connection.destroy();
    await closed;
  }

  #handler(): ServerHandler {
    const behaviour = this.#options.behaviour ?? { kind: "accept" };
    const judge = recipientJudge(behaviour);
    const contents = new WeakMap<ServerTransaction, { chunks: Buffer[]; kept: number }>();
    return {
      onConnect: () => (behaviour.kind === "busy" ? busy : undefined),
      onMail: (_, { tls }) => (behaviour.kind === "tls-only" && tls === undefined ? tlsFirst : undefined),
      onRcpt: (recipient, transaction) => judge(transaction.mail.from, recipient),
      onContent: (chunk, transaction) => {
        const content = contents.get(transaction) ?? { chunks: [], kept: 0 };
        contents.set(transaction, content);
        const kept = chunk.subarray(0, receiverLimits.contentKeptMaxBytes - content.kept);
        content.kept += kept.length;
        if (kept.length > 0) content.chunks.push(Buffer.from(kept));
      },
      onEnd: async ({ size }, transaction, { tls }) => {
        const content = Buffer.concat(contents.get(transaction)?.chunks ?? []).toString("utf8");
        await this.#take({
          at: this.#options.clock.now(),
          from: formatPath(transaction.mail.from),
          to: transaction.recipients.map(({ address }) => formatAddress(address)),
          content,
          size,
          tls: tls?.protocol,
          requireTls: transaction.mail.requireTls,
        });
        return taken;
      },
      onError: (error) => (this.#options.log ?? noLog).error("a receiver of the lab failed", { error: String(error) }),
    };
  }

  #take(message: ReceivedMessage): void | Promise<void> {
    this.#taken.push(message);
    if (this.#taken.length > receiverLimits.messagesKeptMax) this.#taken.shift();
    return this.#options.onMessage?.(message);
  }
}

function recipientJudge(
  behaviour: Behaviour,
): (from: ReversePath, recipient: EnvelopeRecipient) => SmtpReply | undefined {
  const seen = new Map<string, number>();
  return (from, { address }) => {
    if (behaviour.kind === "reject") return unknownUser;
    if (behaviour.kind !== "greylist") return undefined;
    const key = `${formatPath(from)} ${formatAddress(address)}`;
    const times = seen.get(key) ?? 0;
    if (times >= behaviour.refusals) return undefined;
    if (seen.size >= receiverLimits.greylistedMax) seen.clear();
    seen.set(key, times + 1);
    return greylisted;
  };
}

function formatPath(path: ReversePath): string {
  return path === null ? "" : formatAddress(path);
}

const taken: SmtpReply = { code: 250, enhanced: "2.0.0", lines: ["Message taken"] };
const greylisted: SmtpReply = { code: 451, enhanced: "4.7.1", lines: ["Greylisted: please come back in a moment"] };
const unknownUser: SmtpReply = { code: 550, enhanced: "5.1.1", lines: ["There is nobody of that name here"] };
const tlsFirst: SmtpReply = { code: 530, enhanced: "5.7.0", lines: ["Must issue a STARTTLS command first"] };
const busy: SmtpReply = { code: 421, enhanced: "4.3.2", lines: ["Too busy just now; please come back later"] };
