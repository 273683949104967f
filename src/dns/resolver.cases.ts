/**
 * What every Resolver must do, told once for all implementations (the stub of today, the validator to come). Each case
 * starts its own name server on real loopback sockets; `open` makes the resolver under test, asking the given upstreams.
 */
import { describe, expect, test } from "vitest";
import { domain, ip, type DomainName, type Endpoint } from "../base/index.ts";
import { systemNet } from "../system/index.ts";
import { startNameserver, type Fault, type Nameserver, type Zones } from "../lab/nameserver/index.ts";
import type { Answer, DnsFailure, Resolver } from "./types.ts";

export type OpenResolver = (upstreams: readonly Endpoint[]) => Resolver;

const loopback: Endpoint = { address: ip("127.0.0.1"), port: 0 };

const zones: Zones = {
  "example.test": [
    { type: "MX", value: "mx2.example.test", preference: 20 },
    { type: "MX", value: "MX1.Example.TEST", preference: 10 },
    { type: "TXT", value: ["v=spf1 ", "-all"] },
    { type: "TXT", value: "Grüße" },
  ],
  "mx1.example.test": [
    { type: "A", value: "127.0.0.25", ttl: 120 },
    { type: "A", value: "127.0.0.26", ttl: 60 },
    { type: "AAAA", value: "::1" },
  ],
  "null.test": [{ type: "MX", value: ".", preference: 0 }],
  "odd.test": [{ type: "MX", value: "a\\.b.example.test" }],
  "only.below.test": [{ type: "A", value: "127.0.0.1" }],
  "*.wild.test": [{ type: "A", value: "127.0.0.9" }],
  "alias.test": [{ type: "CNAME", value: "second.alias.test", ttl: 40 }],
  "second.alias.test": [{ type: "CNAME", value: "mx1.example.test", ttl: 50 }],
  "dangling.test": [{ type: "CNAME", value: "gone.example.test" }],
  "empty.test": [{ type: "CNAME", value: "example.test" }],
  "strange.test": [{ type: "CNAME", value: "a\\.b.example.test" }],
  "loop.test": [{ type: "CNAME", value: "loop2.test" }],
  "loop2.test": [{ type: "CNAME", value: "loop.test" }],
  "self.test": [{ type: "CNAME", value: "self.test" }],
  "big.test": Array.from({ length: 200 }, (_, index) => ({ type: "A", value: `127.0.1.${index}` }) as const),
  ...chain("ten", 10),
  ...chain("eleven", 11),
};

/** `name.test` leads to an address over `links` aliases. */
function chain(name: string, links: number): Zones {
  const names = [`${name}.test`, ...Array.from({ length: links }, (_, index) => `${index + 1}.${name}.test`)];
  return Object.fromEntries(
    names.map((one, index) => {
      const next = names[index + 1];
      return [one, [next === undefined ? { type: "A", value: "127.0.0.7" } : { type: "CNAME", value: next }]] as const;
    }),
  );
}

interface World {
  readonly resolver: Resolver;
  readonly server: Nameserver;
}

/** What a case may look at of an answer, names as plain text. */
function told<T>(answer: Answer<T>): unknown {
  if (answer.kind === "failure") return { failure: answer.failure, status: answer.status };
  const way = answer.aliases.length === 0 ? {} : { aliases: answer.aliases, owner: answer.owner };
  return answer.kind === "records" ? { ...way, records: answer.records } : { ...way, kind: answer.kind };
}

/** `over`: what is asked first. Behind a stream there is nothing to go to. */
export function resolverCases(implementation: string, open: OpenResolver, over: "udp" | "stream" = "udp"): void {
  const inWorld = async (faults: readonly Fault[], run: (world: World) => Promise<void>): Promise<void> => {
    const server = await startNameserver({ net: systemNet, at: loopback, zones, faults });
    const resolver = open([server.endpoint]);
    try {
      await run({ resolver, server });
    } finally {
      await resolver.close();
      await server.close();
    }
  };
  const mx1 = [ip("127.0.0.25"), ip("127.0.0.26")];

  describe(`${implementation}: answers`, () => {
    type Asked = "mx" | "a" | "aaaa" | "txt";
    const answers: readonly [asked: Asked, name: string, answer: unknown, why: string][] = [
      [
        "mx",
        "example.test",
        {
          records: [
            { preference: 20, exchange: "mx2.example.test" },
            { preference: 10, exchange: "mx1.example.test" },
          ],
        },
        "hosts, in lower case, in the order in which they came",
      ],
      ["mx", "null.test", { records: [{ preference: 0, exchange: "." }] }, "a null MX is a record (RFC 7505)"],
      [
        "mx",
        "odd.test",
        { records: [{ preference: 10, exchange: "a\\.b.example.test" }] },
        "a label with a dot in it is not two labels",
      ],
      ["a", "mx1.example.test", { records: mx1 }, "addresses"],
      ["aaaa", "mx1.example.test", { records: ["::1"] }, "IPv6 addresses, compressed"],
      ["txt", "example.test", { records: ["v=spf1 -all", "Grüße"] }, "strings of one record joined, as UTF-8"],
      ["a", "any.wild.test", { records: ["127.0.0.9"] }, "from a wildcard"],
      ["mx", "mx1.example.test", { kind: "nodata" }, "MX-3: the name exists, without MX: not NXDOMAIN"],
      ["a", "below.test", { kind: "nodata" }, "MX-3: a name that only has names below it exists"],
      ["mx", "nowhere.test", { kind: "nxdomain" }, "MX-3: the name does not exist"],
      [
        "a",
        "alias.test",
        { aliases: ["alias.test", "second.alias.test"], owner: "mx1.example.test", records: mx1 },
        "MX-4: aliases are followed and told",
      ],
      [
        "a",
        "dangling.test",
        { aliases: ["dangling.test"], owner: "gone.example.test", kind: "nxdomain" },
        "MX-4: an alias to nothing (RFC 6604)",
      ],
      [
        "a",
        "empty.test",
        { aliases: ["empty.test"], owner: "example.test", kind: "nodata" },
        "MX-4: to a name without addresses",
      ],
      [
        "a",
        "loop.test",
        { failure: "chain-too-long", status: "indeterminate" },
        "MX-4: aliases in a circle are a failure",
      ],
      ["a", "self.test", { failure: "chain-too-long", status: "indeterminate" }, "MX-4: an alias of itself too"],
      ["a", "eleven.test", { failure: "chain-too-long", status: "indeterminate" }, "MX-4: eleven aliases are too many"],
      [
        "a",
        "strange.test",
        { failure: "malformed", status: "indeterminate" },
        "an alias to something that is no host name",
      ],
      ["a", "[127.0.0.1]", { failure: "malformed", status: "indeterminate" }, "an address literal is not asked about"],
    ];
    test.each(answers)("%s of %s: %o: %s", (asked, name, answer) =>
      inWorld([], async ({ resolver }) => {
        const got: Answer<unknown> = await resolver[asked](name as DomainName);
        expect(told(got)).toEqual(answer);
      }),
    );

    test("MX-4: ten aliases are followed", () =>
      inWorld([], async ({ resolver }) => {
        const answer = await resolver.a(domain("ten.test"));
        expect(told(answer)).toMatchObject({ owner: "10.ten.test", records: ["127.0.0.7"] });
      }));

    test("trap 9: an answer too large for UDP comes over TCP, whole", () =>
      inWorld([], async ({ resolver, server }) => {
        const answer = await resolver.a(domain("big.test"));
        expect(answer.kind === "records" && answer.records.length).toBe(200);
        expect(server.questions().map((question) => question.over)).toEqual(over === "udp" ? ["udp", "tcp"] : ["tcp"]);
      }));

    test("the TTL is the least of all links and records", () =>
      inWorld([], async ({ resolver }) => {
        const [alias, host] = await Promise.all([
          resolver.a(domain("alias.test")),
          resolver.a(domain("mx1.example.test")),
        ]);
        expect(alias).toMatchObject({ ttlSeconds: 40 });
        expect(host).toMatchObject({ ttlSeconds: 60 });
      }));

    test("the same question at once is asked once, and not again while its answer is kept", () =>
      inWorld([], async ({ resolver, server }) => {
        const name = domain("mx1.example.test");
        await Promise.all([resolver.a(name), resolver.a(name), resolver.a(name)]);
        expect(told(await resolver.a(name))).toEqual({ records: mx1 });
        expect(server.questions().filter((question) => question.type === "A").length).toBe(1);
      }));
  });

  describe(`${implementation}: what goes wrong`, () => {
    const failures: readonly [kind: Fault["kind"], failure: DnsFailure, status: string, why: string][] = [
      ["servfail", "servfail", "indeterminate", "the upstream could not find out"],
      ["refused", "refused", "indeterminate", "the upstream would not say"],
      ["notimp", "rcode", "indeterminate", "the upstream cannot"],
      ["garbage", "malformed", "indeterminate", "unreadable over UDP and over TCP"],
      ["referral", "refused", "indeterminate", "an upstream that does not recurse has said nothing about the name"],
    ];
    test.each(failures)("MX-2: %s is the failure %s, %s, never an absence: %s", (kind, failure, status) =>
      inWorld([{ name: "*", kind }], async ({ resolver }) => {
        expect(told(await resolver.mx(domain("example.test")))).toEqual({ failure, status });
        expect(told(await resolver.mx(domain("nowhere.test")))).toEqual({ failure, status });
      }),
    );

    const survived: readonly [kind: Fault["kind"], why: string][] = [
      ["forged-id", "an answer with another id is not one"],
      ["forged-question", "an answer to another question is not one"],
      ["forged-only", "after a few forged answers the question goes to TCP"],
      ["truncate", "trap 9: nothing of a truncated answer is used"],
      ["no-edns", "an upstream from before EDNS is asked without it"],
      ["alias-only", "MX-4: an answer that ends in an alias is asked on"],
      ["no-soa", "absences without SOA are absences"],
    ];
    test.each(survived.filter(([kind]) => kind !== "forged-only" || over === "udp"))(
      "%s: the true answer is found: %s",
      (kind) =>
        inWorld([{ name: "*", kind, ...(kind === "forged-only" ? { times: 1 } : {}) }], async ({ resolver }) => {
          expect(told(await resolver.a(domain("alias.test")))).toEqual({
            aliases: ["alias.test", "second.alias.test"],
            owner: "mx1.example.test",
            records: mx1,
          });
          expect(told(await resolver.mx(domain("mx1.example.test")))).toEqual({ kind: "nodata" });
          expect(told(await resolver.mx(domain("nowhere.test")))).toEqual({ kind: "nxdomain" });
        }),
    );

    test("MX-4: aliases in a circle end also where each has to be asked about", () =>
      inWorld([{ name: "*", kind: "alias-only" }], async ({ resolver }) => {
        expect(told(await resolver.a(domain("loop.test")))).toMatchObject({ failure: "chain-too-long" });
        expect(told(await resolver.a(domain("eleven.test")))).toMatchObject({ failure: "chain-too-long" });
        expect(told(await resolver.a(domain("ten.test")))).toMatchObject({ records: ["127.0.0.7"] });
      }));

    test("a resolver that was closed fails its questions, those under way too", () =>
      inWorld([{ name: "*", kind: "timeout" }], async ({ resolver }) => {
        const underWay = resolver.mx(domain("example.test"));
        await resolver.close();
        expect(told(await underWay)).toEqual({ failure: "network", status: "indeterminate" });
        expect(told(await resolver.mx(domain("example.test")))).toEqual({
          failure: "network",
          status: "indeterminate",
        });
      }));
  });
}
