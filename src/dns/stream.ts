/**
 * One connection to one upstream, over TCP or over TLS on top of it, with many questions under way (RFC 7766 §6.2.1.1). Answers come
 * in any order; each is told by its id and by the question that it repeats.
 *
 *   connecting ──► open ──► retiring ──► closed
 *
 * connecting   questions are taken and wait to be written. With TLS, open is reached only after the other end has proven who it is.
 * open         questions are written at once. Where none is left the connection idles, and closes in time.
 * retiring     questions under way may end, new ones are not taken: the upstream owes us too much, or has gone silent.
 * closed       everything under way has been given its failure.
 *
 * What an upstream sends is bounded: one message at a time, no message shorter than a header, and a few answers to what nobody
 * asked, after which the connection is closed. Answers to questions that were given up are awaited, and dropped.
 */
import type { Clock, Net, Random, Timer, Wire } from "../base/index.ts";
import type { Closing } from "./closing.ts";
import { framed, Frames } from "./framing.ts";
import { dnsLimits } from "./limits.ts";
import { closed, failed, hear, randomId, withId, type Exchanged, type Query } from "./query.ts";
import type { Secure, Upstream } from "./upstream.ts";
import { messageId } from "./wire.ts";

export interface StreamPorts {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly closing: Closing;
  /** Without it an upstream with `tls` cannot be asked. It is never asked in clear. */
  readonly secure?: Secure;
}

/** `dropped`: the connection was there and has ended before the answer; the question may be asked over another. */
export type Streamed = Exchanged | { readonly kind: "dropped" };

interface Pending {
  readonly query: Query;
  readonly resolve: (streamed: Streamed) => void;
  readonly timer: Timer;
  /** How much had been heard on the connection when it was written; undefined while it waits for the connection. */
  heardBefore: number | undefined;
}

export class Stream {
  readonly #ports: StreamPorts;
  readonly #upstream: Upstream;
  readonly #onClosed: (fault: Exchanged | undefined) => void;
  readonly #giveUpDialling = new AbortController();
  readonly #forgetClosing: () => void;
  readonly #frames = new Frames();
  readonly #pending = new Map<number, Pending>();
  /** Ids of questions that were given up, whose answers may still come. */
  readonly #abandoned = new Set<number>();
  #state: "connecting" | "open" | "retiring" | "closed" = "connecting";
  #wire: Wire | undefined;
  #idle: Timer | undefined;
  /** Pieces of the stream that have come. */
  #heard = 0;
  #strays = 0;

  /** Dials at once. `onClosed` is told why, if the connection never came to be. */
  constructor(ports: StreamPorts, upstream: Upstream, onClosed: (fault: Exchanged | undefined) => void) {
    this.#ports = ports;
    this.#upstream = upstream;
    this.#onClosed = onClosed;
    this.#forgetClosing = ports.closing.add(() => this.#end(closed));
    void this.#connect();
  }

  get hasRoom(): boolean {
    if (this.#state !== "connecting" && this.#state !== "open") return false;
    return this.#pending.size < dnsLimits.streamInFlightMax;
  }

  /** Only while there is room. Its id is chosen here. `timeoutMs` counts the connecting too. */
  ask(query: Query, timeoutMs: number): Promise<Streamed> {
    this.#idle?.cancel();
    const own = withId(query, this.#freeId());
    return new Promise((resolve) => {
      const timer = this.#ports.clock.after(timeoutMs, () => this.#giveUp(own.id));
      const pending: Pending = { query: own, resolve, timer, heardBefore: undefined };
      this.#pending.set(own.id, pending);
      this.#write(pending);
    });
  }

  async #connect(): Promise<void> {
    const connected = await this.#connected().catch((error: unknown) => failed("network", String(error)));
    if (!("stream" in connected)) return this.#end(connected);
    if (this.#state === "closed") return void connected.stream.destroy();
    this.#listen(connected);
    this.#state = "open";
    for (const pending of this.#pending.values()) this.#write(pending);
    this.#rest();
  }

  async #connected(): Promise<Wire | (Exchanged & { kind: "failure" })> {
    const { net, clock, secure } = this.#ports;
    const { tls } = this.#upstream;
    // RFC 8310 §5: what was to be asked inside TLS is not asked outside it.
    if (tls !== undefined && secure === undefined) return failed("network", "DNS over TLS is not to be had here");
    const endsAt = clock.monotonic() + dnsLimits.streamConnectTimeoutMs;
    const timeoutMs = dnsLimits.streamConnectTimeoutMs;
    const dialled = await net.dial(this.#upstream, { timeoutMs, signal: this.#giveUpDialling.signal });
    if (!dialled.ok) return failed(dialled.error === "timeout" ? "timeout" : "network", `TCP: ${dialled.error}`);
    this.#wire = dialled.value;
    if (tls === undefined || secure === undefined) return dialled.value;
    if (this.#state === "closed") return this.#left(dialled.value);
    const secured = await secure(dialled.value, tls.name, Math.max(0, endsAt - clock.monotonic()));
    return secured.ok ? secured.value : refusal(secured);
  }

  #left(wire: Wire): Exchanged & { kind: "failure" } {
    wire.stream.on("error", () => {});
    wire.stream.destroy();
    return closed;
  }

  #listen(wire: Wire): void {
    const { stream } = wire;
    const onEnd = (): void => this.#end({ kind: "dropped" });
    this.#wire = wire;
    stream.on("data", (chunk: Uint8Array) => this.#onData(chunk));
    stream.on("error", onEnd);
    stream.on("end", onEnd);
    stream.on("close", onEnd);
    if (stream.destroyed) onEnd();
  }

  #write(pending: Pending): void {
    if (this.#state !== "open") return;
    pending.heardBefore = this.#heard;
    this.#wire?.stream.write(framed(pending.query.bytes));
  }

  #onData(chunk: Uint8Array): void {
    this.#heard++;
    for (const message of this.#frames.add(chunk)) this.#onMessage(message);
    if (this.#frames.broken) this.#end(failed("malformed", `${this.#over}: what came is not DNS`));
  }

  #onMessage(message: Uint8Array): void {
    const id = messageId(message) ?? -1;
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      if (!this.#abandoned.delete(id)) this.#onStray();
      return;
    }
    const heard = hear(message, pending.query);
    if (heard.kind === "other") return this.#onStray();
    const unusable = failed("malformed", `an answer over ${this.#over} that cannot be read`);
    this.#settle(pending, heard.kind === "message" ? heard : unusable);
    this.#rest();
  }

  #onStray(): void {
    if (++this.#strays < dnsLimits.streamStraysMax) return;
    this.#end(failed("malformed", `${this.#over}: answers to what nobody asked`));
  }

  #giveUp(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#settle(pending, failed("timeout", `no answer over ${this.#over}`));
    if (pending.heardBefore !== undefined) {
      this.#abandoned.add(id);
      // A connection that has said nothing since may be gone without our knowing.
      const isSilent = this.#heard === pending.heardBefore;
      if (isSilent || this.#abandoned.size >= dnsLimits.streamAbandonedMax) this.#retire();
    }
    this.#rest();
  }

  #retire(): void {
    if (this.#state === "open") this.#state = "retiring";
  }

  /** Where nothing is under way: waits for more, or ends. */
  #rest(): void {
    if (this.#pending.size > 0) return;
    if (this.#state === "retiring") return this.#end(undefined);
    if (this.#state !== "open") return;
    this.#idle?.cancel();
    this.#idle = this.#ports.clock.after(dnsLimits.streamIdleMs, () => this.#end(undefined));
  }

  #settle(pending: Pending, streamed: Streamed): void {
    this.#pending.delete(pending.query.id);
    pending.timer.cancel();
    pending.resolve(streamed);
  }

  #end(why: Streamed | undefined): void {
    if (this.#state === "closed") return;
    const neverOpen = this.#state === "connecting";
    this.#state = "closed";
    this.#forgetClosing();
    this.#idle?.cancel();
    this.#giveUpDialling.abort();
    this.#wire?.stream.on("error", () => {});
    this.#wire?.stream.destroy();
    this.#onClosed(neverOpen && why?.kind === "failure" ? why : undefined);
    for (const pending of this.#pending.values()) this.#settle(pending, why ?? { kind: "dropped" });
  }

  #freeId(): number {
    let id = randomId(this.#ports.random);
    while (this.#pending.has(id) || this.#abandoned.has(id)) id = (id + 1) & 0xffff;
    return id;
  }

  get #over(): string {
    return this.#upstream.tls === undefined ? "TCP" : "TLS";
  }
}

function refusal({ error }: Extract<Awaited<ReturnType<Secure>>, { ok: false }>): Exchanged & { kind: "failure" } {
  return failed(error.kind === "timeout" ? "timeout" : "network", `TLS: ${error.detail}`);
}
