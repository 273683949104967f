/**
 * The resolver that proves what it says (SEC-1): recursive resolvers are asked for records and signatures, and what they answer is
 * judged here, from the trust anchors down. An answer is `secure` only if every link of the way is.
 *
 * A question goes: cache → the same question already under way → `dnssec/`, which asks upstreams as often as it takes → cache.
 * What is asked for shortly before its time is over is fetched anew, so that what is in use is always at hand.
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
import { AnswerCache, type Keeping, type Shelf, type CacheBounds } from "./cache.ts";
import {
  aged,
  createValidator,
  type AskUpstream,
  type TrustAnchor,
  type Validated,
  type Validator,
} from "./dnssec/index.ts";
import { Closing } from "./closing.ts";
import { dnsLimits } from "./limits.ts";
import { kinds, type Kind, type ReadingFailure } from "./reading.ts";
import type { Answer, DnsFailure, MxRecord, RecordType, Resolver, TlsaRecord } from "./types.ts";
import type { Secure, Upstream } from "./upstream.ts";
import { Upstreams } from "./upstreams.ts";
import {
  canonicalRdata,
  classIn,
  domainOf,
  isEncodable,
  rcodeName,
  rcodes,
  wireName,
  type Message,
  type WireName,
} from "./wire.ts";

export interface ValidatingResolverOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Recursive resolvers, in the order in which they are asked; at least one. */
  readonly upstreams: readonly Upstream[];
  /** Needed for upstreams with `tls`. */
  readonly secure?: Secure;
  readonly anchors: () => readonly TrustAnchor[];
  /** Default: `limits.dnsCacheEntriesMax` and `dnsLimits.cacheBytesMax`. */
  readonly cache?: CacheBounds;
  /** Zones whose keys are kept; default `validatorLimits.zonesKeptMax`. */
  readonly zonesKeptMax?: number;
}

export interface ValidatingResolver extends Resolver {
  /** Any type, with the proof. Never rejects. */
  query(name: WireName, type: RecordType): Promise<Validated>;
  /** What an upstream says, unproven: for those who look at it themselves. */
  readonly ask: AskUpstream;
}

/** Throws a TypeError if there is no upstream. */
export function createValidatingResolver(options: ValidatingResolverOptions): ValidatingResolver {
  if (options.upstreams.length === 0) throw new TypeError("a resolver needs an upstream");
  return new Proving(options);
}

class Proving implements ValidatingResolver {
  readonly ask: AskUpstream = (...question) => this.#ask(...question);
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #closing = new Closing();
  readonly #upstreams: Upstreams;
  readonly #validator: Validator;
  readonly #cache: AnswerCache;
  /** One for each type that is asked for by name in this program; the others share one. */
  readonly #lanes: ReadonlyMap<RecordType, Lane>;
  readonly #others: Lane;

  constructor(options: ValidatingResolverOptions) {
    const { net, clock, random, log, metrics, upstreams, secure, anchors, cache, zonesKeptMax } = options;
    this.#log = log;
    this.#metrics = metrics;
    const ports = { net, clock, random, closing: this.#closing, ...(secure === undefined ? {} : { secure }) };
    this.#upstreams = new Upstreams(ports, log, upstreams, { validating: false, wants: "signatures" });
    this.#validator = createValidator({
      ask: this.ask,
      clock,
      anchors,
      ...(zonesKeptMax === undefined ? {} : { zonesKeptMax }),
    });
    this.#cache = new AnswerCache(clock, cache);
    const lane = (): Lane => ({ shelf: this.#cache.shelfOf(keeping), underWay: new Map() });
    this.#lanes = new Map(["A", "AAAA", "MX", "TXT", "TLSA", "CNAME"].map((type) => [type, lane()]));
    this.#others = lane();
  }

  async mx(name: DomainName): Promise<Answer<MxRecord>> {
    return answerOf(name, await this.#named(name, "MX"), kinds.mx);
  }

  async a(name: DomainName): Promise<Answer<IpAddress>> {
    return answerOf(name, await this.#named(name, "A"), kinds.a);
  }

  async aaaa(name: DomainName): Promise<Answer<IpAddress>> {
    return answerOf(name, await this.#named(name, "AAAA"), kinds.aaaa);
  }

  async txt(name: DomainName): Promise<Answer<string>> {
    return answerOf(name, await this.#named(name, "TXT"), kinds.txt);
  }

  async tlsa(name: DomainName): Promise<Answer<TlsaRecord>> {
    return answerOf(name, await this.#named(name, "TLSA"), kinds.tlsa);
  }

  async cname(name: DomainName): Promise<Answer<DomainName>> {
    return answerOf(name, await this.#named(name, "CNAME"), kinds.cname);
  }

  query(name: WireName, type: RecordType): Promise<Validated> {
    const own = this.#lanes.get(type);
    const lane = own ?? this.#others;
    const key = own === undefined ? `${type} ${name}` : name;
    const refresh = (): void => void (lane.underWay.has(key) || this.#resolve(lane, key, name, type, true));
    const known = lane.shelf.get(key, refresh) ?? lane.underWay.get(key);
    if (known === undefined) return this.#resolve(lane, key, name, type, false);
    this.#metrics.count("surehop_dns_questions_total", fromCache);
    return known;
  }

  /** Ends the questions under way as failures. */
  close(): Promise<void> {
    this.#closing.close();
    return Promise.resolve();
  }

  /** An address literal is no name in the DNS, and nobody is asked about it. */
  #named(name: DomainName, type: RecordType): Promise<Validated> | undefined {
    return name.startsWith("[") ? undefined : this.query(wireName(name), type);
  }

  /** `early`: what is known still holds, and no failure takes its place. */
  #resolve(lane: Lane, key: string, name: WireName, type: RecordType, early: boolean): Promise<Validated> {
    const resolving = this.#validator.resolve(name, type).then((answer) => {
      lane.underWay.delete(key);
      if (!this.#closing.closed && !(early && answer.kind === "failure")) lane.shelf.put(key, answer);
      if (answer.status === "bogus") {
        this.#log.warn("a DNS answer failed validation", {
          name,
          type,
          code: answer.reason.code,
          why: answer.reason.text,
        });
      }
      this.#metrics.count("surehop_dns_questions_total", answer.kind === "failure" ? fromNowhere : fromUpstream);
      return answer;
    });
    lane.underWay.set(key, resolving);
    return resolving;
  }

  async #ask(name: WireName, type: RecordType, deadline: number): ReturnType<AskUpstream> {
    if (this.#closing.closed) return failed("network", "the resolver was closed");
    if (!isEncodable(name)) return failed("malformed", "the name is too long");
    try {
      const asked = await this.#upstreams.ask({ name, type, class: classIn }, readMessage, deadline);
      if ("upstream" in asked) return { ok: true, value: asked.reading.message };
      return failed(asked.reading.failure, asked.reading.detail);
    } catch (error) {
      this.#log.error("a DNS question could not be asked", { name, type, error: String(error) });
      return failed("network", "the question could not be asked");
    }
  }
}

interface Lane {
  readonly shelf: Shelf<Validated>;
  readonly underWay: Map<string, Promise<Validated>>;
}

const fromCache = { source: "cache" };
const fromUpstream = { source: "upstream" };
const fromNowhere = { source: "failed" };

const keeping: Keeping<Validated> = {
  ttlSeconds: (answer) => (answer.kind === "failure" ? limits.dnsFailureTtlSeconds : answer.ttlSeconds),
  aged: (answer, ttlSeconds) => (answer.kind === "failure" ? answer : aged(answer, ttlSeconds)),
  bytes(answer) {
    let bytes = dnsLimits.cacheEntryBytes + (answer.aliases.length + answer.proof.length) * dnsLimits.cacheRecordBytes;
    for (const record of answer.records) bytes += dnsLimits.cacheRecordBytes + 2 * canonicalRdata(record.data).length;
    return bytes;
  },
};

/** What is no answer, so that another upstream may be asked. Everything else is for the validator to judge. */
function readMessage(message: Message): { readonly kind: "message"; readonly message: Message } | ReadingFailure {
  const { rcode } = message;
  if (rcode === rcodes.refused) return failure("refused", "REFUSED");
  if (rcode === rcodes.servfail) return failure("servfail", "SERVFAIL");
  if (rcode !== rcodes.noerror && rcode !== rcodes.nxdomain) return failure("rcode", rcodeName(rcode));
  if (rcode === rcodes.noerror && isReferral(message)) {
    return failure("refused", "a referral: the upstream does not recurse");
  }
  return { kind: "message", message };
}

function isReferral({ authoritative, answers, authorities }: Message): boolean {
  const has = (...types: readonly string[]): boolean => authorities.some(({ data }) => types.includes(data.type));
  return !authoritative && answers.length === 0 && has("NS") && !has("SOA", "NSEC", "NSEC3");
}

function failure(kind: DnsFailure, detail: string): ReadingFailure {
  return { kind: "failure", failure: kind, detail };
}

function failed(kind: DnsFailure, detail: string): Awaited<ReturnType<AskUpstream>> {
  return { ok: false, error: { failure: kind, detail } };
}

function answerOf<T>(question: DomainName, answer: Validated | undefined, kind: Kind<T>): Answer<T> {
  const none = (status: "bogus" | "indeterminate", failure: DnsFailure, detail: string): Answer<T> => {
    return { kind: "failure", status, question, failure, detail };
  };
  if (answer === undefined) return none("indeterminate", "malformed", "an address literal is no name in the DNS");
  const { status, ttlSeconds } = answer;
  if (status === "bogus") return none("bogus", "bogus", answer.reason.text);
  if (status === "indeterminate" || answer.kind === "failure") {
    return none("indeterminate", answer.failure ?? "network", answer.reason.text);
  }
  const owner = domainOf(answer.owner);
  const aliases = answer.aliases.flatMap((alias) => domainOf(alias) ?? []);
  if (owner === undefined || aliases.length !== answer.aliases.length) {
    return none("indeterminate", "malformed", "an alias to something that is no host name");
  }
  const common = { question, owner, aliases, ttlSeconds, status };
  if (answer.kind !== "records") return { kind: answer.kind, ...common };
  return { kind: "records", ...common, records: answer.records.flatMap(({ data }) => kind.read(data) ?? []) };
}
