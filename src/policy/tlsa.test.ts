/** Which name is asked about TLSA records, and what is made of the answer (DANE-1, DANE-2; RFC 7672 §2.2). */
import { describe, expect, test } from "vitest";
import { domain, ip, type DomainName, type IpAddress } from "../base/index.ts";
import type { Answer, DnsFailure, Resolver, TlsaRecord } from "../dns/index.ts";
import { lookUpTlsa } from "./tlsa.ts";
import type { TlsaFact } from "./types.ts";

const host = domain("mx.example.org");
const record: TlsaRecord = { usage: 3, selector: 1, matching: 1, association: new Uint8Array(32) };

/** `secure`, `insecure`: one record; the rest as it says. */
type Says = "secure" | "insecure" | "nodata" | "insecure nodata" | "nxdomain" | DnsFailure;

interface Case {
  readonly what: string;
  /** Status of the address answers, and where they lead. */
  readonly a: "secure" | "insecure" | "none";
  readonly aaaa?: "secure" | "insecure" | "none";
  readonly leadsTo?: string;
  /** The first alias by itself. */
  readonly cname?: Says;
  readonly tlsa?: Readonly<Record<string, Says>>;
  readonly asked: readonly string[];
  readonly fact: string;
}

const at = (name: string): string => `_25._tcp.${name}`;
const expanded = "real.example.net";

const cases: readonly Case[] = [
  {
    what: "DANE-1 secure addresses: the host itself is asked about",
    a: "secure",
    tlsa: { [at(host)]: "secure" },
    asked: [at(host)],
    fact: "records at mx.example.org",
  },
  { what: "trap 3 insecure addresses: nobody is asked", a: "insecure", asked: [], fact: "not-asked" },
  {
    what: "trap 4 one secure family suffices, the other is unsigned",
    a: "insecure",
    aaaa: "secure",
    tlsa: { [at(host)]: "secure" },
    asked: [at(host)],
    fact: "records at mx.example.org",
  },
  {
    what: "trap 4 one secure family suffices, the other has nothing",
    a: "secure",
    aaaa: "none",
    tlsa: { [at(host)]: "secure" },
    asked: [at(host)],
    fact: "records at mx.example.org",
  },
  {
    what: "a secure alias: where it leads goes first",
    a: "secure",
    leadsTo: expanded,
    tlsa: { [at(expanded)]: "secure", [at(host)]: "secure" },
    asked: [at(expanded)],
    fact: "records at real.example.net",
  },
  {
    what: "a secure alias, nothing where it leads: the host itself",
    a: "secure",
    leadsTo: expanded,
    tlsa: { [at(expanded)]: "nodata", [at(host)]: "secure" },
    asked: [at(expanded), at(host)],
    fact: "records at mx.example.org",
  },
  {
    what: "a secure alias, unsigned records where it leads (trap 2, no error): the host itself",
    a: "secure",
    leadsTo: expanded,
    tlsa: { [at(expanded)]: "insecure", [at(host)]: "secure" },
    asked: [at(expanded), at(host)],
    fact: "records at mx.example.org",
  },
  {
    what: "DANE-2 a secure alias, and where it leads cannot be asked: not passed over",
    a: "secure",
    leadsTo: expanded,
    tlsa: { [at(expanded)]: "servfail", [at(host)]: "secure" },
    asked: [at(expanded)],
    fact: "failed indeterminate servfail",
  },
  {
    what: "trap 5 an alias into an unsigned zone, itself signed: DANE holds at the host's own name",
    a: "insecure",
    leadsTo: expanded,
    cname: "secure",
    tlsa: { [at(host)]: "secure" },
    asked: [`cname ${host}`, at(host)],
    fact: "records at mx.example.org",
  },
  {
    what: "trap 5 an alias that is itself unsigned: nobody is asked",
    a: "insecure",
    leadsTo: expanded,
    cname: "insecure",
    asked: [`cname ${host}`],
    fact: "not-asked",
  },
  {
    what: "DANE-2 an alias of which nobody can say whether it is signed",
    a: "insecure",
    leadsTo: expanded,
    cname: "bogus",
    asked: [`cname ${host}`],
    fact: "failed bogus bogus",
  },
  ...(["bogus", "timeout", "servfail", "refused", "network", "malformed", "rcode"] as const).map((failure): Case => ({
    what: `DANE-2, trap 1 ${failure} is never "no TLSA"`,
    a: "secure",
    tlsa: { [at(host)]: failure },
    asked: [at(host)],
    fact: `failed ${failure === "bogus" ? "bogus" : "indeterminate"} ${failure}`,
  })),
  ...(["nodata", "nxdomain", "insecure nodata"] as const).map((absence): Case => ({
    what: `trap 1, trap 2 ${absence} is an absence`,
    a: "secure",
    tlsa: { [at(host)]: absence },
    asked: [at(host)],
    fact: `none ${absence === "insecure nodata" ? "insecure" : "secure"}`,
  })),
  {
    what: "trap 6 an alias of the TLSA name that leaves signed zones: as good as none",
    a: "secure",
    tlsa: { [at(host)]: "insecure" },
    asked: [at(host)],
    fact: "none insecure",
  },
];

test.each(cases)("$what", async ({ a, aaaa = "none", leadsTo, cname = "nodata", tlsa = {}, asked, fact }) => {
  const heard: string[] = [];
  const resolver = {
    tlsa: (name: DomainName) => {
      heard.push(name);
      return Promise.resolve(answer<TlsaRecord>(name, tlsa[name] ?? "nodata", record));
    },
    cname: (name: DomainName) => {
      heard.push(`cname ${name}`);
      return Promise.resolve(answer(name, cname, domain(leadsTo ?? "x")));
    },
  } as unknown as Resolver;
  const found = await lookUpTlsa(resolver, host, 25, [
    addressesOf(a, "192.0.2.1", leadsTo),
    addressesOf(aaaa, "2001:db8::1", leadsTo),
  ]);
  expect(tell(found)).toBe(fact);
  expect(heard).toEqual(asked);
});

describe("the port in use", () => {
  test("DANE-1 stands in the name", async () => {
    const heard: string[] = [];
    const resolver = {
      tlsa: (name: DomainName) => {
        heard.push(name);
        return Promise.resolve(answer<TlsaRecord>(name, "secure", record));
      },
    } as unknown as Resolver;
    await lookUpTlsa(resolver, host, 2525, [addressesOf("secure", "192.0.2.1", undefined)]);
    expect(heard).toEqual(["_2525._tcp.mx.example.org"]);
  });
});

function addressesOf(
  status: "secure" | "insecure" | "none",
  address: string,
  leadsTo: string | undefined,
): Answer<IpAddress> {
  const owner = leadsTo === undefined ? host : domain(leadsTo);
  const common = { question: host, owner, aliases: leadsTo === undefined ? [] : [host], ttlSeconds: 60 };
  if (status === "none") return { kind: "nodata", status: "insecure", ...common };
  return { kind: "records", status, ...common, records: [ip(address)] };
}

function answer<T>(question: DomainName, says: Says, one: T): Answer<T> {
  const common = { question, owner: question, aliases: [], ttlSeconds: 60 };
  switch (says) {
    case "secure":
    case "insecure":
      return { kind: "records", status: says, ...common, records: [one] };
    case "nodata":
    case "nxdomain":
      return { kind: says, status: "secure", ...common };
    case "insecure nodata":
      return { kind: "nodata", status: "insecure", ...common };
    default: {
      const status = says === "bogus" ? "bogus" : "indeterminate";
      return { kind: "failure", status, question, failure: says, detail: "told to fail" };
    }
  }
}

function tell(fact: TlsaFact): string {
  switch (fact.kind) {
    case "not-asked":
      return fact.kind;
    case "none":
      return `none ${fact.status}`;
    case "records":
      return `records at ${fact.base}`;
    case "failed":
      return `failed ${fact.status} ${fact.failure}`;
  }
}
