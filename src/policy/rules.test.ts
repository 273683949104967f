import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { address, domain, parseDomain } from "../base/index.ts";
import { findRule, parsePattern, parseRoute, parseRule, type RuleText } from "./rules.ts";
import type { Route, Rule } from "./types.ts";

const ca = { id: "1", pem: "-", exclusive: true };
const literal = address("x@[127.0.0.1]").domain;
const loopbackRoute: Route = { kind: "host", name: literal, port: 24, text: "[127.0.0.1]:24" };

const patterns: readonly [text: string, pattern: string | undefined, why: string][] = [
  ["*", "*", "every domain"],
  ["example.org", "example.org", "itself alone"],
  ["Example.ORG.", "example.org", "case and the last dot do not matter"],
  [".example.org", ".example.org", "all below"],
  ["*.example.org", ".example.org", "the same in another hand"],
  ["bücher.example", "xn--bcher-kva.example", "U-labels"],
  [".例子.example", ".xn--fsqu00a.example", "U-labels below"],
  [".cn", ".cn", "a whole top-level domain"],
  ["[192.0.2.1]", "[192.0.2.1]", "recipients at an address"],
  ["[IPv6:2001:DB8:0::1]", "[ipv6:2001:db8::1]", "as addresses have it"],
  ["", undefined, "nothing"],
  [".", undefined, "nothing below nothing"],
  ["*.", undefined, "the same"],
  ["**", undefined, "no wildcard"],
  ["mx*.example.org", undefined, "a wildcard within a label"],
  ["*.*.example.org", undefined, "two wildcards"],
  ["..example.org", undefined, "an empty label"],
  ["exa mple.org", undefined, "a space"],
  ["user@example.org", undefined, "an address"],
  ["192.0.2.1", undefined, "an address without its brackets is nobody's domain"],
  [".192.0.2.1", undefined, "and has nothing below it"],
  ["[example.org]", undefined, "brackets are for addresses"],
  ["example.org\r\n", undefined, "control characters"],
];
test.each(patterns)("the pattern %j is read as %j: %s", (text, pattern) => {
  expect(parsePattern(text)).toEqual(
    pattern === undefined ? { ok: false, error: "bad-pattern" } : { ok: true, value: pattern },
  );
});

const routes: readonly [text: string, route: readonly [Route["kind"], string, number?] | undefined, why: string][] = [
  ["example.net", ["mx", "example.net"], "the MX of a domain"],
  ["Example.Net:2525", ["mx", "example.net", 2525], "at another port"],
  ["bücher.example", ["mx", "xn--bcher-kva.example"], "U-labels"],
  ["[mx.example.net]", ["host", "mx.example.net"], "a host"],
  ["[mx.example.net]:587", ["host", "mx.example.net", 587], "a host and port"],
  ["[192.0.2.1]:25", ["host", "[192.0.2.1]", 25], "an address"],
  ["[2001:db8::1]:25", ["host", "[ipv6:2001:db8::1]", 25], "an IPv6 address as URLs have it"],
  ["[IPv6:2001:db8::1]", ["host", "[ipv6:2001:db8::1]"], "an IPv6 address as mail has it"],
  ["[localhost]:24", ["host", "localhost", 24], "the operator may send to this machine"],
  ["", undefined, "nothing"],
  ["[]", undefined, "an empty host"],
  ["[mx.example.net", undefined, "half a bracket"],
  ["[mx.example.net]25", undefined, "a port without its colon"],
  ["[mx.example.net]:", undefined, "a colon without its port"],
  ["[mx.example.net]:0", undefined, "no such port"],
  ["[mx.example.net]:65536", undefined, "no such port either"],
  ["example.net:smtp", undefined, "a port by name"],
  ["192.0.2.1", undefined, "an address has no MX"],
  ["192.0.2.1:25", undefined, "nor with a port"],
  ["2001:db8::1", undefined, "nor has this one"],
  ["a b.example", undefined, "a space"],
  ["[[mx.example.net]]", undefined, "brackets in brackets"],
  ["smtp://mx.example.net", undefined, "a URL"],
];
test.each(routes)("MX-1 the route %j is read as %j: %s", (text, route) => {
  const parsed = parseRoute(text);
  if (route === undefined) return expect(parsed).toEqual({ ok: false, error: "bad-route" });
  const [kind, name, port] = route;
  expect(parsed).toEqual({ ok: true, value: { kind, name, text, ...(port === undefined ? {} : { port }) } });
});

const rules: readonly [text: RuleText, rule: Partial<Rule> | string, why: string][] = [
  [{ domain: "a.example" }, { pattern: "a.example" }, "a rule that only keeps later ones away"],
  [{ domain: "*.a.example", require: "encrypted" }, { pattern: ".a.example", require: "encrypted" }, "a level"],
  [
    { domain: "a.example", require: "authenticated", match: ["MX.a.example", ".b.example", "[192.0.2.1]"] },
    { pattern: "a.example", require: "authenticated", match: ["mx.a.example", ".b.example", "[192.0.2.1]"] },
    "names",
  ],
  [
    { domain: "a.example", match: ["mx.a.example"] },
    { pattern: "a.example", require: "authenticated", match: ["mx.a.example"] },
    "names without a level mean to be looked at",
  ],
  [{ domain: "a.example", ca }, { pattern: "a.example", require: "authenticated", ca }, "so does an authority"],
  [
    { domain: "a.example", route: "[127.0.0.1]:24", require: "cleartext" },
    { pattern: "a.example", require: "cleartext", route: loopbackRoute },
    "a route",
  ],
  [{ domain: "a b" }, "bad-pattern", "no domain"],
  [{ domain: "a.example", match: [] }, "bad-match", "an empty list would match nothing, ever"],
  [{ domain: "a.example", match: ["mx.a.example", ""] }, "bad-match", "an empty name"],
  [{ domain: "a.example", match: ["."] }, "bad-match", "every name there is"],
  [{ domain: "a.example", match: ["*.a.example"] }, "bad-match", "the dot alone says it"],
  [{ domain: "a.example", route: "a:b" }, "bad-route", "no route"],
  [{ domain: "a.example", match: ["mx.a.example"], require: "encrypted" }, "needs-authenticated", "looked at nowhere"],
  [{ domain: "a.example", ca, require: "cleartext" }, "needs-authenticated", "trusted nowhere"],
];
test.each(rules)("the rule %j is read as %j: %s", (text, expected) => {
  const parsed = parseRule(text);
  if (typeof expected === "string") return expect(parsed).toEqual({ ok: false, error: expected });
  expect(parsed).toEqual({ ok: true, value: expected });
});

describe("the first rule that fits counts", () => {
  const list = ["a.example", ".a.example", ".b.a.example", "[192.0.2.1]", ".example", "例子.example", "a.example"].map(
    (pattern): Rule => ({ pattern }),
  );
  const cases: readonly [domain: string, place: number | undefined][] = [
    ["a.example", 0],
    ["x.a.example", 1],
    ["x.y.a.example", 1],
    // `.b.a.example` stands behind `.a.example`, which fits too.
    ["x.b.a.example", 1],
    ["c.example", 4],
    ["xn--fsqu00a.example", 4],
    ["example", undefined],
    ["aa.example.org", undefined],
    ["xa.test", undefined],
  ];
  test.each(cases)("%s: rule %j", (name, place) => {
    expect(findRule(list, domain(name))).toBe(place === undefined ? undefined : list[place]);
  });
  test("recipients at an address have rules of their own, and `*`", () => {
    expect(findRule(list, address("x@[192.0.2.1]").domain)).toBe(list[3]);
    const all: readonly Rule[] = [{ pattern: "*" }];
    expect(findRule(all, address("x@[192.0.2.2]").domain)).toBe(all[0]);
    expect(findRule(list, address("x@[192.0.2.2]").domain)).toBe(undefined);
  });
  test("a rule whose pattern cannot be read is a bug, and is not passed over", () => {
    expect(() => findRule([{ pattern: "a b" }], domain("a.example"))).toThrow(TypeError);
  });
});

const label = fc.constantFrom("a", "b", "c", "xn--fsqu00a");
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => domain(labels.join(".")));
const pattern = fc.oneof(
  name,
  name.map((text) => `.${text}`),
  fc.constant("*"),
);

test("the index finds what a walk through the list finds", () => {
  const fits = (text: string, of: string): boolean =>
    text === "*" || text === of || (text.startsWith(".") && of.endsWith(text) && of.length > text.length - 1);
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 12 }), name, (texts, of) => {
      const list = texts.map((text): Rule => ({ pattern: text }));
      const walked = list.find((rule) => fits(rule.pattern, of));
      expect(findRule(list, of)).toBe(walked);
    }),
  );
});

test("no text makes a parser throw, and what it gives reads as itself", () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ maxLength: 60 }), name, pattern);
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 3 }), (one, many) => {
      const read = parsePattern(one);
      if (read.ok) expect(parsePattern(read.value)).toEqual(read);
      const route = parseRoute(one);
      if (route.ok) expect(route.value.name.startsWith("[") || parseDomain(route.value.name).ok).toBe(true);
      const rule = parseRule({ domain: "*", match: many, route: one });
      if (rule.ok) expect(rule.value.require).toBe("authenticated");
    }),
    { numRuns: 2_000 },
  );
});
