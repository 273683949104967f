/**
 * One transaction: a message to some recipients (RFC 5321 §3.3), without I/O.
 *
 *   [RSET] ─► MAIL ─► RCPT … RCPT ─► DATA ─354─► content ─► final reply
 *                                 └─► BDAT … BDAT LAST ─────┘        (lines over 998 bytes, with CHUNKING)
 *
 * Replies come in the order of the commands, so one number, `#step`, says which command the next reply answers: -1 RSET,
 * 0 MAIL, 1 to n the recipients, n+1 DATA. With PIPELINING (RFC 2920) all commands up to DATA leave in one write; without
 * it each waits for the reply to the one before. RSET comes first only where the last transaction was left open.
 *
 * What each state promises:
 * - `envelope`: no byte of the content was written.
 * - `content`: at least one recipient was accepted; the end of the content was not written, so the peer cannot have the message.
 * - `final`: the content was written whole; if its reply is lost, the peer may have the message (`afterData`).
 * - `discard`: DATA was pipelined and accepted although no recipient was: a lone dot was written (RFC 2920 §3.1), its reply
 *   says nothing.
 * - `done`: the result was told, once.
 */
import { limits, type SmtpReply } from "../../base/index.ts";
import type { Capabilities, OutgoingMessage, RecipientResult, TransactionResult } from "../types.ts";
import { commands, needsUtf8 } from "./commands.ts";

export type TransactionStage = "mail" | "rcpt" | "data" | "final";
export type LostWhy = Extract<RecipientResult, { kind: "lost" }>["why"];
export type ContentMode = "data" | "bdat";

export interface TransactionActions {
  /** Writes commands; ASCII, or UTF-8 under SMTPUTF8. */
  write(text: string): void;
  /** Asks for the content; the driver answers with `contentSent`, or for `bdat` with `chunk` … */
  sendContent(mode: ContentMode): void;
  /** The chunk last announced was taken: the next may follow. */
  chunkTaken(): void;
  /** A refusal, as it came. */
  refused(stage: TransactionStage, reply: SmtpReply): void;
  /** `openEnd`: the peer still holds an envelope, so that RSET must come before the next. */
  finished(result: TransactionResult, openEnd: boolean): void;
}

/** RFC 5321 §4.5.3.1.6: 1000 with its CRLF. */
const lineMaxBytes = 998;

/** Why the peer cannot carry this message, as far as its EHLO tells; undefined if it can. Pure. */
export function cannotCarry(
  message: OutgoingMessage,
  peer: Capabilities,
): Extract<RecipientResult, { kind: "cannot" }>["why"] | undefined {
  // RFC 8689 §4.2.1: never without the parameter (trap 29).
  if (message.requireTls && !peer.requireTls) return "requiretls-unsupported";
  if (needsUtf8(message) && !peer.smtpUtf8) return "needs-smtputf8";
  if (message.has8bit && !peer.eightBitMime) return "needs-8bitmime";
  if (peer.size !== undefined && peer.size > 0 && message.size > peer.size) return "too-large";
  if (message.longestLine > lineMaxBytes && !peer.chunking) return "line-too-long";
  return undefined;
}

export class Transaction {
  readonly message: OutgoingMessage;
  readonly #peer: Capabilities;
  readonly #actions: TransactionActions;
  readonly #mode: ContentMode;
  readonly #results: (RecipientResult | undefined)[];
  #state: "envelope" | "content" | "final" | "discard" | "done" = "envelope";
  #step: number;
  readonly #commands: string[] = [];
  #said = 0;
  #accepted = 0;
  #mailAccepted = false;
  #mailRefusal: SmtpReply | undefined;

  constructor(message: OutgoingMessage, peer: Capabilities, actions: TransactionActions, needsReset: boolean) {
    this.message = message;
    this.#peer = peer;
    this.#actions = actions;
    this.#mode = message.longestLine > lineMaxBytes ? "bdat" : "data";
    this.#results = message.recipients.map(() => undefined);
    this.#step = needsReset ? -1 : 0;
  }

  /** How long the peer may take for what is due, in milliseconds. */
  get waitMs(): number {
    if (this.#state === "content") return limits.dataBlockTimeoutMs;
    return this.#state === "final" ? limits.finalReplyTimeoutMs : limits.commandTimeoutMs;
  }

  start(): void {
    const why = cannotCarry(this.message, this.#peer);
    if (why !== undefined) return this.#finish({ kind: "cannot", why }, true, this.#step < 0);
    // All are made here, so that one that cannot be said (a bug) throws before the first is sent.
    this.#prepare();
    if (this.#peer.pipelining) this.#actions.write(this.#commands.join(""));
    else this.#sayNext();
  }

  receive(reply: SmtpReply): void {
    switch (this.#state) {
      case "envelope":
        return this.#onEnvelopeReply(reply);
      case "content":
        return this.#onContentReply(reply);
      case "final":
        return this.#onFinalReply(reply);
      case "discard":
        return this.#onNobody(reply.code !== 421, false);
      case "done":
        return;
    }
  }

  /** Announces the next piece of content in `bdat` mode; the caller writes its bytes right behind. */
  chunk(bytes: number, last: boolean): void {
    if (this.#state !== "content") return;
    if (last) this.#state = "final";
    this.#actions.write(commands.bdat(bytes, last));
  }

  /** The content and its end were written. */
  contentSent(): void {
    if (this.#state === "content") this.#state = "final";
  }

  /** The conversation broke off. */
  lost(why: LostWhy, detail: string): void {
    this.#finish({ kind: "lost", why, afterData: this.#state === "final", detail }, false, false);
  }

  /** Every command up to the content. */
  #prepare(): void {
    const { message } = this;
    if (this.#step < 0) this.#commands.push(commands.reset);
    this.#commands.push(commands.mail(message, this.#peer));
    for (const recipient of message.recipients) this.#commands.push(commands.rcpt(recipient, this.#peer));
    if (this.#mode === "data") this.#commands.push(commands.data);
  }

  /** Without PIPELINING: one command. */
  #sayNext(): void {
    const command = this.#commands[this.#said++];
    if (command !== undefined) this.#actions.write(command);
  }

  get #dataStep(): number {
    return this.#results.length + 1;
  }

  #onEnvelopeReply(reply: SmtpReply): void {
    const step = this.#step++;
    if (reply.code === 421) return this.#onShutdown(stageOf(step, this.#dataStep), reply);
    if (step < 0) return reply.code < 300 ? this.#goOn() : this.#nonsense("RSET", reply);
    if (step === 0) return this.#onMailReply(reply);
    if (step < this.#dataStep) return this.#onRcptReply(step - 1, reply);
    return this.#onDataReply(reply);
  }

  #onMailReply(reply: SmtpReply): void {
    if (isOdd(reply)) return this.#nonsense("MAIL", reply);
    if (reply.code < 300) {
      this.#mailAccepted = true;
      return this.#goOn();
    }
    this.#mailRefusal = reply;
    this.#actions.refused("mail", reply);
    if (!this.#peer.pipelining) return this.#finish({ kind: "refused", stage: "mail", reply }, true, false);
  }

  #onRcptReply(index: number, reply: SmtpReply): void {
    if (isOdd(reply)) return this.#nonsense("RCPT", reply);
    if (reply.code < 300) this.#accepted++;
    else if (this.#mailRefusal === undefined) {
      this.#results[index] = { kind: "refused", stage: "rcpt", reply };
      this.#actions.refused("rcpt", reply);
    }
    this.#goOn();
  }

  /** After a good reply, or one of a recipient's: the next command where they go one by one, or the content. */
  #goOn(): void {
    const envelopeDone = this.#step === this.#dataStep;
    if (envelopeDone && (this.#mode === "bdat" || !this.#peer.pipelining)) {
      if (this.#accepted === 0 || this.#mailRefusal !== undefined) return this.#onNobody();
      if (this.#mode === "bdat") return this.#toContent();
    }
    if (!this.#peer.pipelining) this.#sayNext();
  }

  #onDataReply(reply: SmtpReply): void {
    if (reply.code === 354) {
      if (this.#mailRefusal === undefined && this.#accepted > 0) return this.#toContent();
      // A peer that took recipients for an envelope that it refused might take the dot for a message.
      if (this.#accepted > 0) return this.#onNobody(false);
      this.#state = "discard";
      return this.#actions.write(".\r\n");
    }
    if (reply.code < 400) return this.#nonsense("DATA", reply);
    if (this.#mailRefusal !== undefined || this.#accepted === 0) return this.#onNobody();
    this.#actions.refused("data", reply);
    this.#finish({ kind: "refused", stage: "data", reply }, true, true);
  }

  #toContent(): void {
    this.#state = "content";
    this.#actions.sendContent(this.#mode);
  }

  #onContentReply(reply: SmtpReply): void {
    if (this.#mode === "bdat" && reply.code < 300) return this.#actions.chunkTaken();
    if (reply.code < 400) return this.#nonsense("unfinished content", reply);
    // Refused in the middle: the rest would be read as commands, so the connection is of no more use.
    this.#actions.refused("final", reply);
    this.#finish({ kind: "refused", stage: "final", reply }, false, false);
  }

  #onFinalReply(reply: SmtpReply): void {
    if (reply.code < 300) return this.#finish({ kind: "delivered", reply }, true, false);
    if (isOdd(reply)) return this.#nonsense("the content", reply);
    this.#actions.refused("final", reply);
    // After a failed BDAT the envelope may still stand (RFC 3030 §2).
    this.#finish({ kind: "refused", stage: "final", reply }, reply.code !== 421, this.#mode === "bdat");
  }

  /** Nobody is left to send to. */
  #onNobody(reusable = true, openEnd = this.#mailAccepted): void {
    const reply = this.#mailRefusal;
    this.#finish(reply && { kind: "refused", stage: "mail", reply }, reusable, openEnd);
  }

  /** RFC 5321 §3.8: 421 may answer any command; the peer closes. */
  #onShutdown(stage: TransactionStage, reply: SmtpReply): void {
    this.#actions.refused(stage, reply);
    this.#finish({ kind: "refused", stage, reply }, false, false);
  }

  #nonsense(command: string, reply: SmtpReply): void {
    this.lost("protocol-error", `${reply.code} in reply to ${command}`);
  }

  /** `rest` is the result of every recipient that has none yet. */
  #finish(rest: RecipientResult | undefined, reusable: boolean, openEnd: boolean): void {
    if (this.#state === "done") return;
    this.#state = "done";
    const recipients: RecipientResult[] = [];
    for (const result of this.#results) recipients.push(result ?? rest ?? neverAnswered);
    this.#actions.finished({ recipients, reusable }, openEnd);
  }
}

const neverAnswered: RecipientResult = {
  kind: "lost",
  why: "protocol-error",
  afterData: false,
  detail: "a recipient was not answered",
};

/** A reply that answers none of MAIL, RCPT and the content: neither taken nor refused. */
function isOdd(reply: SmtpReply): boolean {
  return reply.code >= 300 && reply.code < 400;
}

function stageOf(step: number, dataStep: number): TransactionStage {
  if (step <= 0) return "mail";
  return step < dataStep ? "rcpt" : "data";
}
