import { expect, test } from "vitest";
import { parseWireName, type WireName } from "../../dns/index.ts";
import { ZoneData, type Zones } from "./zones.ts";

function name(text: string): WireName {
  const parsed = parseWireName(text);
  if (!parsed.ok) throw new TypeError(text);
  return parsed.value;
}

const address = [{ type: "A", value: "127.0.0.1" }] as const;

/** The zone of RFC 4592 §2.2.1, as far as mail needs it. */
const zones: Zones = {
  example: [{ type: "NS", value: "ns.example.com" }],
  "*.example": [
    { type: "TXT", value: "this is a wildcard" },
    { type: "MX", value: "host1.example", preference: 10 },
  ],
  "sub.*.example": [{ type: "TXT", value: "this is not a wildcard" }],
  "host1.example": address,
  "_ssh._tcp.host1.example": [{ type: "TXT", value: "x" }],
  "alias.example": [{ type: "CNAME", value: "host1.example" }],
  "*.alias.test": [{ type: "CNAME", value: "host1.example" }],
  "round.test": [{ type: "CNAME", value: "about.test" }],
  "about.test": [{ type: "CNAME", value: "round.test" }],
  "tlsa.test": [{ type: "TLSA", rdata: Uint8Array.of(3, 1, 1) }],
  "long.test": [{ type: "TXT", value: "x".repeat(300) }],
};

const lookups: readonly [asked: string, type: string, outcome: string, owners: readonly string[], why: string][] = [
  ["host1.example", "A", "records", ["host1.example"], "a record"],
  ["HOST1.example", "A", "records", ["host1.example"], "in any case"],
  ["host3.example", "MX", "records", ["host3.example"], "RFC 4592 §2.2.1: from the wildcard, under the name asked"],
  ["host3.example", "A", "nodata", [], "RFC 4592 §2.2.1: the wildcard has no A"],
  ["foo.bar.example", "TXT", "records", ["foo.bar.example"], "RFC 4592 §2.2.1: a wildcard stands for several labels"],
  ["host1.example", "MX", "nodata", [], "RFC 4592 §2.2.1: the name exists, so no wildcard counts"],
  ["sub.*.example", "MX", "nodata", [], "RFC 4592 §2.2.1: a name with an asterisk exists too"],
  [
    "_telnet._tcp.host1.example",
    "TXT",
    "nxdomain",
    [],
    "RFC 4592 §2.2.1: its closest encloser has no wildcard below it",
  ],
  ["_tcp.host1.example", "TXT", "nodata", [], "a name that only has names below it exists"],
  ["ghost.*.example", "MX", "nxdomain", [], "RFC 4592 §2.2.1: *.example exists, and has no wildcard below it"],
  ["elsewhere", "A", "nxdomain", [], "nobody knows it"],
  ["test", "A", "nodata", [], "the top of what exists"],
  [".", "A", "nodata", [], "the root exists"],
  ["alias.example", "A", "records", ["alias.example", "host1.example"], "an alias and what it leads to"],
  ["alias.example", "MX", "nodata", ["alias.example"], "an alias to a name without such records"],
  ["alias.example", "CNAME", "records", ["alias.example"], "the alias itself was asked for"],
  ["any.alias.test", "A", "records", ["any.alias.test", "host1.example"], "an alias from a wildcard"],
  ["round.test", "A", "records", ["round.test", "about.test"], "a circle, once around"],
  ["tlsa.test", "TLSA", "records", ["tlsa.test"], "any type, as data"],
  ["tlsa.test", "TYPE52", "records", ["tlsa.test"], "by its number as well"],
];
test.each(lookups)("%s %s: %s %j: %s", (asked, type, outcome, owners) => {
  const found = new ZoneData(zones).lookup(name(asked), type);
  expect(found.outcome).toBe(outcome);
  expect(found.answers.map((record) => record.name)).toEqual(owners);
});

test("an absence is told by the zone that the name lies in", () => {
  const data = new ZoneData({ "example.test": address, "deep.example.test": address, "*.wild": address });
  expect(["x.deep.example.test", "example.test", "other.test", "x.wild"].map((one) => data.apexOf(name(one)))).toEqual([
    "example.test",
    "example.test",
    ".",
    ".",
  ]);
});

test("a text of more than 255 octets is cut into strings", () => {
  const [record] = new ZoneData(zones).lookup(name("long.test"), "TXT").answers;
  expect(record?.data.type === "TXT" && record.data.strings.map((string) => string.length)).toEqual([255, 45]);
});

const wrong: readonly [why: string, zones: Zones][] = [
  ["no name", { "a..b": address }],
  ["no address", { "a.test": [{ type: "A", value: "127.0.0" }] }],
  ["no target", { "a.test": [{ type: "CNAME", value: "" }] }],
  ["no type", { "a.test": [{ type: "WRONG", rdata: new Uint8Array() }] }],
];
test.each(wrong)("zones are checked at the start: %s", (_, zones) => {
  expect(() => new ZoneData(zones)).toThrow(TypeError);
});
