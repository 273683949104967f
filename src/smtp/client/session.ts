/**
 * Opens SMTP sessions. Dial, banner, EHLO, STARTTLS where it is offered, the handshake and its verdict (`tls/`), EHLO again;
 * what comes out can carry mail, because it holds an `AuthorizedChannel` for the requirement it was opened under. Whatever
 * stops it on the way is a `SessionFailure`.
 */
import {
  err,
  limits,
  ok,
  satisfies,
  type Endpoint,
  type Level,
  type MailEvent,
  type Result,
  type SmtpReply,
  type Wire,
} from "../../base/index.ts";
import {
  authorizeCleartext,
  isAuthorized,
  startTls,
  type AuthorizedChannel,
  type TlsFailure,
} from "../../tls/index.ts";
import type { Capabilities, OnEvent, OutgoingMessage, SessionFailure, TransactionResult } from "../types.ts";
import { Conversation, type ConversationOwner } from "./conversation.ts";
import { dialHost } from "./dial.ts";
import type { Stage } from "./machine.ts";
import type { SessionPorts, SessionRequest, SessionTerms, SmtpSession } from "./types.ts";

/**
 * Dials the host's addresses (see `dialHost`) and opens a session on the first connection that comes about.
 * Resolves with what stopped it; rejects only for bugs.
 */
export async function openSession(
  ports: SessionPorts,
  request: SessionRequest,
): Promise<Result<SmtpSession, SessionFailure>> {
  const dialled = await dialHost(ports, { ...request, host: request.requirement.host });
  if (!dialled.ok) return err({ kind: "connect", fault: dialled.error });
  return openSessionOn(ports, request, dialled.value);
}

/** As openSession, on a connection that is already made. The connection is the session's from now on, and closed if it fails. */
export function openSessionOn(
  ports: SessionPorts,
  terms: SessionTerms,
  wire: Wire,
): Promise<Result<SmtpSession, SessionFailure>> {
  return new Promise((resolve, reject) => {
    new Opening(ports, terms, wire, resolve, reject).begin();
  });
}

/** A session on its way to being open. */
class Opening implements ConversationOwner {
  readonly #ports: SessionPorts;
  readonly #terms: SessionTerms;
  readonly #wire: Wire;
  readonly #resolve: (result: Result<SmtpSession, SessionFailure>) => void;
  readonly #reject: (bug: unknown) => void;
  #conversation: Conversation | undefined;
  #channel: AuthorizedChannel | undefined;
  #watched: TlsFailure | undefined;
  #session: Session | undefined;
  #settled = false;

  constructor(
    ports: SessionPorts,
    terms: SessionTerms,
    wire: Wire,
    resolve: (result: Result<SmtpSession, SessionFailure>) => void,
    reject: (bug: unknown) => void,
  ) {
    this.#ports = ports;
    this.#terms = terms;
    this.#wire = wire;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(): void {
    this.#conversation = new Conversation(this.#ports.clock, this.#wire, this.#terms, this);
    this.#terms.signal?.addEventListener("abort", this.#giveUp, { once: true });
    if (this.#terms.signal?.aborted === true) this.#giveUp();
  }

  startTls(wire: Wire): void {
    void this.#shakeHands(wire).catch((bug: unknown) => {
      wire.stream.destroy();
      this.#reject(bug);
    });
  }

  opened(capabilities: Capabilities): void {
    const conversation = this.#conversation;
    if (conversation === undefined) return;
    try {
      this.#channel ??= this.#inClear();
    } catch (bug) {
      this.#reject(bug);
      return conversation.abandon("closed", "not authorized");
    }
    this.#session = new Session(conversation, this.#channel, this.#wire, capabilities, this.#watched);
    this.#settle(ok(this.#session));
  }

  failed(failure: SessionFailure): void {
    if (failure.kind === "unproven") this.#noteFault(failure, failure.reply);
    this.#settle(err(failure));
  }

  refused(stage: Stage, reply: SmtpReply): void {
    this.#tell({ code: "peer-said", host: this.#terms.requirement.host, stage, reply });
  }

  closed(): void {
    this.#session?.nowClosed();
  }

  async #shakeHands(wire: Wire): Promise<void> {
    const { requirement } = this.#terms;
    const shaken = await (this.#ports.startTls ?? startTls)(wire, requirement, { clock: this.#ports.clock });
    if (!shaken.ok && !this.#settled) {
      this.failed({ kind: "unproven", ...shaken.error, offeredTls: true });
      return this.#conversation?.abandon("closed", shaken.error.detail);
    }
    if (!shaken.ok) return;
    const { channel, evidence } = shaken.value;
    if (this.#settled) return void channel.stream.destroy();
    this.#channel = channel;
    this.#ports.metrics.count("surehop_tls_handshakes_out_total");
    this.#tell({
      code: "tls-established",
      host: requirement.host,
      level: channel.level,
      proof: channel.proof,
      protocol: evidence.protocol,
      cipher: evidence.cipher,
      ...(evidence.matchedName === undefined ? {} : { name: evidence.matchedName }),
    });
    if (evidence.watched?.failure !== undefined) this.#noteWatched(evidence.watched.failure);
    this.#conversation?.secure(channel.stream);
  }

  /** Throws where cleartext is not allowed; the machine never lets it come to that. */
  #inClear(): AuthorizedChannel {
    const channel = authorizeCleartext(this.#wire, this.#terms.requirement);
    this.#tell({ code: "cleartext-allowed", host: this.#terms.requirement.host });
    if (this.#terms.requirement.watch !== undefined) {
      this.#noteWatched({ fault: "starttls-missing", detail: "the session stays without TLS" });
    }
    return channel;
  }

  /** A proof that was not demanded was not given. */
  #noteWatched(failure: TlsFailure): void {
    const { host, watch } = this.#terms.requirement;
    this.#watched = failure;
    this.#tell({ code: "would-fail", host, proof: watch?.kind ?? "none", ...failure });
  }

  #noteFault(failure: TlsFailure, reply: SmtpReply | undefined): void {
    const { fault, detail } = failure;
    this.#ports.metrics.count("surehop_tls_faults_total", { fault });
    this.#tell({
      code: "tls-fault",
      host: this.#terms.requirement.host,
      fault,
      required: this.#terms.requirement.level,
      detail,
      ...(reply === undefined ? {} : { reply }),
    });
  }

  readonly #giveUp = (): void => {
    this.#settle(err({ kind: "lost", why: "closed", detail: "given up" }));
    this.#conversation?.abandon("closed", "given up");
  };

  #tell(event: MailEvent): void {
    if (!this.#settled) this.#terms.onEvent(event);
  }

  #settle(result: Result<SmtpSession, SessionFailure>): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#terms.signal?.removeEventListener("abort", this.#giveUp);
    this.#resolve(result);
  }
}

class Session implements SmtpSession {
  readonly channel: AuthorizedChannel;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly watched?: TlsFailure;
  readonly capabilities: Capabilities;
  readonly level: Level;
  readonly #conversation: Conversation;
  #onClosed: (() => void)[] = [];

  constructor(
    conversation: Conversation,
    channel: AuthorizedChannel,
    wire: Pick<Wire, "remote" | "local">,
    capabilities: Capabilities,
    watched: TlsFailure | undefined,
  ) {
    this.#conversation = conversation;
    this.channel = channel;
    this.remote = wire.remote;
    this.local = wire.local;
    if (watched !== undefined) this.watched = watched;
    this.capabilities = capabilities;
    this.level = channel.level;
  }

  get closed(): boolean {
    return this.#conversation.closed;
  }

  async send(message: OutgoingMessage, onEvent?: OnEvent): Promise<TransactionResult> {
    this.#mayCarry(message);
    if (this.closed) return same(message, { kind: "lost", why: "closed", afterData: false, detail: "already closed" });
    // RFC 8689 §4.2.1: the parameter alone is not enough, the peer must have been authenticated.
    if (message.requireTls && !satisfies(this.level, "authenticated")) {
      return { ...same(message, { kind: "cannot", why: "requiretls-unsupported" }), reusable: true };
    }
    const { host } = this.channel.requirement;
    return this.#conversation.transact(
      message,
      onEvent && ((stage, reply) => onEvent({ code: "peer-said", host, stage, reply })),
    );
  }

  async quit(remark?: string): Promise<void> {
    await this.#conversation.goodbye(remark);
  }

  destroy(): void {
    this.#conversation.abandon("closed", "the session was ended");
  }

  onClosed(callback: () => void): void {
    if (this.closed) callback();
    else this.#onClosed.push(callback);
  }

  nowClosed(): void {
    const callbacks = this.#onClosed;
    this.#onClosed = [];
    for (const callback of callbacks) callback();
  }

  /** The last gate before the wire: only over a channel that `tls/` made, and only over its very stream. */
  #mayCarry(message: OutgoingMessage): void {
    if (!isAuthorized(this.channel) || this.channel.stream !== this.#conversation.stream) {
      throw new Error("mail may pass only over an authorized channel");
    }
    const count = message.recipients.length;
    if (count < 1 || count > limits.recipientsPerTransactionMax) {
      throw new TypeError(`a transaction cannot have ${count} recipients`);
    }
  }
}

function same(message: OutgoingMessage, result: TransactionResult["recipients"][number]): TransactionResult {
  return { recipients: message.recipients.map(() => result), reusable: false };
}
