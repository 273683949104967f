/**
 * One connection's way into the queue: who may send, and the message streamed to the queue and made durable before its 250.
 *
 *   onData: queue.receive(), the Received field ─► onContent: each piece ─► onEnd: commit, then 250
 *                                                          │
 *                                                          └─► the queue fails: the rest is dropped, 451 or 452 at the end
 */
import {
  formatAddress,
  type Clock,
  type Envelope,
  type Log,
  type MailEvent,
  type Metrics,
  type SmtpReply,
  type StoryEntry,
} from "../base/index.ts";
import { TlsRequiredSpotter } from "../mime/index.ts";
import { QueueError, type ContentFacts, type Incoming, type Queue } from "../queue/index.ts";
import type {
  AuthVerdict,
  Credentials,
  MailRequest,
  Maybe,
  ReceivedContent,
  ServerHandler,
  ServerRefusal,
  ServerSession,
  ServerTransaction,
  Verdict,
} from "../smtp/index.ts";
import type { Authenticator } from "./authenticator.ts";
import { receivedField } from "./received.ts";
import type { IntakeSettings, ListenerKind } from "./settings.ts";
import { maySendAs, type UserDirectory } from "./users.ts";

export interface HandlerDeps {
  readonly kind: ListenerKind;
  readonly settings: IntakeSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly queue: Pick<Queue, "receive">;
  readonly users: UserDirectory;
  readonly authenticator: Authenticator;
  readonly onEvent?: (message: string, entry: StoryEntry) => void;
}

export class IntakeHandler implements ServerHandler {
  readonly #deps: HandlerDeps;
  readonly #refusal: SmtpReply | undefined;
  #incoming: Incoming | undefined;
  #tlsRequired = new TlsRequiredSpotter();
  #field = "";
  /** The queue has failed this message. */
  #failure: SmtpReply | undefined;

  /** `refusal`: the connection may not be served; said in place of the greeting. */
  constructor(deps: HandlerDeps, refusal: SmtpReply | undefined) {
    this.#deps = deps;
    this.#refusal = refusal;
  }

  onConnect(): Verdict {
    return this.#refusal;
  }

  onAuth(credentials: Credentials, session: ServerSession): Maybe<AuthVerdict> {
    const verdict = this.#deps.authenticator.check(credentials);
    if (!(verdict instanceof Promise)) return verdict;
    return verdict.then((decided) => {
      // The name is not told: people type passwords into the wrong field.
      if (decided.kind !== "accepted") {
        this.#deps.log.warn("authentication failed", { client: session.client.address, result: decided.kind });
      }
      return decided;
    });
  }

  onMail(mail: MailRequest, session: ServerSession): Verdict {
    if (this.#deps.kind === "local") return undefined;
    // The machine has asked for AUTH already; that nobody relays without an account does not hang on that alone.
    const user = session.user === undefined ? undefined : this.#deps.users.find(session.user);
    if (user === undefined) return this.#refuse("auth-required", answers.authRequired);
    return maySendAs(user, mail.from) ? undefined : this.#refuse("sender-not-allowed", answers.senderNotAllowed);
  }

  onData(transaction: ServerTransaction, session: ServerSession): Maybe<Verdict> {
    const { clock, queue, settings } = this.#deps;
    this.#failure = undefined;
    try {
      const incoming = queue.receive();
      this.#incoming = incoming;
      this.#tlsRequired = new TlsRequiredSpotter();
      this.#field = receivedField(settings.hostname, incoming.id, session, transaction, clock.now());
      return this.#write(Buffer.from(this.#field, "latin1"))?.then(() => undefined);
    } catch (error) {
      this.onAbort();
      return this.#queueFailed(error);
    }
  }

  onContent(chunk: Uint8Array): Maybe<void> {
    this.#tlsRequired.push(chunk);
    return this.#write(chunk);
  }

  async onEnd(content: ReceivedContent, transaction: ServerTransaction, session: ServerSession): Promise<SmtpReply> {
    const incoming = this.#incoming;
    if (incoming === undefined || this.#failure !== undefined) {
      this.onAbort();
      return this.#failure ?? answers.queueFailed;
    }
    this.#incoming = undefined;
    const now = this.#deps.clock.now();
    const facts = factsOf(content, this.#field, this.#tlsRequired.found);
    const entry: StoryEntry = { at: now, event: this.#accepted(facts, transaction, session) };
    try {
      await incoming.commit(this.#envelope(transaction, session, now), facts, { dueAt: now, events: [entry] });
    } catch (error) {
      incoming.abort().catch(() => {});
      return this.#queueFailed(error);
    }
    this.#tell(incoming, entry, transaction);
    return { code: 250, enhanced: "2.0.0", lines: [`accepted as ${incoming.id}`] };
  }

  onAbort(): void {
    const incoming = this.#incoming;
    this.#incoming = undefined;
    incoming?.abort().catch((error: unknown) => {
      this.#deps.log.warn("a message given up could not be cleared away", { error: String(error) });
    });
  }

  onRefused(why: ServerRefusal, session: ServerSession): void {
    this.#deps.metrics.count("surehop_refused_total", { why });
    const fields = { client: session.client.address, why };
    if (why === "injected-bytes") this.#deps.log.warn("bytes pipelined behind STARTTLS: an attack", fields);
    else this.#deps.log.debug("refused", fields);
  }

  onError(error: unknown, session: ServerSession): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#deps.log.error("a bug in the intake", { client: session.client.address, error: text });
  }

  /** A promise that never rejects: a failure of the queue is kept until the content has ended. */
  #write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined || this.#incoming === undefined) return undefined;
    try {
      const written = this.#incoming.write(chunk);
      return written instanceof Promise ? written.catch((error: unknown) => this.#fail(error)) : undefined;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    this.#failure = this.#queueFailed(error);
    this.onAbort();
  }

  #queueFailed(error: unknown): SmtpReply {
    const full = error instanceof QueueError && error.code === "full";
    this.#deps.log.error("the queue could not take a message", { error: String(error) });
    return this.#refuse(full ? "queue-full" : "queue-failed", full ? answers.queueFull : answers.queueFailed);
  }

  #refuse(why: string, reply: SmtpReply): SmtpReply {
    this.#deps.metrics.count("surehop_refused_total", { why });
    return reply;
  }

  #envelope({ mail, recipients }: ServerTransaction, session: ServerSession, receivedAt: number): Envelope {
    const user = session.user === undefined ? undefined : this.#deps.users.find(session.user);
    return {
      from: mail.from,
      recipients,
      body: mail.body,
      smtpUtf8: mail.smtpUtf8,
      requireTls: mail.requireTls,
      ...(mail.ret === undefined ? {} : { ret: mail.ret }),
      ...(mail.envid === undefined ? {} : { envid: mail.envid }),
      ...(session.user === undefined ? {} : { user: session.user }),
      ...(user?.language === undefined ? {} : { language: user.language }),
      receivedAt,
    };
  }

  #accepted({ size }: ContentFacts, { mail, recipients }: ServerTransaction, session: ServerSession): MailEvent {
    return {
      code: "accepted",
      from: mail.from === null ? "" : formatAddress(mail.from),
      recipients: recipients.length,
      size,
      via: this.#via,
      client: session.client.address,
      ...(session.user === undefined ? {} : { user: session.user }),
      ...(session.tls === undefined ? {} : { tls: session.tls.protocol }),
    };
  }

  get #via(): "submission" | "local" {
    return this.#deps.kind === "local" ? "local" : "submission";
  }

  #tell({ id }: Incoming, entry: StoryEntry, { mail, recipients }: ServerTransaction): void {
    const { log, metrics, onEvent, settings } = this.#deps;
    const { event } = entry;
    metrics.count("surehop_accepted_total", { via: this.#via });
    if (event.code === "accepted") {
      const { size, via, client, tls } = event;
      const who = settings.logAddresses
        ? { from: event.from, to: recipients.slice(0, addressesLoggedMax).map((one) => formatAddress(one.address)) }
        : {};
      const user = event.user === undefined || mayLogName(event.user, settings) ? event.user : undefined;
      const requireTls = mail.requireTls || undefined;
      log.info("accepted", {
        message: id,
        via,
        client,
        user,
        tls,
        size,
        recipients: recipients.length,
        requireTls,
        ...who,
      });
    }
    onEvent?.(id, entry);
  }
}

const addressesLoggedMax = 20;

function mayLogName(user: string, settings: IntakeSettings): boolean {
  return settings.logAddresses || !user.includes("@");
}

/** What the server measured, with our own field on top. */
function factsOf(content: ReceivedContent, field: string, tlsOptional: boolean): ContentFacts {
  const longestOfField = Math.max(...field.split("\r\n").map((line) => line.length));
  return {
    size: content.size + field.length,
    has8bit: content.has8bit,
    headerHas8bit: content.headerHas8bit,
    longestLine: Math.max(content.longestLine, longestOfField),
    ...(tlsOptional ? { tlsOptional } : {}),
  };
}

const answers = {
  authRequired: { code: 530, enhanced: "5.7.0", lines: ["Authentication required"] },
  senderNotAllowed: { code: 550, enhanced: "5.7.1", lines: ["You may not send in the name of this address"] },
  queueFailed: { code: 451, enhanced: "4.3.0", lines: ["The message could not be stored; please try again later"] },
  queueFull: { code: 452, enhanced: "4.3.1", lines: ["The queue is full; please try again later"] },
} as const satisfies Record<string, SmtpReply>;
