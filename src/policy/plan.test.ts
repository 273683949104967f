import { describe, expect, test } from "vitest";
import { address, domain, type MailEvent } from "../base/index.ts";
import { plan } from "./plan.ts";
import { parseRule, type RuleText } from "./rules.ts";
import type { DeliveryHistory, Plan, PlannedHost, Rule } from "./types.ts";
import { factsOf, settings, type Zone } from "./world.cases.ts";

const ca = { id: "1", pem: "-", exclusive: true };
const hour = 3_600_000;

const unsigned: Zone = { mx: { "example.org": [[10, "mx.host.example"]] }, a: { "mx.host.example": ["192.0.2.1"] } };
const signed: Zone = { ...unsigned, mx: { "example.org": { secure: [[10, "mx.host.example"]] } } };
const two: Zone = {
  mx: {
    "example.org": [
      [1, "a.example"],
      [2, "b.example"],
    ],
  },
  a: { "a.example": ["192.0.2.1"], "b.example": ["192.0.2.2"] },
};

function rules(...texts: readonly Omit<RuleText, "domain">[]): { readonly rules: readonly Rule[] } {
  return {
    rules: texts.map((text) => {
      const parsed = parseRule({ domain: "example.org", ...text });
      if (!parsed.ok) throw new Error(parsed.error);
      return parsed.value;
    }),
  };
}

/** `mx.example:25 authenticated by secure-mx a b`. */
function tellHost({ host, port, level, proof, skipTls }: PlannedHost): string {
  const names = "names" in proof ? ` ${proof.names.join(" ")}` : "";
  return `${host}:${port} ${level} by ${proof.kind}${names}${skipTls === true ? " without TLS" : ""}`;
}

function tell(planned: Plan): string {
  if (planned.kind === "try") return planned.hosts.map(tellHost).join("; ");
  return `${planned.kind} ${planned.reason}${planned.kind === "defer" && planned.forSafety ? " for safety" : ""}`;
}

function codes(planned: Plan): readonly string[] {
  return planned.kind === "try" ? planned.why.map((reason) => reason.code) : [];
}

function skipped(notes: readonly MailEvent[]): readonly string[] {
  return notes.flatMap((note) => (note.code === "host-skipped" ? [`${note.host} ${note.why}`] : []));
}

describe("what a hop must prove, and by which names", () => {
  const domainNames = "example.org .example.org";
  const cases: readonly [why: string, zone: Zone, settings: Parameters<typeof factsOf>[1], told: string][] = [
    ["nothing is asked", unsigned, {}, "mx.host.example:25 cleartext by none"],
    ["the default asks", unsigned, { defaultRequire: "encrypted" }, "mx.host.example:25 encrypted by any-tls"],
    ["a rule asks", unsigned, rules({ require: "encrypted" }), "mx.host.example:25 encrypted by any-tls"],
    [
      "the first rule counts",
      unsigned,
      rules({ require: "encrypted" }, { require: "authenticated" }),
      "mx.host.example:25 encrypted by any-tls",
    ],
    [
      "a rule may ask for less than the default: the operator wrote it",
      unsigned,
      { ...rules({ require: "cleartext" }), defaultRequire: "authenticated" },
      "mx.host.example:25 cleartext by none",
    ],
    [
      "a rule without a level leaves the default in force",
      unsigned,
      { ...rules({ route: "example.org" }), defaultRequire: "encrypted" },
      "mx.host.example:25 encrypted by any-tls",
    ],
    [
      "spoof-mx: the name of an MX host out of unsigned DNS proves nothing",
      unsigned,
      { defaultRequire: "authenticated" },
      `mx.host.example:25 authenticated by rule-names ${domainNames}`,
    ],
    [
      "DNSSEC vouches for the MX host's name",
      signed,
      { defaultRequire: "authenticated" },
      `mx.host.example:25 authenticated by secure-mx mx.host.example ${domainNames}`,
    ],
    [
      "signed addresses do not vouch for an unsigned MX",
      { ...unsigned, a: { "mx.host.example": { secure: ["192.0.2.1"] } } },
      { defaultRequire: "authenticated" },
      `mx.host.example:25 authenticated by rule-names ${domainNames}`,
    ],
    [
      "MX-3 a proven absence of MX vouches for the domain itself",
      { mx: { "example.org": "secure nodata" }, a: { "example.org": ["192.0.2.1"] } },
      { defaultRequire: "authenticated" },
      `example.org:25 authenticated by secure-mx ${domainNames}`,
    ],
    [
      "MX-3 an unproven one needs nobody to vouch",
      { a: { "example.org": ["192.0.2.1"] } },
      { defaultRequire: "authenticated" },
      `example.org:25 authenticated by rule-names ${domainNames}`,
    ],
    [
      "a rule's names count alone, DNSSEC or not",
      signed,
      rules({ match: [".host.example"] }),
      "mx.host.example:25 authenticated by rule-names .host.example",
    ],
    [
      "MX-1 a routed host proves itself by its own name: the operator wrote it",
      { a: { "hub.example": ["10.0.0.1"] } },
      rules({ route: "[hub.example]:2525", require: "authenticated" }),
      "hub.example:2525 authenticated by rule-names hub.example",
    ],
    [
      "MX-1 a routed address by that address",
      {},
      rules({ route: "[192.0.2.9]", require: "authenticated" }),
      "[192.0.2.9]:25 authenticated by rule-names [192.0.2.9]",
    ],
    [
      "MX-1 a routed domain's hosts by that domain",
      { mx: { "example.net": [[1, "mx.host.example"]] }, a: { "mx.host.example": ["192.0.2.1"] } },
      rules({ route: "example.net:26", require: "authenticated" }),
      "mx.host.example:26 authenticated by rule-names example.net .example.net",
    ],
    ["MX-1 another port for all", unsigned, { smtpPort: 2525 }, "mx.host.example:2525 cleartext by none"],
  ];
  test.each(cases)("%s", async (_, zone, changes, told) => {
    expect(tell(plan(await factsOf(zone, changes)))).toBe(told);
  });

  test("below a top-level domain are strangers, whose certificates prove nothing", async () => {
    const facts = await factsOf(
      { mx: { example: [[1, "mx.host.test"]] }, a: { "mx.host.test": ["192.0.2.1"] } },
      { defaultRequire: "authenticated" },
      { domain: domain("example") },
    );
    expect(tell(plan(facts))).toBe("mx.host.test:25 authenticated by rule-names example");
  });
  test("recipients at an address: that address alone", async () => {
    const literal = address("x@[192.0.2.1]").domain;
    const facts = await factsOf({}, { defaultRequire: "authenticated" }, { domain: literal });
    expect(tell(plan(facts))).toBe("[192.0.2.1]:25 authenticated by rule-names [192.0.2.1]");
  });
  test("a rule's authorities go with its names, and with DNSSEC's", async () => {
    for (const zone of [unsigned, signed]) {
      const planned = plan(await factsOf(zone, rules({ ca })));
      expect(planned).toMatchObject({ kind: "try", hosts: [{ level: "authenticated", proof: { ca } }] });
    }
  });
});

describe("when mail goes nowhere", () => {
  const us = "relay.us.example";
  const cases: readonly [rule: string, zone: Zone, told: string, skips: readonly string[]][] = [
    ["MX-2 bogus MX", { mx: { "example.org": "bogus" } }, "defer dns-bogus for safety", []],
    ["MX-2 no answer", { mx: { "example.org": "timeout" } }, "defer dns-unavailable", []],
    ["MX-2 SERVFAIL", { mx: { "example.org": "servfail" } }, "defer dns-unavailable", []],
    ["MX-2 a chain too long (MX-4)", { mx: { "example.org": "chain-too-long" } }, "defer dns-unavailable", []],
    ["MX-3 no such domain", {}, "bounce no-such-domain", []],
    ["MX-3 null MX", { mx: { "example.org": [[0, "."]] } }, "bounce null-mx", []],
    [
      "MX-3 implicit MX without address",
      { mx: { "example.org": "nodata" } },
      "bounce no-mail-server",
      ["example.org no-address"],
    ],
    [
      "MX-5 no host has an address",
      {
        mx: {
          "example.org": [
            [1, "a.example"],
            [2, "b.example"],
          ],
        },
      },
      "bounce no-mail-server",
      ["a.example no-address", "b.example no-address"],
    ],
    [
      "MX-2 one is forged, the other has none",
      {
        mx: {
          "example.org": [
            [1, "a.example"],
            [2, "b.example"],
          ],
        },
        a: { "a.example": "bogus", "b.example": "nodata" },
      },
      "defer dns-bogus for safety",
      ["a.example dns-bogus", "b.example no-address"],
    ],
    [
      "MX-2 one is unknown, the other has none",
      {
        mx: {
          "example.org": [
            [1, "a.example"],
            [2, "b.example"],
          ],
        },
        a: { "a.example": "timeout" },
      },
      "defer dns-unavailable",
      ["a.example dns-unavailable", "b.example no-address"],
    ],
    [
      "MX-6 only addresses in MX records",
      {
        mx: {
          "example.org": [
            [1, "192.0.2.1"],
            [2, "[IPv6:2001:db8::1]"],
            [3, "2001:db8::1"],
          ],
        },
      },
      "defer no-address",
      ["192.0.2.1 address-literal", "[ipv6:2001:db8::1] address-literal", "2001:db8::1 address-literal"],
    ],
    [
      "MX-6 only loopback",
      { mx: { "example.org": [[1, "a.example"]] }, a: { "a.example": ["127.0.0.1"] } },
      "defer no-address",
      ["a.example forbidden-address"],
    ],
    [
      "MX-5 we are the best",
      {
        mx: {
          "example.org": [
            [1, us],
            [2, "b.example"],
          ],
        },
        a: { "b.example": ["192.0.2.2"] },
      },
      "bounce mail-loop",
      [`${us} is-us`],
    ],
    [
      "MX-5 we are among the best",
      {
        mx: {
          "example.org": [
            [1, "b.example"],
            [1, us],
          ],
        },
        a: { "b.example": ["192.0.2.2"] },
      },
      "bounce mail-loop",
      [`${us} is-us`],
    ],
    [
      "MX-5 the domain itself is us",
      { a: { "example.org": ["198.51.100.25"] } },
      "bounce mail-loop",
      ["example.org is-us"],
    ],
    [
      "MX-5 better ones than us cannot be looked up: wait, do not return",
      {
        mx: {
          "example.org": [
            [1, "a.example"],
            [2, us],
          ],
        },
        a: { "a.example": "timeout" },
      },
      "defer dns-unavailable",
      ["a.example dns-unavailable", `${us} is-us`],
    ],
  ];
  test.each(cases)("%s", async (_, zone, told, skips) => {
    const planned = plan(await factsOf(zone));
    expect(tell(planned)).toBe(told);
    expect(skipped(planned.notes)).toEqual(skips);
    expect(planned.kind !== "try" && planned.detail).toMatch(/example\.org/);
    expect(planned.notes.some((note) => note.code === "planned")).toBe(false);
  });

  const routes: readonly [route: string, zone: Zone, told: string][] = [
    ["nowhere.example", {}, "defer rule-unsatisfiable"],
    ["null.example", { mx: { "null.example": [[0, "."]] } }, "defer rule-unsatisfiable"],
    ["us.example", { mx: { "us.example": [[0, us]] } }, "defer rule-unsatisfiable"],
    ["bogus.example", { mx: { "bogus.example": "bogus" } }, "defer dns-bogus for safety"],
    ["[nowhere.example]", {}, "defer no-address"],
    ["[slow.example]", { a: { "slow.example": "timeout" } }, "defer dns-unavailable"],
  ];
  test.each(routes)(
    "MX-1 a route that leads nowhere is the operator's to mend, mail waits: %s",
    async (route, zone, told) => {
      expect(tell(plan(await factsOf(zone, rules({ route }))))).toBe(told);
    },
  );
});

describe("MX-5 hosts that cannot be used are passed over, the rest tried in order", () => {
  const zone: Zone = {
    mx: {
      "example.org": [
        [1, "192.0.2.1"],
        [2, "a.example"],
        [3, "b.example"],
        [4, "c.example"],
        [5, "d.example"],
        [6, "e.example"],
      ],
    },
    a: {
      "a.example": "bogus",
      "b.example": ["192.0.2.2"],
      "c.example": ["10.0.0.1"],
      "d.example": "timeout",
      "e.example": ["192.0.2.5"],
    },
  };
  test("with a note for each", async () => {
    const planned = plan(await factsOf(zone));
    expect(tell(planned)).toBe("b.example:25 cleartext by none; e.example:25 cleartext by none");
    expect(skipped(planned.notes)).toEqual([
      "192.0.2.1 address-literal",
      "a.example dns-bogus",
      "c.example forbidden-address",
      "d.example dns-unavailable",
    ]);
  });
  test("and we cut the list at our own preference", async () => {
    const planned = plan(await factsOf(zone, { ownNames: [domain("d.example")] }));
    expect(tell(planned)).toBe("b.example:25 cleartext by none");
    expect(skipped(planned.notes)).toContain("d.example is-us");
  });
});

describe("TLS-4 opportunistic is not naive", () => {
  const failed = (tlsFailures: number, firstFailureAt?: number): DeliveryHistory => ({
    "a.example": { offeredTls: true, tlsFailures, ...(firstFailureAt === undefined ? {} : { firstFailureAt }) },
  });
  const b = "b.example:25 cleartext by none";
  const raised = `a.example:25 encrypted by any-tls; ${b}`;
  const open = `${b}; a.example:25 cleartext by none without TLS`;
  const now = 10 * hour;
  const cases: readonly [why: string, history: DeliveryHistory, told: string, reasons: readonly string[]][] = [
    ["nothing has failed", {}, `a.example:25 cleartext by none; ${b}`, ["no-promise"]],
    ["once", failed(1, now - 2 * hour), raised, ["no-promise", "tls-failed-before"]],
    ["often, but within the hour", failed(9, now - hour + 1), raised, ["no-promise", "tls-failed-before"]],
    ["long ago, but not often", failed(2, 0), raised, ["no-promise", "tls-failed-before"]],
    ["often enough and long enough", failed(3, now - hour), open, ["no-promise", "tls-given-up"]],
    ["often, but who knows when", failed(9), raised, ["no-promise", "tls-failed-before"]],
    ["often, but in the future", failed(9, now + hour), raised, ["no-promise", "tls-failed-before"]],
    ["an entry without a failure", failed(0), `a.example:25 cleartext by none; ${b}`, ["no-promise"]],
  ];
  test.each(cases)("%s", async (_, history, told, reasons) => {
    const planned = plan({ ...(await factsOf(two, {}, { history })), now });
    expect(tell(planned)).toBe(told);
    expect(codes(planned)).toEqual(reasons);
  });

  test.each(["encrypted", "authenticated"] as const)("a hop that must be %s is never given up", async (require) => {
    const never = plan({ ...(await factsOf(two, { defaultRequire: require })), now });
    const often = plan({ ...(await factsOf(two, { defaultRequire: require }, { history: failed(99, 0) })), now });
    expect(often).toEqual(never);
    expect(tell(often)).not.toContain("without TLS");
  });
  test("REQ-1 a message that demands REQUIRETLS goes nowhere in clear, and nowhere that nothing proves", async () => {
    const request = { history: failed(99, 0), message: { requireTls: true } };
    expect(tell(plan({ ...(await factsOf(two, {}, request)), now }))).toBe("bounce requiretls-unsupported");
  });
  test("TLS-1 whoever injected bytes is never given cleartext", async () => {
    const failures = { offeredTls: true, tlsFailures: 99, firstFailureAt: 0 };
    const history = { "a.example": { ...failures, lastFault: "injected-bytes" as const } };
    const planned = plan({ ...(await factsOf(two, {}, { history })), now });
    expect(tell(planned)).toBe(raised);
    expect(codes(planned)).toEqual(["no-promise", "bytes-injected"]);
  });
  test("of several hosts the most failures are told", async () => {
    const entry = { offeredTls: true, firstFailureAt: now };
    const history = { "a.example": { ...entry, tlsFailures: 1 }, "b.example": { ...entry, tlsFailures: 2 } };
    const planned = plan({ ...(await factsOf(two, {}, { history })), now });
    expect(planned.kind === "try" && planned.why).toEqual([
      { code: "no-promise" },
      { code: "tls-failed-before", failures: 2, tries: 3 },
    ]);
  });
  test("a host may be called as anything is called in JavaScript", async () => {
    const zone: Zone = { mx: { "example.org": [[1, "constructor"]] }, a: { constructor: ["192.0.2.1"] } };
    expect(tell(plan(await factsOf(zone)))).toBe("constructor:25 cleartext by none");
  });
});

test("the plan is told in one event behind the hosts that were passed over", async () => {
  const zone: Zone = {
    mx: {
      "example.org": {
        secure: [
          [1, "a.example"],
          [2, "b.example"],
        ],
      },
    },
    a: { "b.example": ["192.0.2.2"] },
  };
  const planned = plan(await factsOf(zone, rules({ require: "authenticated", route: "example.org" })));
  expect(planned.notes).toEqual([
    { code: "host-skipped", host: "a.example", why: "no-address" },
    {
      code: "planned",
      domain: "example.org",
      mxStatus: "secure",
      hosts: [{ host: "b.example", require: "authenticated", proof: "secure-mx" }],
      why: [
        { code: "rule", pattern: "example.org", require: "authenticated" },
        { code: "route", to: "example.org" },
      ],
    },
  ]);
  expect(planned).toMatchObject({ kind: "try", hosts: [{ addresses: ["192.0.2.2"], port: settings.smtpPort }] });
});

test("MX-3 an implicit MX is told", async () => {
  expect(codes(plan(await factsOf({ a: { "example.org": ["192.0.2.1"] } })))).toEqual(["no-promise", "implicit-mx"]);
});
