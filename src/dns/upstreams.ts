/**
 * Several upstreams asked in turn. One that does not answer is passed over for the next, rests for a while and is asked last in
 * that time; one that answers with a failure is not asked the same question again. What came of it all is the first
 * usable reading, or else the first failure that an upstream stated, or else the last silence.
 *
 * Where signatures are wanted, an answer without EDNS cannot have been asked for them: the upstream is too old, or something on
 * the way strips them. Such an answer is put by, and is the last resort, for the validator to judge.
 */
import { limits, type Log } from "../base/index.ts";
import { Datagrams } from "./datagrams.ts";
import { askUpstream, type ExchangePorts } from "./exchange.ts";
import { dnsLimits } from "./limits.ts";
import type { Wants } from "./query.ts";
import type { ReadingFailure } from "./reading.ts";
import type { StreamPorts } from "./stream.ts";
import { Streams } from "./streams.ts";
import { upstreamText, type Upstream } from "./upstream.ts";
import type { Message, Question } from "./wire.ts";

export type Asked<R extends Read> =
  | {
      readonly reading: Exclude<R, ReadingFailure>;
      readonly upstream: Upstream;
      readonly authenticData: boolean;
      readonly isPoor: boolean;
    }
  | { readonly reading: ReadingFailure };

/** What was made of a message: something usable, or a failure. */
export type Read = { readonly kind: string };

type ReadMessage<R extends Read> = (message: Message) => R | ReadingFailure;

export interface UpstreamOptions {
  /** The upstreams check DNSSEC, so that SERVFAIL may mean that an answer failed the check. */
  readonly validating: boolean;
  readonly wants: Wants;
}

export class Upstreams {
  readonly #ports: ExchangePorts;
  readonly #log: Log;
  readonly #all: readonly Upstream[];
  readonly #options: UpstreamOptions;
  readonly #restsUntil = new Map<Upstream, number>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(ports: StreamPorts, log: Log, upstreams: readonly Upstream[], options: UpstreamOptions) {
    this.#ports = { ...ports, datagrams: new Datagrams(ports.net), streams: new Streams(ports) };
    this.#log = log;
    this.#all = upstreams;
    this.#options = options;
  }

  /** `deadline` on the monotonic clock. */
  async ask<R extends Read>(question: Question, read: ReadMessage<R>, deadline: number): Promise<Asked<R>> {
    if (this.#busy >= dnsLimits.questionsAtOnceMax) {
      if (this.#waiting.length >= dnsLimits.questionsWaitingMax)
        return failure("network", "too many questions at once");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#busy++;
    try {
      return await this.#inTurn(question, read, deadline);
    } finally {
      // The place is handed on, not given up and taken again: nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy--;
      else next();
    }
  }

  async #inTurn<R extends Read>(question: Question, read: ReadMessage<R>, deadline: number): Promise<Asked<R>> {
    const { clock, closing } = this.#ports;
    const order = this.#order();
    const declined = new Map<Upstream, ReadingFailure>();
    let poor: Asked<R> | undefined;
    let silence: ReadingFailure = { kind: "failure", failure: "timeout", detail: "no time was left to ask" };
    for (let turn = 0; turn < Math.max(limits.dnsTriesMax, order.length); turn++) {
      const upstream = order[turn % order.length];
      const leftMs = deadline - clock.monotonic();
      if (upstream === undefined || leftMs <= 0 || closing.closed || declined.size === order.length) break;
      if (poor !== undefined && turn >= order.length) break;
      if (declined.has(upstream)) continue;
      const asked = await this.#one(question, read, upstream, leftMs);
      if ("upstream" in asked) {
        if (!asked.isPoor) return asked;
        poor ??= asked;
        continue;
      }
      if (this.#isFinal(asked.reading)) return asked;
      if (isSilence(asked.reading)) silence = asked.reading;
      else declined.set(upstream, asked.reading);
    }
    const [stated] = declined.values();
    return poor ?? { reading: stated ?? silence };
  }

  async #one<R extends Read>(
    question: Question,
    read: ReadMessage<R>,
    upstream: Upstream,
    leftMs: number,
  ): Promise<Asked<R>> {
    const exchanged = await askUpstream(this.#ports, question, upstream, leftMs, this.#options.wants);
    if (exchanged.kind === "failure") {
      if (isSilence(exchanged)) this.#rest(upstream, "a DNS upstream does not answer", exchanged.detail);
      return { reading: exchanged };
    }
    const { authenticData, edns } = exchanged.message;
    const isPoor = this.#options.wants === "signatures" && edns === undefined;
    if (isPoor) this.#rest(upstream, "a DNS upstream gives no signatures", "its answers come without EDNS");
    else this.#restsUntil.delete(upstream);
    const reading = read(exchanged.message);
    if (isFailure(reading)) return { reading };
    return { reading: reading as Exclude<R, ReadingFailure>, upstream, authenticData, isPoor };
  }

  #rest(upstream: Upstream, what: string, detail: string): void {
    if (this.#ports.closing.closed) return;
    if (!this.#restsUntil.has(upstream)) this.#log.warn(what, { upstream: upstreamText(upstream), detail });
    this.#restsUntil.set(upstream, this.#ports.clock.monotonic() + dnsLimits.upstreamRestMs);
  }

  /** Another upstream must not be asked: it might check less, and what this one found wrong would be lost (MX-2). */
  #isFinal({ failure }: ReadingFailure): boolean {
    return failure === "bogus" || failure === "chain-too-long" || (failure === "servfail" && this.#options.validating);
  }

  /** As configured, with those that rest at the end. */
  #order(): readonly Upstream[] {
    if (this.#restsUntil.size === 0) return this.#all;
    const now = this.#ports.clock.monotonic();
    const rests = (upstream: Upstream): boolean => (this.#restsUntil.get(upstream) ?? 0) > now;
    return [...this.#all.filter((one) => !rests(one)), ...this.#all.filter(rests)];
  }
}

function isFailure<R extends Read>(reading: R | ReadingFailure): reading is ReadingFailure {
  return reading.kind === "failure";
}

/** Nothing was said: asking again may help. */
function isSilence(reading: ReadingFailure): boolean {
  return reading.failure === "timeout" || reading.failure === "network";
}

function failure(kind: ReadingFailure["failure"], detail: string): Asked<never> {
  return { reading: { kind: "failure", failure: kind, detail } };
}
