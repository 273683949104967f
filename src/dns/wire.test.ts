import { expect, test } from "vitest";
import { ip } from "../base/index.ts";
import { a, cname, mx, name, ns, record, reply, soa, txt } from "./message.cases.ts";
import { decodeMessage, encodeMessage, typeCode, typeName, type Message } from "./wire.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
const header = (questions: number, answers: number, additionals = 0): string =>
  `1234 8180 000${questions} 000${answers} 0000 000${additionals}`;
/** `a.test`, with nothing before it but the header: it stands at offset 12. */
const question = "0161 0474657374 00 0001 0001";

test("a message goes to bytes and back", () => {
  const message = reply("Example.test", {
    id: 0xbeef,
    authoritative: true,
    authenticData: true,
    checkingDisabled: true,
    rcode: 3,
    answers: [
      record("example.test", cname("other.example.test"), 0),
      record("other.example.test", a("192.0.2.1"), 2 ** 31 - 1),
      record("other.example.test", { type: "AAAA", address: ip("2001:db8::1") }),
      record("other.example.test", { type: "AAAA", address: ip("::ffff:127.0.0.1") }),
      record("other.example.test", mx(0, ".")),
      record("other.example.test", mx(65_535, "a\\.b.test")),
      record("other.example.test", txt("", "x".repeat(255))),
      record("other.example.test", { type: "other", code: 44, rdata: Uint8Array.of(3, 1, 1, 0xab) }),
    ],
    authorities: [record("test", soa(4_294_967_295)), record("test", ns("ns.test"))],
    additionals: [record(".", txt("the root has a name too"))],
    edns: { udpPayload: 1232, version: 0, dnssecOk: true, options: [{ code: 15, data: Uint8Array.of(0, 6) }] },
  });
  expect(decodeMessage(encodeMessage(message))).toEqual({ ok: true, value: message });
});

test("the upper bits of the rcode travel in OPT (RFC 6891 §6.1.3)", () => {
  const edns: Message["edns"] = { udpPayload: 512, version: 0, dnssecOk: false, options: [] };
  expect(decodeMessage(encodeMessage(reply("a.test", { rcode: 0xabc, edns })))).toMatchObject({
    value: { rcode: 0xabc },
  });
});

test("names are written once and pointed to afterwards", () => {
  const answers = Array.from({ length: 50 }, (_, index) => record("mail.example.test", a(`192.0.2.${index}`)));
  expect(encodeMessage(reply("mail.example.test", { answers })).length).toBe(12 + 19 + 4 + 50 * 16);
});

test("names are equal whatever their case (RFC 4343)", () => {
  const decoded = decodeMessage(hex(`${header(1, 0)} 01 41 04 54655374 00 0001 0001`));
  expect(decoded).toMatchObject({ value: { questions: [{ name: "a.test" }] } });
});

test("a label with a dot in it is not two labels", () => {
  const decoded = decodeMessage(hex(`${header(1, 0)} 03 612e62 04 74657374 00 0001 0001`));
  expect(decoded).toMatchObject({ value: { questions: [{ name: "a\\.b.test" }] } });
});

test("records of another class than IN are passed over", () => {
  const decoded = decodeMessage(hex(`${header(1, 1)} ${question} c00c 0001 0003 00000001 0004 c0000201`));
  expect(decoded).toMatchObject({ ok: true, value: { answers: [] } });
});

test("a TTL with the highest bit set is zero (RFC 2181 §8)", () => {
  const decoded = decodeMessage(hex(`${header(1, 1)} ${question} c00c 0001 0001 80000000 0004 c0000201`));
  expect(decoded).toMatchObject({ value: { answers: [{ ttlSeconds: 0, data: { address: "192.0.2.1" } }] } });
});

const malformed: readonly [bytes: string, fault: string, why: string][] = [
  ["", "too early", "nothing at all"],
  ["1234 8180 0001 0000 0000", "too early", "not even a header"],
  [header(1, 0), "too early", "a question that is not there"],
  ["1234 8180 0000 ffff ffff ffff", "too early", "more records than could fit"],
  [`${header(1, 0)} 0161 0474657374`, "too early", "a name without an end"],
  [`${header(1, 0)} 3f61 0474657374 00 0001 0001`, "too early", "a label that is longer than the message"],
  [`${header(1, 0)} c00c 0001 0001`, "backwards", "a pointer to itself"],
  [`${header(1, 0)} c00e c00c 0001 0001`, "backwards", "a pointer forwards"],
  [`${header(1, 0)} 0161 c00c 0001 0001`, "backwards", "a name that ends in itself"],
  [`${header(0, 2)} 00 ff00 0001 00000000 0004 c019 c017 c017 ff00 0001 00000000 0000`, "backwards", "two in a circle"],
  [`${header(1, 0)} c0`, "too early", "half a pointer"],
  [`${header(1, 0)} 4161 00 0001 0001`, "kind of label", "an extended label (RFC 2673)"],
  [`${header(1, 0)} 8161 00 0001 0001`, "kind of label", "a reserved label"],
  [`${header(1, 0)} ${`3f${"61".repeat(63)}`.repeat(4)} 00 0001 0001`, "255", "a name of 257 octets"],
  [`${header(1, 1)} ${question} c00c 0001 0001 00000001 0005 c000020100`, "A record", "five octets of IPv4"],
  [`${header(1, 1)} ${question} c00c 0001 0001 00000001 0003 c00002`, "too early", "three octets of IPv4, at the end"],
  [
    `${header(1, 1)} ${question} c00c 001c 0001 00000001 0004 c0000201 ${"00".repeat(12)}`,
    "AAAA record",
    "four of IPv6",
  ],
  [
    `${header(1, 1)} ${question} c00c 0010 0001 00000001 0002 0541 41414141`,
    "TXT record",
    "a string beyond its record",
  ],
  [`${header(1, 1)} ${question} c00c 0005 0001 00000001 0003 c00c 00`, "CNAME record", "an octet behind the target"],
  [
    `${header(1, 1)} ${question} c00c 0001 0001 00000001 ffff c0000201`,
    "too early",
    "a record longer than the message",
  ],
  [`${header(0, 0, 2)} ${"00 0029 04d0 00000000 0000".repeat(2)}`, "two OPT", "RFC 6891 §6.1.1"],
  [`${header(0, 0, 1)} 0161 00 0029 04d0 00000000 0000`, "OPT record with a name", "RFC 6891 §6.1.2"],
  [`${header(0, 1)} 00 0029 04d0 00000000 0000`, "outside", "OPT among the answers"],
  [`${header(0, 0, 1)} 00 0029 04d0 00000000 0005 000f 0002 00 00`, "OPT", "an option beyond its record"],
];
test.each(malformed)("%s is malformed (%s): %s", (bytes, fault) => {
  const decoded = decodeMessage(hex(bytes));
  expect(decoded.ok ? decoded.value : decoded.error).toContain(fault);
});

test("a name takes at most 127 pointers", () => {
  // Two records: the first, named by the octet at 12, holds pointers each to the one before; the second is named by the last.
  const rdataAt = 12 + 11;
  const chained = (pointers: number): Uint8Array => {
    const all = Array.from({ length: pointers }, (_, index) => 0xc000 | (index === 0 ? 12 : rdataAt + 2 * (index - 1)));
    const words = all.map((word) => word.toString(16));
    const length = ((pointers - 1) * 2).toString(16).padStart(4, "0");
    const first = `00 ff00 0001 00000000 ${length} ${words.slice(0, -1).join("")}`;
    return hex(`${header(0, 2)} ${first} ${words.slice(-1).join("")} ff00 0001 00000000 0000`);
  };
  expect(decodeMessage(chained(127))).toMatchObject({ ok: true });
  expect(decodeMessage(chained(128))).toEqual({ ok: false, error: "too many compression pointers" });
});

test("what is kept of a message does not keep the message", () => {
  const bytes = Buffer.from(encodeMessage(reply("a.test", { answers: [record("a.test", txt("kept"))] })));
  const decoded = decodeMessage(bytes);
  bytes.fill(0);
  expect(decoded).toMatchObject({ value: { answers: [{ data: txt("kept") }] } });
});

const unwritable: readonly [parts: Partial<Message>, why: string][] = [
  [{ answers: [record("a.test", txt("x".repeat(256)))] }, "a string of 256 octets"],
  [{ answers: Array.from({ length: 300 }, () => record("a.test", txt("x".repeat(255)))) }, "more than 65,535 bytes"],
];
test.each(unwritable)("what the format cannot hold is a bug of the caller: %o", (parts) => {
  expect(() => encodeMessage(reply("a.test", parts))).toThrow(RangeError);
});

test("types go by their names, unknown ones as TYPE123 (RFC 3597)", () => {
  expect([1, 28, 52, 65_280].map(typeName)).toEqual(["A", "AAAA", "TLSA", "TYPE65280"]);
  expect(["A", "TLSA", "TYPE65280", "TYPE1"].map(typeCode)).toEqual([1, 52, 65_280, 1]);
  for (const wrong of ["", "a", "TYPE65536", "TYPE", "toString"]) expect(() => typeCode(wrong)).toThrow(TypeError);
  expect(name(".")).toBe(".");
});
