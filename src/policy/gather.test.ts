import { describe, expect, test } from "vitest";
import { address, domain, ip, limits } from "../base/index.ts";
import { manualClock, seededRandom } from "../../test/support/clock.ts";
import { gather, type GatherSettings } from "./gather.ts";
import { parseRule, type RuleText } from "./rules.ts";
import { noMemory, noSts, type Rule } from "./types.ts";
import { factsOf, resolverOf, settings, tellHost, type Zone } from "./world.cases.ts";

function rule(text: RuleText): Rule {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const at = (host: string): Zone => ({ a: { [host]: ["192.0.2.1"] } });

describe("what the MX question comes to", () => {
  const cases: readonly [rule: string, zone: Zone, mx: string, hosts: readonly string[]][] = [
    [
      "MX-2 records, unsigned",
      { ...at("mx.example.org"), mx: { "example.org": [[10, "mx.example.org"]] } },
      "records insecure",
      ["mx.example.org 10 192.0.2.1"],
    ],
    [
      "MX-2 records, signed",
      { ...at("mx.example.org"), mx: { "example.org": { secure: [[10, "mx.example.org"]] } } },
      "records secure",
      ["mx.example.org 10 192.0.2.1"],
    ],
    ["MX-2 bogus is a failure", { ...at("example.org"), mx: { "example.org": "bogus" } }, "failed bogus", []],
    ["MX-2 so is silence", { ...at("example.org"), mx: { "example.org": "timeout" } }, "failed indeterminate", []],
    ["MX-2 so is SERVFAIL", { ...at("example.org"), mx: { "example.org": "servfail" } }, "failed indeterminate", []],
    ["MX-2 so is an answer of no records", { mx: { "example.org": [] } }, "failed indeterminate", []],
    ["MX-3 no such domain", {}, "nxdomain insecure", []],
    ["MX-3 no such domain, proven", { mx: { "example.org": "secure nxdomain" } }, "nxdomain secure", []],
    ["MX-3 no MX: the domain itself", at("example.org"), "implicit insecure", ["example.org 0 192.0.2.1"]],
    [
      "MX-3 no MX, proven (trap 7)",
      { mx: { "example.org": "secure nodata" }, a: { "example.org": { secure: ["192.0.2.1"] } } },
      "implicit secure",
      ["example.org 0 secure 192.0.2.1"],
    ],
    ["MX-3 null MX", { mx: { "example.org": [[0, "."]] } }, "null-mx insecure", []],
    [
      "MX-3 null MX beside others is a name that cannot be used",
      {
        ...at("mx.example.org"),
        mx: {
          "example.org": [
            [0, "."],
            [10, "mx.example.org"],
          ],
        },
      },
      "records insecure",
      [". 0 none", "mx.example.org 10 192.0.2.1"],
    ],
    [
      "MX-5 in order of preference, each name once, in small letters",
      {
        mx: {
          "example.org": [
            [20, "B.example."],
            [10, "a.example"],
            [30, "a.example"],
            [65_535, "c.example"],
          ],
        },
        a: { "a.example": ["192.0.2.1"], "b.example": ["192.0.2.2"] },
      },
      "records insecure",
      ["a.example 10 192.0.2.1", "b.example 20 192.0.2.2", "c.example 65535 none"],
    ],
    [
      "MX-5 one family that fails does not take the host out",
      {
        mx: { "example.org": [[1, "mx.example"]] },
        a: { "mx.example": ["192.0.2.1"] },
        aaaa: { "mx.example": "bogus" },
      },
      "records insecure",
      ["mx.example 1 192.0.2.1"],
    ],
    [
      "MX-2 one family that fails keeps the absence of the other from being one",
      { mx: { "example.org": [[1, "mx.example"]] }, a: { "mx.example": "nodata" }, aaaa: { "mx.example": "timeout" } },
      "records insecure",
      ["mx.example 1 failed indeterminate timeout"],
    ],
    [
      "MX-2 of two failures the forgery is told",
      { mx: { "example.org": [[1, "mx.example"]] }, a: { "mx.example": "bogus" }, aaaa: { "mx.example": "timeout" } },
      "records insecure",
      ["mx.example 1 failed bogus bogus"],
    ],
    [
      "MX-6 both families, taking turns; trap 4: one signed family is enough",
      {
        mx: { "example.org": [[1, "mx.example"]] },
        a: { "mx.example": ["192.0.2.1"] },
        aaaa: { "mx.example": { secure: ["2001:db8::1"] } },
      },
      "records insecure",
      ["mx.example 1 secure 2001:db8::1 192.0.2.1"],
    ],
    [
      "MX-6 an address in an MX record is no host",
      {
        mx: {
          "example.org": [
            [1, "192.0.2.1"],
            [2, "[192.0.2.1]"],
            [3, "2001:db8::1"],
          ],
        },
        a: { "192.0.2.1": ["192.0.2.1"] },
      },
      "records insecure",
      ["192.0.2.1 1 none", "[192.0.2.1] 2 none", "2001:db8::1 3 none"],
    ],
    [
      "MX-6 no name: told without its control characters, never asked for",
      {
        mx: {
          "example.org": [
            [1, "a b\r\n.example"],
            [2, "x".repeat(64)],
          ],
        },
      },
      "records insecure",
      ["a b??.example 1 none", `${"x".repeat(64)} 2 none`],
    ],
    [
      "MX-6 private addresses are passed over, public ones kept",
      {
        mx: {
          "example.org": [
            [1, "a.example"],
            [2, "b.example"],
          ],
        },
        a: { "a.example": ["127.0.0.1", "10.1.2.3"], "b.example": ["192.168.0.1", "192.0.2.2"] },
        aaaa: { "a.example": ["::1", "fe80::1", "::ffff:7f00:1"] },
      },
      "records insecure",
      ["a.example 1 forbidden", "b.example 2 192.0.2.2"],
    ],
    [
      "MX-5 we know ourselves by name",
      { ...at("relay.us.example"), mx: { "example.org": [[1, "RELAY.us.example."]] } },
      "records insecure",
      ["relay.us.example 1 !us 192.0.2.1"],
    ],
    [
      "MX-6 and by address, public or private",
      {
        mx: {
          "example.org": [
            [1, "a.example"],
            [2, "b.example"],
          ],
        },
        a: { "a.example": ["192.0.2.1", "198.51.100.25"], "b.example": ["10.0.0.25"] },
      },
      "records insecure",
      ["a.example 1 !us 192.0.2.1 198.51.100.25", "b.example 2 !us forbidden"],
    ],
  ];
  test.each(cases)("%s", async (_, zone, mx, hosts) => {
    const facts = await factsOf(zone);
    expect("status" in facts.mx ? `${facts.mx.kind} ${facts.mx.status}` : facts.mx.kind).toBe(mx);
    // Turns taken by the dice are tested below.
    expect(
      facts.hosts.map(tellHost).map((text) => text.replace("198.51.100.25 192.0.2.1", "192.0.2.1 198.51.100.25")),
    ).toEqual(hosts);
    expect(facts).toMatchObject({ domain: "example.org", nextHop: "example.org", now: 1_000, smtpPort: 25 });
  });
});

describe("MX-6 where private addresses are allowed", () => {
  test("they are kept, and no longer tell who we are", async () => {
    const zone = { mx: { "example.org": [[1, "a.example"] as const] }, a: { "a.example": ["10.0.0.25"] } };
    const facts = await factsOf(zone, { allowPrivateAddresses: true });
    expect(facts.hosts.map(tellHost)).toEqual(["a.example 1 10.0.0.25"]);
  });
  test("our public addresses are still ours", async () => {
    const zone = { mx: { "example.org": [[1, "a.example"] as const] }, a: { "a.example": ["198.51.100.25"] } };
    const facts = await factsOf(zone, { allowPrivateAddresses: true });
    expect(facts.hosts.map(tellHost)).toEqual(["a.example 1 !us 198.51.100.25"]);
  });
});

describe("recipients at an address", () => {
  const cases: readonly [literal: string, host: string, why: string][] = [
    ["[192.0.2.1]", "[192.0.2.1] 0 192.0.2.1", "nothing is asked"],
    ["[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1] 0 2001:db8::1", "IPv6"],
    ["[127.0.0.1]", "[127.0.0.1] 0 forbidden", "MX-6 a stranger cannot reach our inside by writing to it"],
    ["[IPv6:::1]", "[ipv6:::1] 0 forbidden", "MX-6 nor so"],
    ["[198.51.100.25]", "[198.51.100.25] 0 !us 198.51.100.25", "MX-5 ourselves"],
  ];
  test.each(cases)("%s: %s (%s)", async (text, host) => {
    const resolver = resolverOf({});
    const facts = await gather(
      { resolver, random: seededRandom(1), clock: manualClock(), sts: noSts, memory: noMemory },
      settings,
      {
        domain: address(`x@${text}`).domain,
        history: {},
        message: { requireTls: false },
      },
    );
    expect(facts.mx).toEqual({ kind: "literal" });
    expect(facts.hosts.map(tellHost)).toEqual([host]);
    expect(resolver.asked).toEqual([]);
  });
});

describe("MX-1 routes", () => {
  const zone: Zone = {
    mx: {
      "example.org": [[1, "mx.example.org"]],
      "example.net": {
        secure: [
          [1, "mx.example.net"],
          [2, "relay.us.example"],
        ],
      },
    },
    a: { "mx.example.org": ["192.0.2.1"], "mx.example.net": ["192.0.2.2"], "inside.example": ["10.1.1.1"] },
  };
  const cases: readonly [route: string, mx: string, hosts: readonly string[], why: string][] = [
    ["[mx.example.net]:2525", "routed", ["mx.example.net 0 192.0.2.2"], "a host, without asking for MX"],
    ["[inside.example]", "routed", ["inside.example 0 10.1.1.1"], "the operator's host may be private"],
    ["[127.0.0.1]:24", "routed", ["[127.0.0.1] 0 127.0.0.1"], "or this very machine"],
    ["[198.51.100.25]:24", "routed", ["[198.51.100.25] 0 198.51.100.25"], "at its public address too"],
    ["[nowhere.example]", "routed", ["nowhere.example 0 none"], "a host that is not there"],
    ["example.net", "records", ["mx.example.net 1 192.0.2.2", "relay.us.example 2 !us none"], "the MX of a domain"],
  ];
  test.each(cases)("%s: %s %j (%s)", async (route, mx, hosts) => {
    const facts = await factsOf(zone, { rules: [rule({ domain: "example.org", route })] });
    expect(facts.mx.kind).toBe(mx);
    expect(facts.hosts.map(tellHost)).toEqual(hosts);
    expect(facts.domain).toBe("example.org");
    expect(facts.nextHop).toBe(facts.rule?.route?.name);
  });
});

const many = (count: number, preference: (at: number) => number): NonNullable<Zone["mx"]> => ({
  "example.org": Array.from({ length: count }, (_, at) => [preference(at), `mx${at}.example`] as const),
});

test("MX-5 equal preferences are shuffled by the dice, each order about as often; others stay in order", async () => {
  const zone: Zone = {
    mx: {
      "example.org": [
        [5, "last.example"],
        [1, "a.example"],
        [1, "b.example"],
        [1, "c.example"],
      ],
    },
  };
  const seen = new Map<string, number>();
  for (let seed = 0; seed < 600; seed++) {
    const names = (await factsOf(zone, {}, {}, seed)).hosts.map((host) => host.name.slice(0, 1)).join("");
    seen.set(names, (seen.get(names) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(["abcl", "acbl", "bacl", "bcal", "cabl", "cbal"]);
  for (const count of seen.values()) expect(count).toBeGreaterThan(60);
  expect((await factsOf(zone, {}, {}, 7)).hosts).toEqual((await factsOf(zone, {}, {}, 7)).hosts);
});

test("MX-6 a host with many addresses has them all used, and no family is cut off", async () => {
  const a = Array.from({ length: 30 }, (_, at) => `192.0.2.${at + 1}`);
  const zone: Zone = {
    mx: { "example.org": [[1, "mx.example"]] },
    a: { "mx.example": a },
    aaaa: { "mx.example": ["2001:db8::1", "2001:db8::2"] },
  };
  const first = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const [host] = (await factsOf(zone, {}, {}, seed)).hosts;
    if (host?.addresses.kind !== "known") throw new Error("no addresses");
    const { addresses } = host.addresses;
    expect(addresses.length).toBe(limits.addressesPerHostMax);
    expect(new Set(addresses).size).toBe(limits.addressesPerHostMax);
    expect(addresses[0]).toMatch(/^2001:/);
    first.add(addresses[1] ?? "");
  }
  expect(first.size).toBe(30);
});

test("a flood of MX records is cut at mxHostsMax, best first, and no more is asked", async () => {
  const resolver = resolverOf({ mx: many(3_000, (place) => 3_000 - place) });
  const facts = await gather(
    { resolver, random: seededRandom(1), clock: manualClock(), sts: noSts, memory: noMemory },
    settings,
    {
      domain: domain("example.org"),
      history: {},
      message: { requireTls: false },
    },
  );
  expect(facts.hosts.map((host) => host.preference)).toEqual(
    Array.from({ length: limits.mxHostsMax }, (_, at) => at + 1),
  );
  expect(resolver.asked.length).toBe(1 + 2 * limits.mxHostsMax);
});

test("MX-5 we are seen in the list however far behind", async () => {
  const own: Partial<GatherSettings> = { ownNames: [domain("mx30.example"), domain("mx40.example")] };
  const facts = await factsOf({ mx: many(50, (place) => place) }, own);
  expect(facts.hosts.length).toBe(limits.mxHostsMax + 1);
  expect(facts.hosts.filter((host) => host.isUs).map((host) => host.name)).toEqual(["mx30.example"]);
});

test("A and AAAA of all hosts are asked side by side", async () => {
  const zone: Zone = {
    mx: {
      "example.org": [
        [1, "a.example"],
        [2, "b.example"],
      ],
    },
  };
  const base = resolverOf(zone);
  const open: (() => void)[] = [];
  const wait = (): Promise<void> => new Promise((resolve) => void open.push(resolve));
  const resolver = {
    ...base,
    a: async (name: ReturnType<typeof domain>) => (await wait(), base.a(name)),
    aaaa: async (name: ReturnType<typeof domain>) => (await wait(), base.aaaa(name)),
  };
  const gathering = gather(
    { resolver, random: seededRandom(1), clock: manualClock(), sts: noSts, memory: noMemory },
    settings,
    {
      domain: domain("example.org"),
      history: {},
      message: { requireTls: false },
    },
  );
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(open.length).toBe(4);
  for (const go of open) go();
  expect((await gathering).hosts.length).toBe(2);
});

test("what was handed in is handed on: rule, history, message, default", async () => {
  const history = { "mx.example": { offeredTls: true, tlsFailures: 1, firstFailureAt: 5 } };
  const own = rule({ domain: ".org", require: "encrypted" });
  const facts = await factsOf(
    at("example.org"),
    { rules: [own], defaultRequire: "authenticated", smtpPort: 2525, ownAddresses: [ip("192.0.2.9")] },
    { history, message: { requireTls: true } },
  );
  expect(facts).toMatchObject({ rule: own, history, message: { requireTls: true }, defaultRequire: "authenticated" });
  expect(facts.smtpPort).toBe(2525);
  expect(facts.tlsRetry).toBe(settings.tlsRetry);
});
