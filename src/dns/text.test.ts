import { array, assert, constantFrom, property, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { ip } from "../base/index.ts";
import { a, cname, mx, name, record, soa, txt } from "./message.cases.ts";
import { nameText, rdataText, recordText } from "./text.ts";
import { canonicalRdata, nsecData, parseWireName, typeCode, typeName, writeBitmap, type RecordData } from "./wire.ts";
import { readRdata } from "./rdata.ts";

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const https = (hex: string): RecordData => ({ type: "other", code: 65, rdata: bytes(hex) });

describe("a record's data as zone files have it", () => {
  const cases: readonly (readonly [what: string, data: RecordData, text: string])[] = [
    ["an address", a("192.0.2.1"), "192.0.2.1"],
    ["an IPv6 address", { type: "AAAA", address: ip("2001:db8::1") }, "2001:db8::1"],
    ["names end with a dot", cname("mx.example.org"), "mx.example.org."],
    ["the root is a dot", { type: "NS", target: name(".") }, "."],
    ["null MX", mx(0, "."), "0 ."],
    ["MX", mx(10, "mx.example.org"), "10 mx.example.org."],
    ["SOA", soa(600), "ns.test. hostmaster.test. 1 2 3 4 600"],
    ["strings are quoted one by one", txt("v=STSv1; id=1", 'a "b" \\'), '"v=STSv1; id=1" "a \\"b\\" \\\\"'],
    ["octets that are not printable", { type: "TXT", strings: [bytes("00e4b8ad7f")] }, '"\\000\\228\\184\\173\\127"'],
    ["an empty string", txt(""), '""'],
    ["no string at all is no TXT", { type: "TXT", strings: [] }, "\\# 0"],
    [
      "DS (RFC 4034 §5.4)",
      {
        type: "DS",
        keyTag: 60485,
        algorithm: 5,
        digestType: 1,
        digest: bytes("2bb183af5f22588179a53b0a98631fad1a292118"),
      },
      "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
    ],
    [
      "a DS without a digest",
      { type: "DS", keyTag: 1, algorithm: 8, digestType: 2, digest: bytes("") },
      "\\# 4 00010802",
    ],
    [
      "DNSKEY",
      { type: "DNSKEY", flags: 257, protocol: 3, algorithm: 13, publicKey: bytes("00112233") },
      "257 3 13 ABEiMw==",
    ],
    [
      "RRSIG (RFC 4034 §3.3)",
      {
        type: "RRSIG",
        covered: 1,
        algorithm: 5,
        labels: 3,
        originalTtl: 86_400,
        expiration: Date.UTC(2003, 2, 22, 17, 31, 3) / 1000,
        inception: Date.UTC(2003, 1, 20, 17, 31, 3) / 1000,
        keyTag: 2642,
        signer: name("example.com"),
        signature: bytes("a04a2e"),
      },
      "A 5 3 86400 20030322173103 20030220173103 2642 example.com. oEou",
    ],
    [
      "NSEC (RFC 4034 §4.3)",
      nsecData(name("host.example.com"), [1, 15, 46, 47, 1234]),
      "host.example.com. A MX RRSIG NSEC TYPE1234",
    ],
    [
      "NSEC3 (RFC 5155 appendix A)",
      {
        type: "NSEC3",
        hashAlgorithm: 1,
        flags: 1,
        iterations: 12,
        salt: bytes("aabbccdd"),
        nextHash: bytes("174eb2409fe28bcb4887a1836f957f0a8425e27b"),
        bitmap: writeBitmap([2, 6, 15, 46, 48, 51]),
      },
      "1 1 12 AABBCCDD 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM",
    ],
    [
      "no salt is a hyphen",
      { type: "NSEC3PARAM", hashAlgorithm: 1, flags: 0, iterations: 0, salt: bytes("") },
      "1 0 0 -",
    ],
    [
      "TLSA (RFC 6698 §2.2)",
      { type: "TLSA", usage: 3, selector: 1, matching: 1, association: bytes("d2abde240d7cd3ee") },
      "3 1 1 D2ABDE240D7CD3EE",
    ],
    ["OPENPGPKEY", { type: "OPENPGPKEY", key: bytes("99010d") }, "mQEN"],
    [
      "CAA (RFC 8659 §4)",
      { type: "CAA", flags: 128, tag: "issue", value: new Uint8Array(Buffer.from("ca.example; a=b")) },
      '128 issue "ca.example; a=b"',
    ],
    [
      "a CAA tag that could not be read back",
      { type: "CAA", flags: 0, tag: "a b", value: bytes("78") },
      "\\# 6 000361206278",
    ],
    ["an unknown type (RFC 3597 §5)", { type: "other", code: 12_345, rdata: bytes("0a000001") }, "\\# 4 0A000001"],
    ["a broken one of a known type", { type: "other", code: 1, rdata: bytes("0a0000") }, "\\# 3 0A0000"],
    ["HTTPS, the alias form", https("000003666f6f076578616d706c6503636f6d00"), "0 foo.example.com."],
    ["HTTPS, the root as target", https("000100"), "1 ."],
    [
      "HTTPS with a port (RFC 9460 appendix D.2)",
      https("001003666f6f076578616d706c6503636f6d00000300020035"),
      "16 foo.example.com. port=53",
    ],
    [
      "HTTPS with an unknown key, escaped",
      https("000103666f6f076578616d706c6503636f6d00029b000968656c6c6fd2716f6f"),
      '1 foo.example.com. key667="hello\\210qoo"',
    ],
    [
      "HTTPS with IPv6 hints (appendix D.2)",
      https(
        "000103666f6f076578616d706c6503636f6d000006002020010db800000000000000000000000120010db8000000000000000000530001",
      ),
      "1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1",
    ],
    [
      "HTTPS with mandatory keys, two protocols and an address (appendix D.2)",
      https("001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d313900040004c0000201"),
      '16 foo.example.org. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
    ],
    [
      "HTTPS with a comma and a backslash within a protocol (appendix D.2)",
      https("001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172026832"),
      '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    ],
    [
      "HTTPS with keys out of order",
      https("0001000004000401020304000300020035"),
      "\\# 17 0001000004000401020304000300020035",
    ],
    ["HTTPS that ends too early", https("00010000030002"), "\\# 7 00010000030002"],
  ];
  test.each(cases)("%s", (_, data, text) => expect(rdataText(data)).toBe(text));
});

test("a whole record has owner, TTL, class and type before its data", () => {
  expect(recordText(record("example.org", mx(10, "mx.example.org"), 3600))).toBe(
    "example.org. 3600 IN MX 10 mx.example.org.",
  );
  expect(recordText(record(".", { type: "other", code: 999, rdata: bytes("") }))).toBe(". 300 IN TYPE999 \\# 0");
});

test("names are escaped so that they are read back as they were", () => {
  expect(nameText(name("a\\.b.example"))).toBe("a\\.b.example.");
  const label = uint8Array({ minLength: 1, maxLength: 20 });
  assert(
    property(array(label, { maxLength: 5 }), (labels) => {
      const parsed = parseWireName(
        labels.map((one) => [...one].map((octet) => `\\${String(octet).padStart(3, "0")}`).join("")).join(".") || ".",
      );
      if (!parsed.ok) throw new Error(parsed.error);
      const text = nameText(parsed.value);
      expect(parseWireName(text)).toEqual({ ok: true, value: parsed.value });
      expect(text).toMatch(/^[!-~]+$/);
      expect(text.replace(/\\./g, "")).not.toMatch(/["$();@]/);
    }),
  );
});

test("whatever the bytes are, the text is one line of printable ASCII, and says no less than they do", () => {
  const known = ["DNSKEY", "DS", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "TLSA", "SMIMEA", "OPENPGPKEY", "CAA"];
  const types = constantFrom(...known, "HTTPS", "SVCB", "TYPE4711");
  const texts = new Map<string, string>();
  assert(
    property(types, uint8Array({ maxLength: 60 }), (type, rdata) => {
      const data = readRdata(type, rdata) ?? ({ type: "other", code: typeCode(type), rdata } as const);
      const text = rdataText(data);
      expect(text).toMatch(/^[ -~]+$/);
      expect(text).not.toMatch(/^ | $/);
      // Two different records never look the same; but for NSEC's names, whose case counts, and bitmaps that are too long.
      if (data.type === "NSEC" || data.type === "NSEC3") return;
      const wire = Buffer.from(canonicalRdata(data)).toString("hex").toLowerCase();
      const id = `${typeName(typeCode(type))} ${text}`;
      expect(texts.get(id) ?? wire).toBe(wire);
      texts.set(id, wire);
    }),
    { numRuns: 2000 },
  );
});
