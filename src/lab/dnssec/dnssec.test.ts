/** The signed internet of the lab: what it says, held against the texts and against our own validator. */
import { describe, expect, test } from "vitest";
import { manualClock } from "../../../test/support/clock.ts";
import { ip, ok } from "../../base/index.ts";
import {
  codeOf,
  createValidator,
  hasType,
  typeCode,
  type RecordData,
  type ResourceRecord,
  type Validated,
} from "../../dns/index.ts";
import { reply } from "../../../test/support/signed-zone.ts";
import { LabZone, makeKey, signedInternet, wire, type Internet, type ZoneState } from "./index.ts";

const a = (address: string): RecordData => ({ type: "A", address: ip(address) });
const mx = (exchange: string): RecordData => ({ type: "MX", preference: 10, exchange: wire(exchange) });
const cname = (target: string): RecordData => ({ type: "CNAME", target: wire(target) });
const dayMs = 86_400_000;

const zones: Readonly<Record<string, ZoneState>> = {
  example: "signed",
  "safe.example": "signed",
  "plain.example": "unsigned",
  "below.plain.example": "signed",
  "broken.example": "broken",
};
const records: readonly ResourceRecord[] = [
  ["safe.example", mx("mx.safe.example")],
  ["mx.safe.example", a("127.0.0.1")],
  ["*.wild.safe.example", a("127.0.0.2")],
  ["alias.safe.example", cname("mx.safe.example")],
  ["away.safe.example", cname("mx.plain.example")],
  ["plain.example", mx("mx.plain.example")],
  ["mx.plain.example", a("127.0.0.3")],
  ["below.plain.example", mx("mx.safe.example")],
  ["broken.example", mx("mx.broken.example")],
  ["nobody.example", a("127.0.0.4")],
  ["test", a("127.0.0.5")],
].map(([name, data]) => ({ name: wire(name as string), ttlSeconds: 300, data: data as RecordData }));

const clock = manualClock();
const internet = signedInternet({ clock, zones, records });

function validating({ recursor, anchors }: Internet, at = clock): (name: string, type: string) => Promise<Validated> {
  const validator = createValidator({
    ask: (name, type) => Promise.resolve(ok(reply(name, type, recursor(name, type)))),
    clock: at,
    anchors: () => anchors,
  });
  return (name, type) => validator.resolve(wire(name), type);
}

describe("below the signed root, each zone stands as it was said to", () => {
  test.each<[name: string, type: string, outcome: string, why: string]>([
    ["safe.example", "MX", "secure records", "signed all the way"],
    ["any.wild.safe.example", "A", "secure records", "from a wildcard, nothing closer being there"],
    ["alias.safe.example", "A", "secure records", "an alias within the zone"],
    ["away.safe.example", "A", "insecure records", "an alias into a zone that is not signed"],
    ["safe.example", "TXT", "secure nodata", "the name's own NSEC"],
    ["wild.safe.example", "A", "secure nodata", "a name that only has names below it"],
    ["no.safe.example", "A", "secure nxdomain", "a gap, and no wildcard"],
    ["nowhere.example", "MX", "secure nxdomain", "a gap between delegations"],
    ["nobody.example", "A", "secure records", "in no zone of its own: in the parent's"],
    ["test", "A", "secure records", "in the root itself"],
    ["plain.example", "MX", "insecure records", "a delegation that says so"],
    ["no.plain.example", "A", "insecure nxdomain", "and so are its absences"],
    ["below.plain.example", "MX", "insecure records", "signed, but nobody vouches for it"],
    ["broken.example", "MX", "bogus failure", "the signature does not fit"],
    ["no.broken.example", "A", "bogus failure", "nor does that of an absence"],
    [".", "DNSKEY", "secure records", "the anchor's own"],
    [".", "DS", "secure nodata", "nobody stands above the root"],
    ["safe.example", "DS", "secure records", "of the parent"],
    ["plain.example", "DS", "secure nodata", "a proven absence"],
  ])("%s %s: %s: %s", async (name, type, outcome) => {
    const { status, kind } = await validating(internet)(name, type);
    expect(`${status} ${kind}`).toBe(outcome);
  });
});

test("signatures are good from a day ago for some months, and no longer", async () => {
  const at = async (now: number): Promise<string> =>
    (await validating(internet, manualClock(now))("safe.example", "MX")).status;
  const now = clock.now();
  expect([await at(now - 0.9 * dayMs), await at(now + 89 * dayMs)]).toEqual(["secure", "secure"]);
  expect([await at(now - 2 * dayMs), await at(now + 91 * dayMs)]).toEqual(["bogus", "bogus"]);
});

test("a zone keeps its key when its records change", async () => {
  const keys = new Map();
  const first = signedInternet({ clock, zones, records, keys });
  const second = signedInternet({ clock, zones, records: records.slice(0, 1), keys });
  expect(second.anchors).toEqual(first.anchors);
  expect(signedInternet({ clock, zones, records }).anchors).not.toEqual(first.anchors);
  expect((await validating({ ...second, anchors: first.anchors })("safe.example", "MX")).status).toBe("secure");
});

test("RFC 4034 §6.1: the example's names come in their canonical order around the zone", () => {
  const order = ["example", "a.example", "yljkjljk.a.example", "Z.a.example", "zABC.a.EXAMPLE", "z.example"];
  const more = ["\\001.z.example", "*.z.example", "\\200.z.example"];
  const names = [...order, ...more].map(wire);
  const zone = new LabZone("example", {
    records: Object.fromEntries(names.toReversed().map((name) => [`${name}.`, [a("127.0.0.1")]])),
    signing: { keys: [makeKey(13)], validity: { inception: 0, expiration: 1 } },
  });
  const next = (name: string | undefined): string | undefined => {
    const [record] = zone.denialAt(name as ResourceRecord["name"]);
    return record?.data.type === "NSEC" ? record.data.next : undefined;
  };
  expect(names.map(next)).toEqual([...names.slice(1), names[0]]);
});

test("RFC 4035 §2.3: at a delegation the parent speaks of NS and DS alone", () => {
  const { authorities } = internet.recursor(wire("plain.example"), "DS");
  const nsec = authorities.find(({ data }) => data.type === "NSEC")?.data;
  if (nsec?.type !== "NSEC") throw new Error("no NSEC");
  const has = (type: string): boolean => hasType(nsec.bitmap, typeCode(type));
  expect(["NS", "RRSIG", "NSEC", "DS", "SOA", "MX"].map(has)).toEqual([true, true, true, false, false, false]);
});

test("an alias may be left for the asker to follow", () => {
  const types = (atMost?: number): readonly number[] =>
    internet
      .recursor(wire("alias.safe.example"), "A", atMost)
      .answers.map(({ data }) => codeOf(data))
      .filter((code) => code !== typeCode("RRSIG"));
  expect([types(), types(1)]).toEqual([[5, 1], [5]]);
});
