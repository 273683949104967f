/** A made-up DNS, and facts about it, for the tests of this folder. */
import { domain, ip, type DomainName, type IpAddress } from "../base/index.ts";
import type { Answer, DnsFailure, MxRecord, Resolver } from "../dns/index.ts";
import { manualClock, seededRandom } from "../../test/support/clock.ts";
import { gather, type GatherRequest, type GatherSettings } from "./gather.ts";
import { noMemory, noSts, type AddressFact, type Facts, type HostFact } from "./types.ts";

/** What one question is answered with. */
export type Told<T> =
  | readonly T[]
  | { readonly secure: readonly T[] }
  | "nodata"
  | "secure nodata"
  | "nxdomain"
  | "secure nxdomain"
  | DnsFailure;

export interface Zone {
  readonly mx?: Readonly<Record<string, Told<readonly [preference: number, exchange: string]>>>;
  readonly a?: Readonly<Record<string, Told<string>>>;
  readonly aaaa?: Readonly<Record<string, Told<string>>>;
}

export interface FakeResolver extends Resolver {
  /** `mx example.org`, in order. */
  readonly asked: string[];
}

/** Names that are not told of do not exist; a name that has something else answers with no data. */
export function resolverOf(zone: Zone): FakeResolver {
  const asked: string[] = [];
  const names = new Set([zone.mx, zone.a, zone.aaaa].flatMap((records) => Object.keys(records ?? {})));
  const ask = <T>(type: "mx" | "a" | "aaaa", name: DomainName, told: Told<T> | undefined): Promise<Answer<T>> => {
    asked.push(`${type} ${name}`);
    return Promise.resolve(answerOf(name, told ?? (names.has(name) ? "nodata" : "nxdomain")));
  };
  return {
    asked,
    mx: async (name) => {
      const answer = await ask("mx", name, zone.mx?.[name]);
      if (answer.kind !== "records") return answer;
      const records = answer.records.map(([preference, exchange]): MxRecord => ({ preference, exchange }));
      return { ...answer, records };
    },
    a: async (name) => addresses(await ask("a", name, zone.a?.[name])),
    aaaa: async (name) => addresses(await ask("aaaa", name, zone.aaaa?.[name])),
    txt: (name) => ask("mx", name, "nodata"),
    tlsa: (name) => ask("mx", name, "nodata"),
    cname: (name) => ask("mx", name, "nodata"),
    close: () => Promise.resolve(),
  };
}

function addresses(answer: Answer<string>): Answer<IpAddress> {
  return answer.kind === "records" ? { ...answer, records: answer.records.map(ip) } : answer;
}

function answerOf<T>(question: DomainName, told: Told<T>): Answer<T> {
  const common = { question, owner: question, aliases: [], ttlSeconds: 300 };
  if (typeof told === "object") {
    const isSecure = "secure" in told;
    return {
      ...common,
      kind: "records",
      status: isSecure ? "secure" : "insecure",
      records: isSecure ? told.secure : told,
    };
  }
  switch (told) {
    case "nodata":
    case "nxdomain":
      return { ...common, kind: told, status: "insecure" };
    case "secure nodata":
      return { ...common, kind: "nodata", status: "secure" };
    case "secure nxdomain":
      return { ...common, kind: "nxdomain", status: "secure" };
    default:
      return {
        kind: "failure",
        status: told === "bogus" ? "bogus" : "indeterminate",
        question,
        failure: told,
        detail: `told to fail: ${told}`,
      };
  }
}

export const settings: GatherSettings = {
  rules: [],
  ownNames: [domain("relay.us.example")],
  ownAddresses: [ip("198.51.100.25"), ip("10.0.0.25")],
  smtpPort: 25,
  allowPrivateAddresses: false,
  defaultRequire: "cleartext",
  tlsRetry: { tries: 3, overMs: 3_600_000 },
  exceptions: [],
  enforce: "all",
  memoryTerms: { patienceMs: 86_400_000, afterwards: "bounce" },
};

export async function factsOf(
  zone: Zone,
  changes: Partial<GatherSettings> = {},
  request: Partial<GatherRequest> = {},
  seed = 1,
): Promise<Facts> {
  return gather(
    { resolver: resolverOf(zone), random: seededRandom(seed), clock: manualClock(1_000), sts: noSts, memory: noMemory },
    { ...settings, ...changes },
    { domain: domain("example.org"), history: {}, message: { requireTls: false }, ...request },
  );
}

/** `mx1.example.org 10 192.0.2.1 2001:db8::1`, with `!us`, or the kind of fact that stands for its addresses. */
export function tellHost({ name, preference, isUs, addresses }: HostFact): string {
  return `${name} ${preference}${isUs ? " !us" : ""} ${tellAddresses(addresses)}`;
}

function tellAddresses(fact: AddressFact): string {
  switch (fact.kind) {
    case "known":
      return `${fact.status === "secure" ? "secure " : ""}${fact.addresses.join(" ")}`;
    case "failed":
      return `failed ${fact.status} ${fact.failure}`;
    default:
      return fact.kind;
  }
}
