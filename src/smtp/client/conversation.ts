/**
 * Drives the client machine over a byte stream: bytes in, commands out, time-outs, back-pressure on content.
 *
 * One lazy timer serves all waits: it is set anew only when it fires too early or would fire too late, since most replies
 * come within a millisecond. The stream changes once, when TLS takes the connection over: nothing that the old stream
 * brought is kept.
 */
import type { Duplex } from "node:stream";
import { type Clock, type SmtpReply, type Timer, type Wire } from "../../base/index.ts";
import type { Capabilities, OutgoingMessage, SessionFailure, TransactionResult } from "../types.ts";
import { ContentEncoder, encodeWhole } from "./content.ts";
import { ClientMachine, type ClientActions, type ClientMachineOptions, type Stage } from "./machine.ts";
import type { ContentMode, LostWhy } from "./transaction.ts";

export interface ConversationOwner {
  /** The peer is ready for the handshake; answer with `secure` or `end`. */
  startTls(wire: Wire): void;
  opened(capabilities: Capabilities): void;
  failed(failure: SessionFailure): void;
  /** Outside of transactions. */
  refused(stage: Stage, reply: SmtpReply): void;
  /** Nothing more can be sent. */
  closed(): void;
}

export const conversationLimits = {
  /** How long a peer may take to close after QUIT. */
  quitTimeoutMs: 5_000,
  /** With NOOP before it well within a command line of 512 octets (RFC 5321 §4.5.3.1.4). */
  remarkMaxChars: 400,
} as const;

interface Running {
  readonly message: OutgoingMessage;
  readonly resolve: (result: TransactionResult) => void;
  readonly onRefusal: ((stage: Stage, reply: SmtpReply) => void) | undefined;
}

export class Conversation {
  readonly #clock: Clock;
  readonly #owner: ConversationOwner;
  readonly #machine: ClientMachine;
  readonly #wire: Wire;
  #stream: Duplex;
  #running: Running | undefined;
  #closed = false;
  #abandoned = false;
  /** Content was begun and its end not written: the peer would read a QUIT as content. */
  #midContent = false;
  #fault: { readonly why: LostWhy; readonly detail: string } | undefined;
  /** Lets the content go on: the buffer drained, a chunk was taken, or all is over. */
  #wake: (() => void) | undefined;
  #timer: Timer | undefined;
  #timerAt = 0;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, wire: Wire, options: ClientMachineOptions, owner: ConversationOwner) {
    this.#clock = clock;
    this.#owner = owner;
    this.#wire = wire;
    this.#stream = wire.stream;
    this.#machine = new ClientMachine(options, this.#actions);
    this.#attach(wire.stream);
    this.#watch();
    if (wire.stream.destroyed) this.abandon("closed", "the connection was closed at once");
  }

  /** True once nothing more can be sent. */
  get closed(): boolean {
    return this.#closed;
  }

  get stream(): Duplex {
    return this.#stream;
  }

  /** Goes on over TLS. */
  secure(stream: Duplex): void {
    this.#stream = stream;
    this.#attach(stream);
    this.#machine.secured();
    this.#watch();
    if (stream.destroyed) this.#onClose();
  }

  /** One transaction. Throws if one is under way. */
  transact(message: OutgoingMessage, onRefusal: Running["onRefusal"]): Promise<TransactionResult> {
    if (this.#running !== undefined) throw new Error("a transaction is under way");
    return new Promise((resolve, reject) => {
      this.#running = { message, resolve, onRefusal };
      try {
        this.#machine.begin(message);
      } catch (bug) {
        this.#running = undefined;
        this.abandon("closed", "a message was not well-formed");
        reject(bug);
      }
      this.#watch();
    });
  }

  /** Ends it without a word: whatever waits is told `why`. */
  abandon(why: LostWhy, detail: string): void {
    this.#abandoned = true;
    this.#machine.lost(why, detail);
    this.#close();
    this.#stream.destroy();
    this.#wire.stream.destroy();
  }

  /** Says QUIT, a remark before it if there is one, and lets the peer close; resolves when the stream is gone. */
  goodbye(remark?: string): Promise<void> {
    const stream = this.#stream;
    if (this.#running !== undefined) this.abandon("closed", "the session was ended");
    if (stream.destroyed || stream.writableEnded) return Promise.resolve();
    this.#machine.end();
    this.#close();
    return new Promise((resolve) => {
      const timer = this.#clock.after(conversationLimits.quitTimeoutMs, () => stream.destroy());
      stream.once("close", () => {
        timer.cancel();
        this.#wire.stream.destroy();
        resolve();
      });
      if (remark === undefined) {
        stream.end("QUIT\r\n");
        return;
      }
      // RFC 5321 §4.1.1.9: NOOP takes a string that means nothing to the server, and that its operator can read. It has to be answered
      // before anything else is said (RFC 2920 §3.1).
      stream.once("data", () => stream.end("QUIT\r\n"));
      stream.resume();
      stream.write(
        `NOOP "${remark.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "?").slice(0, conversationLimits.remarkMaxChars)}"\r\n`,
      );
    });
  }

  readonly #actions: ClientActions = {
    write: (text) => void this.#stream.write(text, "utf8"),
    startTls: () => {
      this.#detach(this.#stream);
      // Whoever only wanted to come so far does not come back: the timer would hold the connection for minutes after its end.
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#owner.startTls(this.#wire);
    },
    opened: (capabilities) => this.#owner.opened(capabilities),
    failed: (failure, polite) => {
      this.#owner.failed(failure);
      if (polite) void this.goodbye();
      else this.abandon("closed", "");
    },
    refused: (stage, reply) => {
      if (this.#running === undefined) this.#owner.refused(stage, reply);
      else this.#running.onRefusal?.(stage, reply);
    },
    sendContent: (mode) => this.#sendContent(mode),
    chunkTaken: () => this.#wake?.(),
    finished: (result) => {
      const running = this.#running;
      this.#running = undefined;
      if (!result.reusable && !this.#abandoned) this.#leave();
      this.#midContent = false;
      this.#wake?.();
      running?.resolve(result);
    },
    over: () => this.abandon("closed", ""),
  };

  #leave(): void {
    if (this.#midContent) this.abandon("closed", "");
    else void this.goodbye();
  }

  #attach(stream: Duplex): void {
    stream.on("data", this.#onData);
    stream.on("drain", this.#onDrain);
    stream.on("error", this.#onError);
    stream.on("end", this.#onClose);
    stream.on("close", this.#onClose);
  }

  /** Stops listening without losing the stream; an `error` handler stays, or a late reset would end the process. */
  #detach(stream: Duplex): void {
    stream.pause();
    stream.off("data", this.#onData);
    stream.off("drain", this.#onDrain);
    stream.off("error", this.#onError);
    stream.off("end", this.#onClose);
    stream.off("close", this.#onClose);
    stream.on("error", () => {});
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#machine.receive(chunk);
    this.#watch();
  };

  readonly #onDrain = (): void => this.#wake?.();

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#fault = { why: faultOf(error.code), detail: error.code ?? "the connection failed" };
    this.#onClose();
  };

  readonly #onClose = (): void => {
    const { why, detail } = this.#fault ?? { why: "closed", detail: "the peer closed the connection" };
    this.abandon(why, detail);
  };

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#wake?.();
    this.#owner.closed();
  }

  #sendContent(mode: ContentMode): void {
    const running = this.#running;
    if (running === undefined) return;
    const { inline, size } = running.message;
    this.#midContent = true;
    if (inline === undefined) return void this.#streamContent(running, mode);
    if (inline.length < size) return this.abandon("closed", contentShort);
    const whole = encodeWhole(inline, mode);
    if (mode === "bdat") this.#machine.chunk(whole.length, true);
    this.#stream.write(whole);
    this.#contentSent();
  }

  async #streamContent(running: Running, mode: ContentMode): Promise<void> {
    const encoder = new ContentEncoder(mode);
    let taken = 0;
    try {
      for await (const chunk of running.message.content()) {
        if (this.#running !== running) return;
        taken += chunk.length;
        await this.#sendPiece(encoder.push(chunk), mode);
        if (this.#running !== running) return;
      }
    } catch {
      if (this.#running === running) this.abandon("closed", "our own content could not be read");
      return;
    }
    if (this.#running !== running) return;
    // A message cut short must never get its final dot.
    if (taken < running.message.size) return this.abandon("closed", contentShort);
    const end = encoder.end();
    if (mode === "bdat") this.#machine.chunk(end.length, true);
    if (end.length > 0) this.#stream.write(end);
    this.#contentSent();
    this.#watch();
  }

  #contentSent(): void {
    this.#midContent = false;
    this.#machine.contentSent();
  }

  /** Resolves when the next piece may follow, or when all is over. */
  #sendPiece(piece: Uint8Array, mode: ContentMode): Promise<void> | undefined {
    if (piece.length === 0) return undefined;
    if (mode === "bdat") this.#machine.chunk(piece.length, false);
    const roomLeft = this.#stream.write(piece);
    this.#watch();
    if (mode === "data" && roomLeft) return undefined;
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** Sets the deadline for what is due now. */
  #watch(): void {
    const waitMs = this.#closed ? undefined : this.#machine.waitMs;
    if (waitMs === undefined) {
      this.#deadline = Number.POSITIVE_INFINITY;
      return;
    }
    this.#deadline = this.#clock.monotonic() + waitMs;
    if (this.#timer === undefined || this.#timerAt > this.#deadline) this.#setTimer(waitMs);
  }

  #setTimer(delayMs: number): void {
    this.#timer?.cancel();
    this.#timerAt = this.#clock.monotonic() + delayMs;
    this.#timer = this.#clock.after(delayMs, this.#onTimer);
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    if (this.#closed || this.#deadline === Number.POSITIVE_INFINITY) return;
    const left = this.#deadline - this.#clock.monotonic();
    if (left > 0) return this.#setTimer(Math.ceil(left));
    this.abandon("timeout", `no answer within ${Math.round((this.#machine.waitMs ?? 0) / 1000)} s`);
  };
}

const contentShort = "our own content ended before its announced size";

function faultOf(code: string | undefined): LostWhy {
  if (code === "ETIMEDOUT") return "timeout";
  return code?.startsWith("ERR_SSL") === true ? "protocol-error" : "reset";
}
