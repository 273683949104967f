/**
 * The SMTP client as a state machine without I/O: it is fed with what came (`receive`), with what happened (`lost`,
 * `secured`) and with what is wanted (`begin`), and answers through `ClientActions`. The simulation, the fuzzers and the
 * sockets drive the same code.
 *
 *   banner ─220─► ehlo ─250─┬─ STARTTLS offered ─► starttls ─220─► handshake ─secured─► ehlo (over TLS) ─250─► ready
 *                           ├─ not offered, cleartext allowed ───────────────────────────────────────────────► ready
 *                           └─ not offered, TLS required ─► failed (starttls-missing)
 *   ehlo ─500 to 504, cleartext allowed─► helo ─250─► ready
 *   ready ─begin─► transaction ─finished─► ready … any state ─► over
 *
 * What each state promises:
 * - Before `ready` no envelope and no content is written; whether the hop may carry mail at all is not judged here but by
 *   the channel that the driver must have been given.
 * - Up to `handshake` everything the peer says may be an attacker's: a 5xx there is temporary wherever more than cleartext is
 *   required (trap 23), and comes out as `unproven`.
 * - At the 220 to STARTTLS nothing may be left over: bytes behind it are an injection and end the connection (TLS-1).
 *   `secured` starts with an empty reader and knows no capability from before (TLS-2).
 * - A reply that comes before its command is never kept for it: on the way to `ready` it ends the connection, and so it
 *   does in `ready`.
 * - `over` is final; one of `failed`, `over` or a transaction's `finished` has told why.
 */
import { limits, type DomainName, type SmtpReply } from "../../base/index.ts";
import { allowsCleartext, type HopRequirement } from "../../tls/index.ts";
import type { Capabilities, OutgoingMessage, SessionFailure, TransactionResult } from "../types.ts";
import { noCapabilities, readCapabilities } from "./capabilities.ts";
import { commands } from "./commands.ts";
import { ReplyReader } from "./reply.ts";
import { Transaction, type LostWhy, type TransactionActions, type TransactionStage } from "./transaction.ts";

export type Stage = "banner" | "ehlo" | "starttls" | TransactionStage;

export interface ClientActions extends Omit<TransactionActions, "finished" | "refused"> {
  /** Make the handshake, then call `secured`. Nothing more is to be fed until then. */
  startTls(): void;
  /** Mail may be sent now, if the hop is allowed it. */
  opened(capabilities: Capabilities, offeredTls: boolean): void;
  /** The session will not open. `polite`: QUIT may be said. */
  failed(failure: SessionFailure, polite: boolean): void;
  refused(stage: Stage, reply: SmtpReply): void;
  finished(result: TransactionResult): void;
  /** The open session has ended while no transaction was under way. */
  over(detail: string): void;
}

export interface ClientMachineOptions {
  readonly ehloName: DomainName;
  readonly requirement: HopRequirement;
}

type State = "banner" | "ehlo" | "helo" | "starttls" | "handshake" | "ehlo-secured" | "ready" | "transaction" | "over";

export class ClientMachine {
  readonly #options: ClientMachineOptions;
  readonly #actions: ClientActions;
  readonly #cleartextAllowed: boolean;
  #reader = new ReplyReader();
  #state: State = "banner";
  #peer: Capabilities = noCapabilities;
  #transaction: Transaction | undefined;
  #needsReset = false;

  constructor(options: ClientMachineOptions, actions: ClientActions) {
    this.#options = options;
    this.#actions = actions;
    this.#cleartextAllowed = allowsCleartext(options.requirement);
  }

  get state(): State {
    return this.#state;
  }

  /** How long the peer may take for what is due now, in milliseconds; undefined if nothing is due. */
  get waitMs(): number | undefined {
    if (this.#state === "transaction") return this.#transaction?.waitMs;
    if (this.#state === "banner") return limits.bannerTimeoutMs;
    return this.#state === "ready" || this.#state === "handshake" || this.#state === "over"
      ? undefined
      : limits.commandTimeoutMs;
  }

  /** Takes bytes from the peer. Never throws for what they say. */
  receive(chunk: Uint8Array): void {
    if (this.#state === "over") return;
    if (this.#state === "handshake") return this.#injected();
    this.#reader.feed(chunk);
    for (;;) {
      const read = this.#reader.next();
      if (!read.ok) return this.lost("protocol-error", read.error);
      if (read.value === undefined) return;
      this.#onReply(read.value);
      // The callbacks may have ended the conversation or begun the handshake.
      if (this.#isDeaf()) return;
    }
  }

  /** The handshake succeeded and what it proved meets the requirement. */
  secured(): void {
    if (this.#state !== "handshake") throw new Error(`secured in state ${this.#state}`);
    // TLS-2, RFC 3207 §4.2 MUST: nothing that was learned of the server in clear is kept, neither bytes nor capabilities.
    this.#reader = new ReplyReader();
    this.#state = "ehlo-secured";
    this.#actions.write(commands.ehlo(this.#options.ehloName));
  }

  /** Starts a transaction. The machine must be `ready`. */
  begin(message: OutgoingMessage): void {
    if (this.#state !== "ready") throw new Error(`begin in state ${this.#state}`);
    this.#transaction = new Transaction(message, this.#peer, this.#transactionActions, this.#needsReset);
    this.#state = "transaction";
    if (this.#reader.hasMore) return this.lost("protocol-error", "the peer spoke before it was asked");
    this.#transaction.start();
  }

  chunk(bytes: number, last: boolean): void {
    this.#transaction?.chunk(bytes, last);
  }

  contentSent(): void {
    this.#transaction?.contentSent();
  }

  /** The connection ended, or must not go on. */
  lost(why: LostWhy, detail: string): void {
    const state = this.#state;
    if (state === "over") return;
    this.#state = "over";
    if (state === "transaction") this.#transaction?.lost(why, detail);
    else if (state === "ready") this.#actions.over(detail);
    else if (state === "starttls") this.#unproven(faultOfStartTls(why), `after STARTTLS: ${detail}`);
    // In `handshake` the driver knows better what went wrong, and has said so by the time it closes.
    else this.#actions.failed({ kind: "lost", why, detail }, false);
  }

  /** No more is said or heard. */
  end(): void {
    this.#state = "over";
  }

  #isDeaf(): boolean {
    return this.#state === "over" || this.#state === "handshake";
  }

  #onReply(reply: SmtpReply): void {
    switch (this.#state) {
      case "transaction":
        return this.#transaction?.receive(reply);
      case "ready":
        return this.lost("closed", `${reply.code} without being asked`);
      case "starttls":
        return this.#onStartTlsReply(reply);
      case "handshake":
      case "over":
        return;
      default:
        if (this.#reader.hasMore) return this.lost("protocol-error", "the peer spoke before it was asked");
        return this.#onOpeningReply(this.#state, reply);
    }
  }

  #onOpeningReply(state: "banner" | "ehlo" | "helo" | "ehlo-secured", reply: SmtpReply): void {
    const stage = state === "banner" ? "banner" : "ehlo";
    const wanted = state === "banner" ? 220 : 250;
    if (reply.code >= 400) return this.#onOpeningRefusal(state, stage, reply);
    if (reply.code !== wanted) return this.lost("protocol-error", `${reply.code} in reply to ${stage}`);
    switch (state) {
      case "banner":
        this.#state = "ehlo";
        return this.#actions.write(commands.ehlo(this.#options.ehloName));
      case "ehlo":
        return this.#onEhlo(readCapabilities(reply));
      case "helo":
        return this.#open(noCapabilities);
      case "ehlo-secured":
        // Inside TLS there is nothing more to start.
        return this.#open({ ...readCapabilities(reply), starttls: false });
    }
  }

  #onEhlo(peer: Capabilities): void {
    const wantsTls = !(this.#cleartextAllowed && this.#options.requirement.skipTls === true);
    if (peer.starttls && wantsTls) {
      this.#state = "starttls";
      return this.#actions.write(commands.startTls);
    }
    if (this.#cleartextAllowed) return this.#open(peer);
    this.#state = "over";
    this.#unproven("starttls-missing", "STARTTLS is not offered");
  }

  #onOpeningRefusal(state: State, stage: "banner" | "ehlo", reply: SmtpReply): void {
    this.#actions.refused(stage, reply);
    // RFC 5321 §4.1.1.1: an old server does not know EHLO. Only where TLS is not needed: HELO cannot offer it.
    if (state === "ehlo" && this.#cleartextAllowed && reply.code >= 500 && reply.code <= 504) {
      this.#state = "helo";
      return this.#actions.write(commands.helo(this.#options.ehloName));
    }
    this.#state = "over";
    // Trap 23: said in clear, so perhaps by an attacker; never final for a hop that must prove itself.
    // Trap 27: 4xx is neither, and stays what it is.
    const forgeable = state !== "ehlo-secured" && !this.#cleartextAllowed && reply.code >= 500;
    if (forgeable) return this.#unproven("starttls-missing", `refused before TLS, at ${stage}`, reply);
    this.#actions.failed({ kind: "refused", stage, reply }, reply.code !== 421);
  }

  #onStartTlsReply(reply: SmtpReply): void {
    if (reply.code === 220) {
      if (this.#reader.hasMore) return this.#injected();
      this.#state = "handshake";
      return this.#actions.startTls();
    }
    this.#actions.refused("starttls", reply);
    this.#state = "over";
    this.#unproven("starttls-refused", `STARTTLS was answered with ${reply.code}`, reply);
  }

  /** TLS-1, CVE-2011-0411: whoever speaks in clear behind the 220 wants to be heard inside TLS. */
  #injected(): void {
    this.#state = "over";
    this.#unproven("injected-bytes", "bytes arrived in clear behind the reply to STARTTLS");
  }

  #unproven(fault: Extract<SessionFailure, { kind: "unproven" }>["fault"], detail: string, reply?: SmtpReply): void {
    const polite = fault === "starttls-missing" || fault === "starttls-refused";
    const offeredTls = fault !== "starttls-missing";
    const failure = { kind: "unproven", fault, detail, offeredTls, ...(reply === undefined ? {} : { reply }) } as const;
    this.#actions.failed(failure, polite && reply?.code !== 421);
  }

  #open(peer: Capabilities): void {
    this.#peer = peer;
    this.#state = "ready";
    this.#actions.opened(peer, peer.starttls);
  }

  readonly #transactionActions: TransactionActions = {
    write: (text) => this.#actions.write(text),
    sendContent: (mode) => {
      // A reply that lies ready behind the 354 would pass for the final one.
      if (this.#reader.hasMore) this.lost("protocol-error", "the peer spoke before it was asked");
      else this.#actions.sendContent(mode);
    },
    chunkTaken: () => this.#actions.chunkTaken(),
    refused: (stage, reply) => this.#actions.refused(stage, reply),
    finished: (result, openEnd) => {
      this.#transaction = undefined;
      this.#needsReset = openEnd;
      this.#state = result.reusable ? "ready" : "over";
      this.#actions.finished(result);
    },
  };
}

function faultOfStartTls(why: LostWhy): "handshake-reset" | "handshake-timeout" | "handshake-garbage" {
  if (why === "timeout") return "handshake-timeout";
  return why === "protocol-error" ? "handshake-garbage" : "handshake-reset";
}
