/**
 * Drives a `ServerMachine` over a connection: bytes in, replies out, the handshakes, the clock, and the end.
 *
 *   connected ──[implicit TLS]──► talking ──STARTTLS──► upgrading ──► talking … ──► closing ──► closed
 *
 * `talking`: every chunk goes to the machine, every batch of replies out in one write. Reading stops while the machine holds
 * back or the client does not read our replies, so a connection keeps at most a chunk and its replies in memory.
 * `upgrading`: the stream is not read; the handshake begins when the 220 is out. `closing`: what comes is thrown away, and the
 * connection is cut if the client does not close it soon. A client that ends its side first is answered to the end of what it sent, at most
 * for `serverHalfOpenMaxMs`. `closed`: the machine has been told, once.
 * Errors of the socket never escape; each ends in `closed`.
 */
import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";
import { limits, type Clock, type Timer, type Wire } from "../../base/index.ts";
import { serveTls } from "../../tls/index.ts";
import { ServerMachine } from "./machine.ts";
import type { ServerEffects, ServerFeatures, ServerHandler, ServerTls } from "./types.ts";

export interface ServeConnectionOptions {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly features: ServerFeatures;
  readonly handler: ServerHandler;
  /** TLS before SMTP (RFC 8314 §3.3). */
  readonly implicitTls?: boolean;
  /** Asked at each handshake, so that a renewed certificate is used at once. Needed for implicit TLS and STARTTLS. */
  readonly secureContext?: () => SecureContext;
  /** Milliseconds without a command or content; default `limits.serverIdleTimeoutMs`. */
  readonly idleTimeoutMs?: number;
  /** Milliseconds for one transaction; default `limits.serverDataTimeoutMs`. */
  readonly transactionTimeoutMs?: number;
  /** Milliseconds for one handshake; default `limits.serverHandshakeTimeoutMs`. */
  readonly handshakeTimeoutMs?: number;
  /** Called once when the connection is gone. */
  readonly onClosed?: () => void;
}

export interface ServedConnection {
  readonly closed: boolean;
  /** Ends with 421 as soon as no transaction is under way. */
  shutDown(): void;
  /** Cuts the connection. */
  destroy(): void;
}

/** Milliseconds that a client has to read our last words and close. */
const closeGraceMs = 5_000;

/** Serves one connection to its end. Throws if TLS is asked for without a context. */
export function serveConnection(options: ServeConnectionOptions): ServedConnection {
  const needsTls = options.implicitTls === true || options.features.starttls;
  if (needsTls && options.secureContext === undefined) throw new Error("TLS needs a secure context");
  const connection = new Connection(options);
  connection.begin();
  return connection;
}

class Connection implements ServedConnection, ServerEffects {
  closed = false;
  readonly #options: ServeConnectionOptions;
  readonly #machine: ServerMachine;
  #stream: Duplex;
  #started = false;
  #closing = false;
  /** The machine holds the client back. */
  #held = false;
  /** Our replies are not being read. */
  #blocked = false;
  #timer: Timer | undefined;
  #activitySeen = 0;
  #activeAt: number;
  #transactionSeen = 0;
  #transactionAt: number;

  constructor(options: ServeConnectionOptions) {
    this.#options = options;
    this.#stream = options.wire.stream;
    this.#activeAt = options.clock.monotonic();
    this.#transactionAt = this.#activeAt;
    this.#machine = new ServerMachine({
      features: options.features,
      handler: options.handler,
      effects: this,
      client: options.wire.remote,
      local: options.wire.local,
    });
  }

  begin(): void {
    this.#stream.on("error", () => {});
    this.#stream.once("close", this.#onClose);
    if (this.#stream.destroyed) return this.#onClose();
    if (this.#options.implicitTls === true) return void this.#handshake((tls) => this.#start(tls));
    this.#attach(this.#stream);
    this.#start(undefined);
  }

  shutDown(): void {
    if (this.closed) return;
    if (!this.#started) return this.destroy();
    this.#guard(() => this.#machine.shutDown());
  }

  destroy(): void {
    this.#stream.destroy();
    this.#options.wire.stream.destroy();
    this.#onClose();
  }

  // ServerEffects

  write(text: string): void {
    this.#activeAt = this.#options.clock.monotonic();
    if (this.#stream.destroyed || this.#stream.writableEnded) return;
    if (this.#stream.write(text, "latin1")) return;
    this.#blocked = true;
    this.#flow();
  }

  pause(): void {
    this.#held = true;
    this.#flow();
  }

  resume(): void {
    this.#held = false;
    this.#flow();
  }

  startTls(reply: string): void {
    const stream = this.#stream;
    this.#detach(stream);
    stream.pause();
    this.#timer?.cancel();
    if (stream.destroyed) return;
    // Whatever has been read until the 220 is out came in clear, and `serveTls` will find it.
    stream.write(reply, "latin1", (error) => {
      if (error !== null && error !== undefined) return this.destroy();
      if (this.#closing) return;
      void this.#handshake((tls) => {
        this.#activeAt = this.#options.clock.monotonic();
        this.#machine.tlsStarted(tls);
        this.#arm();
      });
    });
  }

  close(): void {
    if (this.#closing || this.closed) return;
    this.#closing = true;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(closeGraceMs, () => this.destroy());
    this.#stream.end();
    // The rest is read and thrown away: closing over unread bytes would reset the connection and lose our last words.
    this.#stream.resume();
  }

  #start(tls: ServerTls | undefined): void {
    this.#started = true;
    this.#activeAt = this.#options.clock.monotonic();
    this.#guard(() => this.#machine.start(tls));
    this.#arm();
  }

  async #handshake(then: (tls: ServerTls) => void): Promise<void> {
    const { wire, clock, secureContext, handshakeTimeoutMs, handler } = this.#options;
    if (secureContext === undefined) return this.destroy();
    try {
      const served = await serveTls(wire, {
        secureContext: secureContext(),
        clock,
        ...(handshakeTimeoutMs === undefined ? {} : { timeoutMs: handshakeTimeoutMs }),
      });
      if (!served.ok) {
        const injected = served.error === "injected-bytes";
        handler.onRefused?.(injected ? "injected-bytes" : "tls-failed", this.#machine.session);
        return this.destroy();
      }
      if (this.closed) return void served.value.stream.destroy();
      this.#stream = served.value.stream;
      this.#stream.once("close", this.#onClose);
      this.#held = false;
      this.#blocked = false;
      this.#attach(this.#stream);
      then({ protocol: served.value.protocol, cipher: served.value.cipher });
      // A client may have ended its side with the last bytes of the handshake.
      if (this.#stream.readableEnded) this.#onEnd();
    } catch (error) {
      this.#failed(error);
    }
  }

  #attach(stream: Duplex): void {
    stream.on("data", this.#onData);
    stream.on("drain", this.#onDrain);
    stream.on("end", this.#onEnd);
  }

  #detach(stream: Duplex): void {
    stream.off("data", this.#onData);
    stream.off("drain", this.#onDrain);
    stream.off("end", this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#closing) return;
    this.#guard(() => this.#machine.push(chunk));
    this.#note();
  };

  readonly #onDrain = (): void => {
    this.#blocked = false;
    this.#flow();
  };

  readonly #onEnd = (): void => {
    if (this.#closing || this.closed) return;
    this.#guard(() => this.#machine.ended());
    // The machine closes as soon as all is answered; the handler may keep it waiting, but not for ever.
    if (this.#closing || this.closed) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(limits.serverHalfOpenMaxMs, () => this.destroy());
  };

  readonly #onClose = (): void => {
    if (this.closed) return;
    this.closed = true;
    this.#timer?.cancel();
    this.#detach(this.#stream);
    this.#stream.destroy();
    this.#options.wire.stream.destroy();
    this.#guard(() => this.#machine.gone());
    this.#options.onClosed?.();
  };

  #flow(): void {
    if (this.#closing) return;
    if (this.#held || this.#blocked) this.#stream.pause();
    else this.#stream.resume();
  }

  /** A bug of ours must cost one connection, not the server. */
  #guard(go: () => void): void {
    try {
      go();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#options.handler.onError?.(error, this.#machine.session);
    this.destroy();
  }

  // The clock. One timer a connection, which looks at what has happened since instead of being set anew for each chunk.

  #note(): void {
    const { activity, transactions } = this.#machine;
    if (activity === this.#activitySeen) return;
    this.#activitySeen = activity;
    this.#activeAt = this.#options.clock.monotonic();
    if (transactions === this.#transactionSeen) return;
    this.#transactionSeen = transactions;
    this.#transactionAt = this.#activeAt;
  }

  #arm(): void {
    if (this.closed || this.#closing) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(Math.max(this.#timeLeft(), 1), () => {
      if (this.closed || this.#closing) return;
      if (this.#timeLeft() > 0) return this.#arm();
      this.#guard(() => this.#machine.timedOut());
    });
  }

  #timeLeft(): number {
    const now = this.#options.clock.monotonic();
    if (this.#machine.waiting) this.#activeAt = now;
    const idleLeft = this.#activeAt + (this.#options.idleTimeoutMs ?? limits.serverIdleTimeoutMs) - now;
    if (!this.#machine.inTransaction || this.#machine.waiting) return idleLeft;
    const transactionMs = this.#options.transactionTimeoutMs ?? limits.serverDataTimeoutMs;
    return Math.min(idleLeft, this.#transactionAt + transactionMs - now);
  }
}
