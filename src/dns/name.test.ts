import { expect, test } from "vitest";
import { domain } from "../base/index.ts";
import { name } from "./message.cases.ts";
import {
  below,
  commonAncestor,
  compareNames,
  domainOf,
  isWithin,
  labelCount,
  labelsOf,
  lastLabels,
  parentName,
  parseWireName,
  rootName,
  wireName,
} from "./name.ts";

const label63 = "x".repeat(63);

const good: readonly [text: string, canonical: string, labels: number, why: string][] = [
  ["example.org", "example.org", 2, "as it is"],
  ["Example.ORG.", "example.org", 2, "lower case, no trailing dot"],
  [".", ".", 0, "the root"],
  ["a\\.b.example", "a\\.b.example", 2, "an escaped dot is within a label"],
  ["a\\046b.example", "a\\.b.example", 2, "and has one spelling"],
  ["a\\\\b.example", "a\\\\b.example", 2, "a backslash too"],
  ["a\\000\\255", "a\\000\\255", 1, "octets that are not printable"],
  ["\\065", "a", 1, "printable ones stand as they are, in lower case"],
  ["*.example", "*.example", 2, "a wildcard is a label like others"],
  ["\\.", "\\.", 1, "a label that is a dot is not the root"],
  [
    `${label63}.${label63}.${label63}.${"x".repeat(61)}`,
    `${label63}.${label63}.${label63}.${"x".repeat(61)}`,
    4,
    "255 octets",
  ],
];
test.each(good)("%j is the name %j of %d labels: %s", (text, canonical, labels) => {
  const parsed = parseWireName(text);
  expect(parsed).toEqual({ ok: true, value: canonical });
  expect(labelsOf(name(text)).length).toBe(labels);
  expect(name(canonical)).toBe(canonical);
});

const bad: readonly [text: string, fault: string, why: string][] = [
  ["", "empty-label", "nothing"],
  ["a..b", "empty-label", "nothing between dots"],
  [".a", "empty-label", "nothing before a dot"],
  ["..", "empty-label", "only the root is a dot"],
  [`${label63}x.org`, "label-too-long", "64 octets"],
  [`${label63}.${label63}.${label63}.${"x".repeat(62)}`, "name-too-long", "256 octets"],
  ["a\\", "bad-escape", "nothing is escaped"],
  ["a\\256", "bad-escape", "no octet"],
  ["a\\1b", "bad-escape", "neither one character nor three digits"],
  ["a b", "bad-character", "a space has to be written \\032"],
  ["ä.org", "bad-character", "U-labels are turned into A-labels elsewhere"],
];
test.each(bad)("%j is no name: %s: %s", (text, fault) => {
  expect(parseWireName(text)).toEqual({ ok: false, error: fault });
});

const within: readonly [name: string, ancestor: string, inside: boolean, why: string][] = [
  ["a.example", "example", true, "below"],
  ["example", "example", true, "itself"],
  ["example", ".", true, "everything is within the root"],
  ["aexample", "example", false, "not at a label's edge"],
  ["a\\.example", "example", false, "the dot belongs to the label"],
  ["a\\\\.example", "example", true, "here the backslash does, and the dot parts labels"],
  ["example", "a.example", false, "above"],
];
test.each(within)("%s within %s: %s: %s", (inner, ancestor, inside) => {
  expect(isWithin(name(inner), name(ancestor))).toBe(inside);
});

test("the parent of a name is the name without its first label, whatever that label holds", () => {
  expect(parentName(name("a\\.b.example"))).toBe("example");
  expect(parentName(name("example"))).toBe(rootName);
  expect(parentName(rootName)).toBeUndefined();
});

test("only what could be a host or mail domain is a domain name", () => {
  expect(domainOf(name("_25._tcp.mx.example.org"))).toBe("_25._tcp.mx.example.org");
  expect(domainOf(wireName(domain("Bücher.example")))).toBe("xn--bcher-kva.example");
  expect(["a\\.b.example", ".", "\\255.example", "a\\032b"].map((text) => domainOf(name(text)))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("names are in the order of RFC 4034 §6.1, by labels from the right", () => {
  const inOrder = [
    ".",
    "example",
    "a.example",
    "yljkjljk.a.example",
    "Z.a.example",
    "zABC.a.EXAMPLE",
    "z.example",
    "\\000.z.example",
    "\\000\\000.z.example",
    "\\000\\001.z.example",
    "\\001.z.example",
    "\\002.z.example",
    "\\002\\000.z.example",
    "*.z.example",
    "\\200.z.example",
  ].map(name);
  for (const [left, one] of inOrder.entries()) {
    for (const [right, other] of inOrder.entries()) {
      expect(Math.sign(compareNames(one, other))).toBe(Math.sign(left - right));
    }
  }
});

const counted: readonly [text: string, labels: number, last: string][] = [
  [".", 0, "."],
  ["example", 1, "example"],
  ["a.b.example", 3, "b.example"],
  ["a\\.b.example", 2, "a\\.b.example"],
  ["x.a\\.b.example", 3, "a\\.b.example"],
];
test.each(counted)("%s has %i labels, and its last two are %s", (text, labels, last) => {
  expect(labelCount(name(text))).toBe(labels);
  expect(lastLabels(name(text), 2)).toBe(last);
  expect(lastLabels(name(text), 0)).toBe(rootName);
});

test("what two names lie below together", () => {
  expect(commonAncestor(name("a.b.example"), name("c.b.example"))).toBe("b.example");
  expect(commonAncestor(name("a.b.example"), name("b.example"))).toBe("b.example");
  expect(commonAncestor(name("a.test"), name("a.example"))).toBe(rootName);
  expect(commonAncestor(name("a\\.b.example"), name("b.example"))).toBe("example");
  expect(below("*", name("example"))).toBe("*.example");
  expect(below("*", rootName)).toBe("*");
});
