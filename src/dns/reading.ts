/**
 * What one message says about one question. Pure.
 *
 * The CNAMEs of the answer section are followed from the question to the name that owns the data (MX-4); then the
 * message either has records there, or proves nothing but says that there are none (RFC 2308 §2), or stops at an alias
 * whose target has to be asked about (`onward`), or is a failure. Records that do not lie on this way are not looked at.
 */
import { limits, type DomainName, type IpAddress } from "../base/index.ts";
import { rcodeName, rcodes, type Message, type RecordData, type ResourceRecord, type SoaData } from "./message.ts";
import { domainOf, isWithin, type WireName } from "./name.ts";
import type { DnsFailure, MxRecord, TlsaRecord } from "./types.ts";

/** How records of one type are found in a message, and what is kept of them. */
export interface Kind<T> {
  readonly type: "A" | "AAAA" | "MX" | "TXT" | "TLSA" | "CNAME";
  read(data: RecordData): T | undefined;
}

/** What the resolvers answer about. */
export const kinds = {
  mx: {
    type: "MX",
    read: (data) => (data.type === "MX" ? { preference: data.preference, exchange: data.exchange } : undefined),
  } satisfies Kind<MxRecord>,
  a: { type: "A", read: (data) => (data.type === "A" ? data.address : undefined) } satisfies Kind<IpAddress>,
  aaaa: { type: "AAAA", read: (data) => (data.type === "AAAA" ? data.address : undefined) } satisfies Kind<IpAddress>,
  txt: {
    type: "TXT",
    read: (data) => (data.type === "TXT" ? Buffer.concat(data.strings).toString("utf8") : undefined),
  } satisfies Kind<string>,
  tlsa: {
    type: "TLSA",
    read: (data) => {
      if (data.type !== "TLSA") return undefined;
      const { usage, selector, matching, association } = data;
      return { usage, selector, matching, association };
    },
  } satisfies Kind<TlsaRecord>,
  cname: {
    type: "CNAME",
    read: (data) => (data.type === "CNAME" ? domainOf(data.target) : undefined),
  } satisfies Kind<DomainName>,
};

interface Way {
  /** The names passed from the question on, without the question and with the owner last; empty if no alias was met. */
  readonly names: readonly WireName[];
  readonly owner: WireName;
  /** Seconds; the least of every link's and of the data's own, capped by the limits. */
  readonly ttlSeconds: number;
}

export type Reading<T> =
  | (Way & { readonly kind: "records"; readonly records: readonly T[] })
  | (Way & { readonly kind: "nodata" | "nxdomain" })
  | (Way & { readonly kind: "onward" })
  | ReadingFailure;

export interface ReadingFailure {
  readonly kind: "failure";
  readonly failure: DnsFailure;
  /** English; nothing in it was chosen by the sender except names in their escaped form. */
  readonly detail: string;
}

/** `name` is what was asked; `passed` are names already met before it, so that a loop is seen. */
export function readAnswer<T>(
  message: Message,
  name: WireName,
  kind: Kind<T>,
  passed: readonly WireName[] = [],
): Reading<T> {
  if (message.rcode !== rcodes.noerror && message.rcode !== rcodes.nxdomain) return rcodeFailure(message);
  // Who asks for an alias wants it, and not what stands behind it.
  const isAlias = kind.type === "CNAME";
  const way = isAlias ? { names: [], owner: name, ttlSeconds: limits.dnsTtlMaxSeconds } : follow(message, name, passed);
  if ("kind" in way) return way;
  const found = message.answers.filter((record) => record.name === way.owner);
  const records = found.flatMap((record) => kind.read(record.data) ?? []);
  if (message.rcode === rcodes.nxdomain) {
    // RFC 6604: the code speaks of the last name of the chain.
    if (records.length > 0) return malformed("a name that does not exist, with records");
    return { kind: "nxdomain", ...way, ttlSeconds: negativeTtl(message, way) };
  }
  if (records.length > 0) {
    const ofKind = found.filter((record) => kind.read(record.data) !== undefined);
    return { kind: "records", ...way, ttlSeconds: leastTtl(way.ttlSeconds, ofKind), records };
  }
  if (soaFor(message, way.owner) !== undefined) {
    return { kind: "nodata", ...way, ttlSeconds: negativeTtl(message, way) };
  }
  if (way.names.length > 0) return { kind: "onward", ...way };
  if (isReferral(message))
    return { kind: "failure", failure: "refused", detail: "a referral: the upstream does not recurse" };
  return { kind: "nodata", ...way, ttlSeconds: negativeTtl(message, way) };
}

/** RFC 8914: the codes that say that validation failed. */
const bogusCodes: ReadonlySet<number> = new Set([6, 7, 8, 9, 10, 11, 12]);
const extendedErrorOption = 15;

function rcodeFailure(message: Message): ReadingFailure {
  if (message.rcode === rcodes.refused) return { kind: "failure", failure: "refused", detail: "REFUSED" };
  if (message.rcode !== rcodes.servfail) return { kind: "failure", failure: "rcode", detail: rcodeName(message.rcode) };
  const extended = extendedErrors(message);
  const bogus = extended.find((code) => bogusCodes.has(code));
  if (bogus !== undefined) return { kind: "failure", failure: "bogus", detail: `SERVFAIL, extended error ${bogus}` };
  const detail = ["SERVFAIL", ...extended.map((code) => `extended error ${code}`)].join(", ");
  return { kind: "failure", failure: "servfail", detail };
}

function extendedErrors(message: Message): readonly number[] {
  return (message.edns?.options ?? [])
    .filter((option) => option.code === extendedErrorOption && option.data.length >= 2)
    .slice(0, 4)
    .map((option) => ((option.data[0] ?? 0) << 8) | (option.data[1] ?? 0));
}

function follow(message: Message, name: WireName, passed: readonly WireName[]): Way | ReadingFailure {
  const aliases = aliasesIn(message.answers);
  if (aliases === undefined) return malformed("a name with two different CNAME records");
  const names: WireName[] = [];
  let owner = name;
  let ttlSeconds: number = limits.dnsTtlMaxSeconds;
  for (let link = aliases.get(owner); link !== undefined; link = aliases.get(owner)) {
    if (link.target === name || names.includes(link.target) || passed.includes(link.target)) {
      return { kind: "failure", failure: "chain-too-long", detail: `a CNAME loop at ${link.target}` };
    }
    names.push(link.target);
    if (names.length + passed.length > limits.cnameChainMax) {
      return { kind: "failure", failure: "chain-too-long", detail: `more than ${limits.cnameChainMax} CNAMEs` };
    }
    ttlSeconds = Math.min(ttlSeconds, link.ttlSeconds);
    owner = link.target;
  }
  return { names, owner, ttlSeconds };
}

type Alias = { readonly target: WireName; readonly ttlSeconds: number };

function aliasesIn(records: readonly ResourceRecord[]): ReadonlyMap<WireName, Alias> | undefined {
  const aliases = new Map<WireName, Alias>();
  for (const { name, ttlSeconds, data } of records) {
    if (data.type !== "CNAME") continue;
    const known = aliases.get(name);
    if (known !== undefined && known.target !== data.target) return undefined;
    aliases.set(name, { target: data.target, ttlSeconds });
  }
  return aliases;
}

function leastTtl(start: number, records: readonly ResourceRecord[]): number {
  return records.reduce((least, record) => Math.min(least, record.ttlSeconds), start);
}

/** The SOA record of the zone that `owner` lies in; one of another zone says nothing about it. */
function soaFor(message: Message, owner: WireName): (SoaData & { readonly ttlSeconds: number }) | undefined {
  for (const record of message.authorities) {
    if (record.data.type === "SOA" && isWithin(owner, record.name)) {
      return { ...record.data, ttlSeconds: record.ttlSeconds };
    }
  }
  return undefined;
}

/**
 * RFC 2308 §5: the lesser of the SOA's TTL and its minimum. An absence without SOA should not be cached; keeping it for as
 * long as a failure spares an upstream that strips SOA records the same question from every message.
 */
function negativeTtl(message: Message, way: Way): number {
  const soa = soaFor(message, way.owner);
  if (soa === undefined) return Math.min(way.ttlSeconds, limits.dnsFailureTtlSeconds);
  return Math.min(way.ttlSeconds, soa.ttlSeconds, soa.minimum, limits.dnsNegativeTtlMaxSeconds);
}

/** RFC 2308 §2.2: NS without SOA, from a server that does not speak for the zone. */
function isReferral(message: Message): boolean {
  return !message.authoritative && message.authorities.some((record) => record.data.type === "NS");
}

function malformed(detail: string): ReadingFailure {
  return { kind: "failure", failure: "malformed", detail };
}
