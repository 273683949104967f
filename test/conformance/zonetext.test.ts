import { describe, expect, test } from "vitest";
import { canonicalData, keyTagOf } from "./canonical.ts";
import { record, wire } from "./made-replay.cases.ts";
import { nameBytes, readQuestion, readRecord } from "./zonetext.ts";

const context = { origin: ".", ttlSeconds: 3600 };

describe("records in zone text", () => {
  const rows: readonly [line: string, rdata: string, why: string][] = [
    ["a. IN A 192.0.2.1", "c0000201", "an address"],
    ["a. IN AAAA 2001:db8::1", "20010db8000000000000000000000001", "an IPv6 address"],
    ["a. IN AAAA ::ffff:192.0.2.1", "00000000000000000000ffffc0000201", "with an IPv4 address in it"],
    ["a. IN MX 10 b.", "000a016200", "a number and a name"],
    ["a. IN CNAME B.c", "0142016300", "letters as they were written"],
    [String.raw`a. IN CNAME x\.y.\098.`, "03782e79016200", "escapes in names"],
    ['a. IN TXT "a b" c', "03612062 0163", "strings, quoted or not"],
    [String.raw`a. IN TXT "\"\065"`, "022241", "escapes in strings"],
    ["a. IN SOA m. r. 1 2h 3 4 1w", "016d00 017200 00000001 00001c20 00000003 00000004 00093a80", "times with units"],
    ["a. IN DS 2854 DSA 1 46e4 ffc6", "0b260301 46e4ffc6", "a digest with spaces in it"],
    ["a. IN DNSKEY 256 3 5 ( AQPQ 41ch ) ; comment", "01000305 0103d0e35721", "parentheses, a comment"],
    [
      "a. IN RRSIG A RSASHA1 2 3600 20070926134150 1188395310 2854 b. AQID",
      "0001050200000e1046fa619e46d5792e0b26016200010203",
      "times as dates and as numbers",
    ],
    [
      "a. IN NSEC b. A MX RRSIG NSEC TYPE1234",
      `016200 0006400100000003 041b ${"00".repeat(26)} 20`,
      "a bitmap of two blocks",
    ],
    [
      "a. IN NSEC3 1 1 12 aabb 2vptu5timamqttgl4luu9kg21e0aor3s A",
      "0101000c02aabb14 17f3df17b2b2adaef615257de4d2020b80ac6c7c 000140",
      "a salt and a hash",
    ],
    ["a. IN NSEC3PARAM 1 0 0 -", "0100000000", "no salt"],
    ["a. IN TLSA 3 1 1 AB", "030101ab", "hexadecimal in capitals"],
    ['a. IN NAPTR 20 0 "s" "SIP+D2U" "" b.', "00140000 0173 075349502b443255 00 016200", "an empty string"],
    ["a. IN SRV 0 0 5060 b.", "0000000013c4016200", "three numbers and a name"],
    ['a. IN CAA 0 issue "ca.example"', "00 056973737565 63612e6578616d706c65", "a string without a length"],
    [String.raw`a. IN A \# 5 0102030405`, "0102030405", "the generic form, even where it cannot be right"],
    [String.raw`a. IN TYPE65280 \# 2 ab cd`, "abcd", "the generic form of a type that nobody knows"],
    [String.raw`a. IN PX \# 0`, "", "the generic form of nothing"],
  ];
  test.each(rows)("%s is %s: %s", (line, rdata) => {
    expect(Buffer.from(record(line).rdata).toString("hex")).toBe(rdata.replaceAll(" ", ""));
  });

  test.each([
    ["A.b. 60 IN A 192.0.2.1", 60, "TTL and class"],
    ["A.b. IN 60 A 192.0.2.1", 60, "the other way round"],
    ["A.b. A 192.0.2.1", 3600, "neither"],
    ["A.b 1h A 192.0.2.1", 3600, "a TTL with a unit, a name without the last dot"],
  ])("%s has %d seconds to live: %s", (line, ttl) => {
    expect(record(line)).toMatchObject({ owner: "a.b", ttlSeconds: ttl, class: 1, type: 1 });
  });

  const bad: readonly [line: string, code: string, why: string][] = [
    ["a. IN LOC 52 N 4 E 0m", "unknown-type", "a type whose text is not read"],
    ["a. IN FOO 1", "unknown-type", "a type that there is not"],
    ["a. IN NSEC b. A FOO", "unknown-type", "one in a bitmap"],
    ["a. IN A 192.0.2.256", "malformed", "not an address"],
    ["a. IN AAAA 1::2::3", "malformed", "two gaps"],
    ["a. IN AAAA 1:2:3", "malformed", "too short"],
    ["a. IN MX ten b.", "malformed", "not a number"],
    ["a. IN MX 65536 b.", "malformed", "too large"],
    ["a. IN MX 10", "malformed", "too few words"],
    ["a. IN MX 10 b. c.", "malformed", "too many"],
    ["a. IN DS 1 5 1 abc", "malformed", "half an octet"],
    ["a..b. IN A 192.0.2.1", "malformed", "not a name"],
    [String.raw`a. IN A \# 4 0102`, "malformed", "a length that is not so"],
    ["a.", "malformed", "nothing but an owner"],
  ];
  test.each(bad)("%s is %s: %s", (line, code) => {
    expect(readRecord(line, context)).toMatchObject({ ok: false, error: { code } });
  });

  test("names that do not end with a dot end with the origin", () => {
    const read = readRecord("www IN CNAME mail", { origin: "example.com.", ttlSeconds: 1 });
    expect(read).toMatchObject({ ok: true, value: { owner: "www.example.com" } });
    expect(read.ok && Buffer.from(read.value.rdata).toString("latin1")).toBe("\x04mail\x07example\x03com\0");
    expect(readQuestion("@ A", { origin: "example.com.", ttlSeconds: 1 })).toMatchObject({
      value: { name: "example.com", type: 1, class: 1 },
    });
  });
});

describe("what is computed over records", () => {
  test("a key's tag (RFC 4034 appendix B, RFC 4034 §5.4)", () => {
    const key = record(
      "dskey.example.com. 86400 IN DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9Xz fwJr1AYtsmx3TGkJaNXVbfi/ 2pHm822aJ5iI9BMzNXxeYCmZ DRD99WYwYqUSdjMmmAphXdvx egXd/M5+X7OrzKBaMbCVdFLU Uh6DhweJBjEVv5f2wwjM9Xzc nOf+EPbtG9DMBmADjFDc2w/r ljwvFw== )",
    );
    expect(keyTagOf(key.rdata)).toBe(60_485);
  });

  test.each([
    ["a. MX 10 B.C.", "a. MX 10 b.c.", "a name that counts in lower case"],
    ["a. SRV 0 0 1 B.", "a. SRV 0 0 1 b.", "in a type of RFC 4034 §6.2 too"],
    ['a. NAPTR 1 1 "S" "" "" B.', 'a. NAPTR 1 1 "S" "" "" b.', "behind strings, which keep their case"],
    ["a. NSEC B. A", "a. NSEC B. A", "NSEC keeps its next name (RFC 6840 §5.1)"],
    [String.raw`a. MX \# 2 000a`, String.raw`a. MX \# 2 000a`, "data that does not fit is left alone"],
  ])("%s is signed as %s: %s", (line, canonical) => {
    expect(Buffer.from(canonicalData(record(line)))).toEqual(Buffer.from(record(canonical).rdata));
  });

  test("the root is one octet", () => {
    expect(nameBytes(wire("."))).toEqual(Uint8Array.of(0));
  });
});
