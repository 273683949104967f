import * as packet from "dns-packet";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { a, name, record, reply } from "./message.cases.ts";
import { labelText } from "./name.ts";
import { readRdata } from "./rdata.ts";
import {
  canonicalRdata,
  decodeMessage,
  encodeMessage,
  hasType,
  nameOctets,
  nsecData,
  typesOf,
  writeBitmap,
  type RecordData,
  type WireName,
} from "./wire.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));

const u8 = fc.nat(255);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const octets = (maxLength: number, minLength = 0): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength, maxLength });
const wireName: fc.Arbitrary<WireName> = fc
  .array(fc.array(u8, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 })
  .map((labels) => name(labels.map((one) => labelText(Uint8Array.from(one), 0, one.length)).join(".")));
const types = fc.uniqueArray(u16, { maxLength: 12 });
const bitmap = types.map(writeBitmap);

const data: fc.Arbitrary<RecordData> = fc.oneof(
  fc.record({ type: fc.constantFrom("PTR" as const, "DNAME" as const), target: wireName }),
  fc.record({ type: fc.constant("DS" as const), keyTag: u16, algorithm: u8, digestType: u8, digest: octets(48) }),
  fc.record({ type: fc.constant("DNSKEY" as const), flags: u16, protocol: u8, algorithm: u8, publicKey: octets(80) }),
  fc.record({
    type: fc.constant("RRSIG" as const),
    covered: u16,
    algorithm: u8,
    labels: u8,
    originalTtl: u32,
    expiration: u32,
    inception: u32,
    keyTag: u16,
    signer: wireName,
    signature: octets(80),
  }),
  fc.tuple(wireName, types).map(([next, all]) => nsecData(next, all)),
  fc.record({
    type: fc.constant("NSEC3" as const),
    hashAlgorithm: u8,
    flags: u8,
    iterations: u16,
    salt: octets(20),
    nextHash: octets(20, 1),
    bitmap,
  }),
  fc.record({
    type: fc.constant("NSEC3PARAM" as const),
    hashAlgorithm: u8,
    flags: u8,
    iterations: u16,
    salt: octets(20),
  }),
  fc.record({
    type: fc.constantFrom("TLSA" as const, "SMIMEA" as const),
    usage: u8,
    selector: u8,
    matching: u8,
    association: octets(64),
  }),
  fc.record({ type: fc.constant("OPENPGPKEY" as const), key: octets(64) }),
  fc.record({
    type: fc.constant("CAA" as const),
    flags: u8,
    tag: fc.stringMatching(/^[a-z0-9]{1,12}$/),
    value: octets(40),
  }),
);

test("what is written of the types of DNSSEC and DANE is what is read", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: wireName, ttlSeconds: fc.nat(9999), data }), { maxLength: 4 }),
      (answers) => {
        const message = reply("a.test", { answers });
        expect(decodeMessage(encodeMessage(message))).toEqual({ ok: true, value: message });
      },
    ),
    { numRuns: 1500 },
  );
});

test("SEC: whatever the data of a record is, it is read as its type or passed on as it came", () => {
  const kinds = ["DS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "TLSA", "SMIMEA", "OPENPGPKEY", "CAA"];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), octets(60), (type, rdata) => {
      const read = readRdata(type, rdata);
      if (read !== undefined) expect(Buffer.from(canonicalRdata(read)).toString("hex").length).toBe(rdata.length * 2);
    }),
    { numRuns: 5000 },
  );
});

describe("data that is not its type's", () => {
  const rows: readonly [type: string, rdata: string, why: string][] = [
    ["DS", "0001 0d", "too short"],
    ["DNSKEY", "0100 03", "too short"],
    ["RRSIG", `0001 0d 02 00000e10 ${"00".repeat(10)}`, "no signer"],
    ["RRSIG", `0001 0d 02 00000e10 ${"00".repeat(10)} c00c`, "a signer that is compressed (RFC 4034 §3.1.7)"],
    ["RRSIG", `0001 0d 02 00000e10 ${"00".repeat(10)} 0361`, "a signer that does not end"],
    ["NSEC", "0161", "a next name that does not end"],
    ["NSEC", "0161 00 00", "half a window of types"],
    ["NSEC", "0161 00 0000", "an empty window (RFC 4034 §4.1.2)"],
    ["NSEC", `0161 00 0021 ${"00".repeat(33)}`, "a window of 33 octets"],
    ["NSEC", "0161 00 0002 40", "a window beyond the data"],
    ["NSEC", "0161 00 000140 000140", "a window twice"],
    ["NSEC", "0161 00 010140 000140", "windows in the wrong order"],
    ["NSEC3", "01 00 0001 00 00", "no hash at all"],
    ["NSEC3", "01 00 0001 05 aa", "a salt beyond the data"],
    ["NSEC3", "01 00 0001 00 14 aa", "a hash beyond the data"],
    ["NSEC3PARAM", "01 00 0001 00 00", "an octet too many"],
    ["TLSA", "03 01", "too short"],
    ["CAA", "00 05 6973", "a tag beyond the data"],
  ];
  test.each(rows)("%s %s is passed on as bytes: %s", (type, rdata) => {
    expect(readRdata(type, hex(rdata))).toBeUndefined();
    const message = reply("a.test", {
      answers: [record("a.test", { type: "other", code: 65_280, rdata: hex(rdata) })],
    });
    expect(decodeMessage(encodeMessage(message))).toMatchObject({ ok: true });
  });
});

describe("type bitmaps (RFC 4034 §4.1.2)", () => {
  test("the example of the RFC", () => {
    const all = [1, 15, 46, 47, 1234];
    const expected = `0006 400100000003 041b ${"00".repeat(26)}20`;
    expect(Buffer.from(writeBitmap(all)).toString("hex")).toBe(expected.replaceAll(" ", ""));
  });

  test("any set of types comes back, and no other type", () => {
    fc.assert(
      fc.property(types, u16, (all, other) => {
        const written = writeBitmap(all);
        expect(typesOf(written)).toEqual(all.toSorted((x, y) => x - y));
        expect(all.every((type) => hasType(written, type))).toBe(true);
        expect(hasType(written, other)).toBe(all.includes(other));
      }),
    );
  });
});

describe("the form that is signed (RFC 4034 §6.2, RFC 6840 §5.1)", () => {
  const header = "1234 8180 0001 0001 0000 0000 0141 0454655374 00 00ff 0001";
  const message = (type: number, rdata: string): Uint8Array => {
    const bytes = hex(rdata);
    const fixed = hex(
      `c00c ${type.toString(16).padStart(4, "0")} 0001 00000e10 ${bytes.length.toString(16).padStart(4, "0")}`,
    );
    return Uint8Array.of(...hex(header), ...fixed, ...bytes);
  };
  // `A.TeSt` stands at offset 12, `TeSt` at 14.
  const rows: readonly [type: number, rdata: string, canonical: string, why: string][] = [
    [2, "c00c", "0161 0474657374 00", "NS: expanded, in lower case"],
    [5, "0142 c00e", "0162 0474657374 00", "CNAME: a label and a pointer"],
    [6, `c00e c00c ${"00".repeat(20)}`, `0474657374 00 0161 0474657374 00 ${"00".repeat(20)}`, "SOA: both names"],
    [12, "c00c", "0161 0474657374 00", "PTR"],
    [15, "000a c00c", "000a 0161 0474657374 00", "MX: behind the preference"],
    [17, "c00c c00e", "0161 0474657374 00 0474657374 00", "RP: both names"],
    [18, "0001 c00c", "0001 0161 0474657374 00", "AFSDB"],
    [26, "0001 c00c 0141 00", "0001 0161 0474657374 00 0161 00", "PX: both names"],
    [33, "0001 0002 0019 c00c", "0001 0002 0019 0161 0474657374 00", "SRV: though it should not be compressed"],
    [
      35,
      "0001 0002 0153 0141 00 c00c",
      "0001 0002 0153 0141 00 0161 0474657374 00",
      "NAPTR: the strings keep their case",
    ],
    [39, "c00c", "0161 0474657374 00", "DNAME"],
    [16, "0141", "0141", "TXT keeps its case"],
    [13, "0141 0142", "0141 0142", "HINFO keeps its case (RFC 6840 §5.1)"],
    [47, "0141 00 000140", "0141 00 000140", "NSEC keeps the case of its next name (RFC 6840 §5.1)"],
    [
      46,
      `0001 0d 02 00000e10 ${"00".repeat(10)} 0141 00 ff`,
      `0001 0d 02 00000e10 ${"00".repeat(10)} 0161 00 ff`,
      "RRSIG: its signer in lower case",
    ],
    [65_280, "c00c", "c00c", "an unknown type is what it is (RFC 3597 §4)"],
    [26, "0001", "0001", "PX that is too short is what it is"],
    [33, "0001 0002 0019 0161", "0001 0002 0019 0161", "SRV without the end of its name, too"],
  ];
  test.each(rows)("type %i, %s is signed as %s: %s", (type, rdata, canonical) => {
    const decoded = decodeMessage(message(type, rdata));
    const [first] = decoded.ok ? decoded.value.answers : [];
    expect(first && Buffer.from(canonicalRdata(first.data)).toString("hex")).toBe(canonical.replaceAll(" ", ""));
  });

  test("a name is its labels with their lengths, in lower case, whatever octets they have", () => {
    fc.assert(
      fc.property(wireName, (one) => {
        const encoded = encodeMessage(
          reply("x.test", { answers: [{ name: one, ttlSeconds: 0, data: a("192.0.2.1") }] }),
        );
        const octetsOfName = nameOctets(one);
        const at = 12 + nameOctets(name("x.test")).length + 4;
        // Compression can only shorten what ends in `x.test`.
        if (!one.endsWith("test"))
          expect(Buffer.compare(encoded.slice(at, at + octetsOfName.length), octetsOfName)).toBe(0);
      }),
    );
    expect(nameOctets(name("."))).toEqual(Uint8Array.of(0));
    expect(Buffer.from(nameOctets(name("Ab.c"))).toString("hex")).toBe("026162016300");
  });
});

test("the codec agrees with dns-packet about the types that it knows", () => {
  const host = fc
    .array(fc.stringMatching(/^[a-z0-9]{1,10}$/), { minLength: 1, maxLength: 4 })
    .map((all) => all.join("."));
  const buffer = (max: number): fc.Arbitrary<Buffer> => octets(max, 1).map((bytes) => Buffer.from(bytes));
  const rows = fc.oneof(
    fc.record({
      type: fc.constant("DS"),
      data: fc.record({ keyTag: u16, algorithm: u8, digestType: u8, digest: buffer(32) }),
    }),
    fc.record({ type: fc.constant("DNAME"), data: host }),
    fc.record({ type: fc.constant("PTR"), data: host }),
    fc.record({ type: fc.constant("DNSKEY"), data: fc.record({ flags: u16, algorithm: u8, key: buffer(64) }) }),
    fc.record({
      type: fc.constant("NSEC"),
      data: fc.record({ nextDomain: host, rrtypes: fc.constant(["A", "MX", "RRSIG", "CAA"]) }),
    }),
    fc.record({
      type: fc.constant("NSEC3"),
      data: fc.record({
        algorithm: u8,
        flags: u8,
        iterations: u16,
        salt: buffer(8),
        nextDomain: buffer(20),
        rrtypes: fc.constant(["A", "CAA"]),
      }),
    }),
    fc.record({
      type: fc.constant("TLSA"),
      data: fc.record({ usage: u8, selector: u8, matchingType: u8, certificate: buffer(32) }),
    }),
    fc.record({
      type: fc.constant("RRSIG"),
      data: fc.record({
        typeCovered: fc.constantFrom("A", "MX"),
        algorithm: u8,
        labels: u8,
        originalTTL: u32,
        expiration: u32,
        inception: u32,
        keyTag: u16,
        signersName: host,
        signature: buffer(64),
      }),
    }),
  );
  fc.assert(
    fc.property(rows, (row) => {
      const theirs = packet.encode({ type: "response", id: 1, answers: [{ name: "a.test", ttl: 1, ...row }] });
      const read = decodeMessage(theirs);
      if (!read.ok) throw new Error(read.error);
      expect(read.value.answers[0]?.data.type).toBe(row.type);
      expect(packet.decode(encodeMessage(read.value)).answers).toEqual(packet.decode(theirs).answers);
    }),
    { numRuns: 600 },
  );
});
