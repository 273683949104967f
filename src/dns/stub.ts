/**
 * The resolver of today: it asks recursive resolvers and believes what they say, no further than they can be believed. An
 * answer is `secure` only if the operator trusts the AD bit (SEC-6), nobody could stand between us and the resolver that set it, and it
 * is set on every answer of the way; everything else is `insecure`, however it looks.
 *
 * A question goes: cache → the same question already under way → upstreams, alias by alias → cache.
 */
import {
  limits,
  type Clock,
  type DomainName,
  type IpAddress,
  type Log,
  type Metrics,
  type Net,
  type Random,
} from "../base/index.ts";
import { AnswerCache, type Shelf } from "./cache.ts";
import { Closing } from "./closing.ts";
import { kinds, readAnswer, type Kind, type Reading } from "./reading.ts";
import type { Answer, DnsFailure, MxRecord, Resolver, TlsaRecord } from "./types.ts";
import { isReachedSafely, type Secure, type Upstream } from "./upstream.ts";
import { Upstreams } from "./upstreams.ts";
import { classIn, domainOf, wireName, type Message, type WireName } from "./wire.ts";

export interface StubResolverOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Recursive resolvers, in the order in which they are asked; at least one. */
  readonly upstreams: readonly Upstream[];
  /** Needed for upstreams with `tls`. */
  readonly secure?: Secure;
  /**
   * Believe the AD bit of upstreams on a loopback address or over TLS, which then all have to validate. If there is such an
   * upstream, the others are not asked at all: an attacker who silences the validating resolver must not get his answer from
   * one that does not validate. For the same reason SERVFAIL is not taken to the next one.
   */
  readonly trustAd: boolean;
}

/** Throws a TypeError if there is no upstream. */
export function createStubResolver(options: StubResolverOptions): Resolver {
  if (options.upstreams.length === 0) throw new TypeError("a stub resolver needs an upstream");
  return new StubResolver(options);
}

interface Lane<T> {
  readonly kind: Kind<T>;
  readonly shelf: Shelf<Answer<T>>;
  readonly underWay: Map<DomainName, Promise<Answer<T>>>;
}

class StubResolver implements Resolver {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #trustAd: boolean;
  readonly #closing = new Closing();
  readonly #upstreams: Upstreams;
  readonly #cache: AnswerCache;
  readonly #mx: Lane<MxRecord>;
  readonly #a: Lane<IpAddress>;
  readonly #aaaa: Lane<IpAddress>;
  readonly #txt: Lane<string>;
  readonly #tlsa: Lane<TlsaRecord>;
  readonly #cname: Lane<DomainName>;

  constructor({ net, clock, random, log, metrics, upstreams, secure, trustAd }: StubResolverOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#metrics = metrics;
    this.#trustAd = trustAd;
    const ports = { net, clock, random, closing: this.#closing, ...(secure === undefined ? {} : { secure }) };
    const asked = askable(upstreams, trustAd, log);
    const validating = trustAd && asked.every(isReachedSafely);
    this.#upstreams = new Upstreams(ports, log, asked, { validating, wants: "verdict" });
    this.#cache = new AnswerCache(clock);
    this.#mx = this.#lane<MxRecord>(kinds.mx, (record) => record.exchange);
    this.#a = this.#lane(kinds.a, (address) => address);
    this.#aaaa = this.#lane(kinds.aaaa, (address) => address);
    this.#txt = this.#lane(kinds.txt, (text) => text);
    this.#tlsa = this.#lane<TlsaRecord>(kinds.tlsa, ({ association }) => Buffer.from(association).toString("latin1"));
    this.#cname = this.#lane<DomainName>(kinds.cname, (name) => name);
  }

  mx(name: DomainName): Promise<Answer<MxRecord>> {
    return this.#resolve(this.#mx, name);
  }

  a(name: DomainName): Promise<Answer<IpAddress>> {
    return this.#resolve(this.#a, name);
  }

  aaaa(name: DomainName): Promise<Answer<IpAddress>> {
    return this.#resolve(this.#aaaa, name);
  }

  txt(name: DomainName): Promise<Answer<string>> {
    return this.#resolve(this.#txt, name);
  }

  tlsa(name: DomainName): Promise<Answer<TlsaRecord>> {
    return this.#resolve(this.#tlsa, name);
  }

  cname(name: DomainName): Promise<Answer<DomainName>> {
    return this.#resolve(this.#cname, name);
  }

  /** Ends the questions under way as failures. */
  close(): Promise<void> {
    this.#closing.close();
    return Promise.resolve();
  }

  #lane<T>(kind: Kind<T>, text: (record: T) => string): Lane<T> {
    return { kind, shelf: this.#cache.shelf(text), underWay: new Map() };
  }

  #resolve<T>(lane: Lane<T>, name: DomainName): Promise<Answer<T>> {
    const known = lane.shelf.get(name) ?? lane.underWay.get(name);
    if (known !== undefined) {
      this.#metrics.count("surehop_dns_questions_total", fromCache);
      return known;
    }
    const asking = this.#ask(lane, name);
    lane.underWay.set(name, asking);
    return asking;
  }

  /** Never rejects: whatever goes wrong, a fault of this program included, is no answer. */
  async #ask<T>(lane: Lane<T>, name: DomainName): Promise<Answer<T>> {
    let answer: Answer<T>;
    try {
      answer = await this.#lookUp(lane.kind, name);
    } catch (error) {
      this.#log.error("a DNS question could not be asked", { name, type: lane.kind.type, error: String(error) });
      answer = failed(name, "network", "the question could not be asked");
    }
    lane.underWay.delete(name);
    if (!this.#closing.closed) lane.shelf.put(name, answer);
    this.#metrics.count("surehop_dns_questions_total", answer.kind === "failure" ? fromNowhere : fromUpstream);
    return answer;
  }

  async #lookUp<T>(kind: Kind<T>, question: DomainName): Promise<Answer<T>> {
    if (question.startsWith("[")) return failed(question, "malformed", "an address literal is no name in the DNS");
    if (this.#closing.closed) return failed(question, "network", "the resolver was closed");
    const deadline = this.#clock.monotonic() + limits.dnsQuestionTimeoutMs;
    const way: WireName[] = [];
    let secure = this.#trustAd;
    let ttlSeconds: number = limits.dnsTtlMaxSeconds;
    // Each turn adds an alias to the way, and `readAnswer` ends a way of more than `limits.cnameChainMax`.
    for (let name = wireName(question); ;) {
      const passed = way.length === 0 ? [] : [wireName(question), ...way.slice(0, -1)];
      const read = (message: Message): Reading<T> => readAnswer(message, name, kind, passed);
      const asked = await this.#upstreams.ask({ name, type: kind.type, class: classIn }, read, deadline);
      if (!("upstream" in asked)) return failed(question, asked.reading.failure, asked.reading.detail);
      const { reading } = asked;
      secure &&= asked.authenticData && isReachedSafely(asked.upstream);
      ttlSeconds = Math.min(ttlSeconds, reading.ttlSeconds);
      way.push(...reading.names);
      name = reading.owner;
      if (reading.kind !== "onward")
        return answerOf(question, way, reading, ttlSeconds, secure ? "secure" : "insecure");
    }
  }
}

function answerOf<T>(
  question: DomainName,
  way: readonly WireName[],
  reading: Exclude<Reading<T>, { readonly kind: "onward" | "failure" }>,
  ttlSeconds: number,
  status: "secure" | "insecure",
): Answer<T> {
  const names = way.map(domainOf);
  if (!names.every((name) => name !== undefined)) {
    return failed(question, "malformed", "an alias to something that is no host name");
  }
  const owner = names[names.length - 1] ?? question;
  const aliases = owner === question ? [] : [question, ...names.slice(0, -1)];
  const common = { question, owner, aliases, ttlSeconds, status };
  return reading.kind === "records"
    ? { kind: "records", ...common, records: reading.records }
    : { kind: reading.kind, ...common };
}

const fromCache = { source: "cache" };
const fromUpstream = { source: "upstream" };
const fromNowhere = { source: "failed" };

function askable(upstreams: readonly Upstream[], trustAd: boolean, log: Log): readonly Upstream[] {
  if (!trustAd) return upstreams;
  const trusted = upstreams.filter(isReachedSafely);
  if (trusted.length === 0)
    log.warn("the AD bit is trusted from resolvers on loopback or over TLS only, and none is configured");
  else if (trusted.length < upstreams.length)
    log.warn("resolvers that are neither on loopback nor over TLS are not asked: the AD bit is trusted");
  return trusted.length === 0 ? upstreams : trusted;
}

function failed(question: DomainName, failure: DnsFailure, detail: string): Answer<never> {
  const status = failure === "bogus" ? "bogus" : "indeterminate";
  return { kind: "failure", status, question, failure, detail };
}
