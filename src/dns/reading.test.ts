import { expect, test } from "vitest";
import { limits } from "../base/index.ts";
import { a, cname, mx, name, ns, record, reply, soa } from "./message.cases.ts";
import { readAnswer, type Kind } from "./reading.ts";
import type { Message } from "./wire.ts";

const addresses: Kind<string> = { type: "A", read: (data) => (data.type === "A" ? data.address : undefined) };

const read = (parts: Partial<Message>, asked = "a.test", passed: readonly string[] = []): unknown =>
  readAnswer(reply(asked, parts), name(asked), addresses, passed.map(name));

const chain = (links: number): Message["answers"] =>
  Array.from({ length: links }, (_, index) =>
    record(index === 0 ? "a.test" : `${index}.test`, cname(`${index + 1}.test`)),
  );

const readings: readonly [why: string, parts: Partial<Message>, reading: object][] = [
  ["records", { answers: [record("a.test", a("192.0.2.1"))] }, { kind: "records", records: ["192.0.2.1"], names: [] }],
  [
    "records of another name are not believed, whatever section they stand in",
    {
      answers: [record("a.test", a("192.0.2.1")), record("bank.test", a("192.0.2.66"))],
      additionals: [record("a.test", a("192.0.2.66"))],
    },
    { kind: "records", records: ["192.0.2.1"] },
  ],
  [
    "MX-4: aliases in any order of the records",
    {
      answers: [record("c.test", a("192.0.2.1")), record("b.test", cname("c.test")), record("a.test", cname("b.test"))],
    },
    { kind: "records", names: ["b.test", "c.test"], owner: "c.test", records: ["192.0.2.1"] },
  ],
  [
    "an alias of a name that is not on the way leads nowhere",
    { answers: [record("b.test", cname("c.test")), record("c.test", a("192.0.2.66"))] },
    { kind: "nodata", names: [] },
  ],
  [
    "the same alias twice is one",
    {
      answers: [record("a.test", cname("b.test")), record("a.test", cname("b.test")), record("b.test", a("192.0.2.1"))],
    },
    { kind: "records", names: ["b.test"] },
  ],
  [
    "two aliases of one name are an error of the zone (RFC 2181 §10.1)",
    {
      answers: [record("a.test", cname("b.test")), record("a.test", cname("c.test")), record("b.test", a("192.0.2.1"))],
    },
    { kind: "failure", failure: "malformed" },
  ],
  [
    "MX-4: ten aliases",
    { answers: [...chain(10), record("10.test", a("192.0.2.1"))] },
    { kind: "records", owner: "10.test" },
  ],
  ["MX-4: eleven aliases", { answers: chain(11) }, { kind: "failure", failure: "chain-too-long" }],
  [
    "MX-4: aliases in a circle",
    { answers: [record("a.test", cname("b.test")), record("b.test", cname("a.test"))] },
    { kind: "failure", failure: "chain-too-long", detail: "a CNAME loop at a.test" },
  ],
  [
    "MX-4: aliases in a circle beyond the question",
    {
      answers: [
        record("a.test", cname("b.test")),
        record("b.test", cname("c.test")),
        record("c.test", cname("b.test")),
      ],
    },
    { kind: "failure", failure: "chain-too-long", detail: "a CNAME loop at b.test" },
  ],
  ["MX-4: an answer that ends in an alias", { answers: chain(2) }, { kind: "onward", owner: "2.test" }],
  [
    "MX-4: an alias whose target has no such records, as its zone's SOA says",
    { answers: chain(1), authorities: [record("test", soa(60))] },
    { kind: "nodata", owner: "1.test" },
  ],
  [
    "MX-4: the SOA of another zone says nothing about the target",
    { answers: chain(1), authorities: [record("other.test", soa(60))] },
    { kind: "onward", owner: "1.test" },
  ],
  [
    "RFC 6604: NXDOMAIN speaks of the last name",
    { rcode: 3, answers: chain(2) },
    { kind: "nxdomain", owner: "2.test" },
  ],
  [
    "a name cannot be absent and have records",
    { rcode: 3, answers: [record("a.test", a("192.0.2.1"))] },
    { kind: "failure", failure: "malformed" },
  ],
  ["RFC 2308 §2.2 NODATA with SOA", { authorities: [record("test", soa(60))] }, { kind: "nodata" }],
  [
    "RFC 2308 §2.2 NODATA with SOA and NS",
    { authorities: [record("test", soa(60)), record("test", ns("n.test"))] },
    { kind: "nodata" },
  ],
  ["RFC 2308 §2.2 NODATA with nothing", {}, { kind: "nodata" }],
  [
    "RFC 2308 §2.2 a referral is not NODATA",
    { authorities: [record("test", ns("n.test"))] },
    { kind: "failure", failure: "refused" },
  ],
  [
    "NS from the zone's own server is no referral",
    { authoritative: true, authorities: [record("test", ns("n.test"))] },
    { kind: "nodata" },
  ],
  ["records of another type only", { answers: [record("a.test", mx(1, "b.test"))] }, { kind: "nodata" }],
  [
    "MX-2: SERVFAIL is a failure, whatever comes with it",
    { rcode: 2, answers: [record("a.test", a("192.0.2.1"))] },
    { failure: "servfail" },
  ],
  ["MX-2: REFUSED is a failure", { rcode: 5 }, { failure: "refused" }],
  ["MX-2: FORMERR is a failure", { rcode: 1 }, { failure: "rcode", detail: "FORMERR" }],
  ["MX-2: any other code is a failure", { rcode: 23 }, { failure: "rcode", detail: "RCODE23" }],
];
test.each(readings)("%s", (_, parts, reading) => {
  expect(read(parts)).toMatchObject(reading);
});

test("MX-4: what was passed before counts for loops and for the length", () => {
  const before = Array.from({ length: 9 }, (_, index) => `p${index}.test`);
  expect(read({ answers: chain(1) }, "a.test", before)).toMatchObject({ kind: "onward" });
  expect(read({ answers: chain(2) }, "a.test", before)).toMatchObject({ failure: "chain-too-long" });
  expect(read({ answers: chain(2) }, "a.test", ["2.test"])).toMatchObject({ failure: "chain-too-long" });
});

const extended = (...codes: readonly number[]): Partial<Message> => ({
  rcode: 2,
  edns: {
    udpPayload: 1232,
    version: 0,
    dnssecOk: false,
    options: codes.map((code) => ({ code: 15, data: Uint8Array.of(0, code, ...Buffer.from("\u001b[31m")) })),
  },
});
test.each([6, 7, 8, 9, 10, 11, 12])("MX-2: SERVFAIL with the extended error %d of RFC 8914 is bogus", (code) => {
  expect(read(extended(code))).toMatchObject({ failure: "bogus" });
  expect(read(extended(22, code))).toMatchObject({ failure: "bogus" });
});
test.each([0, 5, 13, 22, 23])("SERVFAIL with the extended error %d does not say bogus", (code) => {
  expect(read(extended(code))).toEqual({
    kind: "failure",
    failure: "servfail",
    detail: `SERVFAIL, extended error ${code}`,
  });
});

const day = limits.dnsTtlMaxSeconds;
const hour = limits.dnsNegativeTtlMaxSeconds;
const ttls: readonly [why: string, parts: Partial<Message>, ttlSeconds: number][] = [
  [
    "the least of the records",
    { answers: [record("a.test", a("192.0.2.1"), 9), record("a.test", a("192.0.2.2"), 7)] },
    7,
  ],
  [
    "the least of the aliases too",
    { answers: [record("a.test", cname("b.test"), 5), record("b.test", a("192.0.2.1"), 7)] },
    5,
  ],
  [
    "records beside the way do not count",
    { answers: [record("a.test", a("192.0.2.1"), 9), record("b.test", a("192.0.2.2"), 1)] },
    9,
  ],
  [
    "records of another type do not count",
    { answers: [record("a.test", a("192.0.2.1"), 9), record("a.test", mx(1, "b.test"), 1)] },
    9,
  ],
  ["at most a day", { answers: [record("a.test", a("192.0.2.1"), day + 1)] }, day],
  ["zero stays zero", { answers: [record("a.test", a("192.0.2.1"), 0)] }, 0],
  ["an absence: the SOA's minimum (RFC 2308 §5)", { authorities: [record("test", soa(60), 300)] }, 60],
  ["an absence: or the SOA's own TTL", { rcode: 3, authorities: [record("test", soa(60), 30)] }, 30],
  ["an absence: at most an hour", { rcode: 3, authorities: [record("test", soa(day), day)] }, hour],
  [
    "an absence behind an alias: the alias's, if less",
    { rcode: 3, answers: [record("a.test", cname("b.test"), 5)], authorities: [record("test", soa(60))] },
    5,
  ],
  ["an absence without SOA: as a failure", { rcode: 3 }, limits.dnsFailureTtlSeconds],
  [
    "an absence with another zone's SOA: as without",
    { rcode: 3, authorities: [record("b.test", soa(60))] },
    limits.dnsFailureTtlSeconds,
  ],
];
test.each(ttls)("seconds to keep: %s", (_, parts, ttlSeconds) => {
  expect(read(parts)).toMatchObject({ ttlSeconds });
});
