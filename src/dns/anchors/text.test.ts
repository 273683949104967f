import { assert, constantFrom, oneof, property, string, uint8Array, array } from "fast-check";
import { describe, expect, test } from "vitest";
import { makeKey } from "../../../test/support/signer.ts";
import { record } from "../message.cases.ts";
import { recordText } from "../text.ts";
import { anchorLimits } from "./limits.ts";
import { rootAnchors, withRoot } from "./root.ts";
import { anchorFaultCodes, readAnchors, type AnchorFaultCode } from "./text.ts";

/** The root's DNSKEY records as its servers publish them. */
const ksk2017 =
  "257 3 8 AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU=";
const ksk2024 =
  "257 3 8 AwEAAa96jeuknZlaeSrvyAJj6ZHv28hhOKkx3rLGXVaC6rXTsDc449/cidltpkyGwCJNnOAlFNKF2jBosZBU5eeHspaQWOmOElZsjICMQMC3aeHbGiShvZsx4wMYSjH8e7Vrhbu6irwCzVBApESjbUdpWWmEnhathWu1jo+siFUiRAAxm9qyJNg/wOZqqzL/dL/q8PkcRU5oUKEpUge71M3ej2/7CPqpdVwuMoTvoB+ZOT4YeGyxMvHmbrxlFzGOHOijtzN+u1TQNatX2XBuzZNQ1K+s2CXkPIZo7s6JgZyvaBevYtxPvYLw4z9mR7K2vaF18UYH9Z9GNUUeayffKC73PYc=";

test("the built-in digests are those of the root's published keys, 20326 and 38696", () => {
  const read = readAnchors(`. IN DNSKEY ${ksk2017}\n. 172800 IN DNSKEY ${ksk2024}\n`);
  expect(read).toEqual({ ok: true, value: rootAnchors });
  expect(rootAnchors.map(({ keyTag }) => keyTag)).toEqual([20_326, 38_696]);
});

test("an operator's anchors stand beside the root's; for the root itself his own count alone", () => {
  const [own] = rootAnchors;
  if (own === undefined) throw new Error("no root anchor");
  const elsewhere = { ...own, zone: "corp.test" as typeof own.zone };
  expect(withRoot([])).toEqual(rootAnchors);
  expect(withRoot([elsewhere])).toEqual([...rootAnchors, elsewhere]);
  expect(withRoot([elsewhere, own])).toEqual([elsewhere, own]);
});

const sha256 = "2BB183AF5F22588179A53B0A98631FAD1A2921182BB183AF5F22588179A53B0A";
const sha384 = `${sha256}${sha256.slice(0, 32)}`;
const key = makeKey(15);
const keyText = Buffer.from(key.data.publicKey).toString("base64");

describe("lines that are read", () => {
  const cases: readonly (readonly [line: string, zone: string, keyTag: number, why: string])[] = [
    [`example.org. 3600 IN DS 12345 13 2 ${sha256}`, "example.org", 12_345, "as dig prints it"],
    [`example.org IN DS 12345 13 2 ${sha256}`, "example.org", 12_345, "without TTL and final dot"],
    [`example.org. DS 12345 13 2 ${sha256}`, "example.org", 12_345, "without class"],
    [`example.org. IN 3600 DS 12345 13 2 ${sha256}`, "example.org", 12_345, "class before TTL (RFC 1035 §5.1)"],
    [`EXAMPLE.org.\tin\tds\t12345 13 2 ${sha256.toLowerCase()}`, "example.org", 12_345, "case does not matter"],
    [`. IN DS 12345 8 4 ${sha384}`, ".", 12_345, "the root; SHA-384"],
    [`corp. IN DS 1 13 2 ${sha256.slice(0, 40)} ${sha256.slice(40)} ; why`, "corp", 1, "a digest in pieces; a comment"],
    [`corp. IN DNSKEY 257 3 15 ${keyText}`, "corp", key.tag, "a key"],
    [`corp. IN DNSKEY 257 3 15 ${keyText.slice(0, 7)} ${keyText.slice(7)}`, "corp", key.tag, "a key in pieces"],
    [`a\\.b.corp. IN DS 1 13 2 ${sha256}`, "a\\.b.corp", 1, "an escaped name"],
  ];
  test.each(cases)("%s is %s %i: %s", (line, zone, keyTag) => {
    const read = readAnchors(`; a comment\n\n# another\n${line}\r\n`);
    expect(read.ok && read.value.map((anchor) => [anchor.zone, anchor.keyTag])).toEqual([[zone, keyTag]]);
  });
});

describe("lines that are refused, each with its number", () => {
  const cases: readonly (readonly [line: string, code: AnchorFaultCode, why: string])[] = [
    ["$ORIGIN example.org.", "directive", "would change what other lines mean"],
    [`  IN DS 1 13 2 ${sha256}`, "several-lines", "the owner of the line before"],
    [`corp. IN DNSKEY 257 3 15 ( ${keyText}`, "several-lines", "goes on in the next line"],
    [`a..b IN DS 1 13 2 ${sha256}`, "bad-owner", "an empty label"],
    [`ä.example. IN DS 1 13 2 ${sha256}`, "bad-owner", "not in A-labels"],
    ["example.org. IN A 192.0.2.1", "not-an-anchor", "another type"],
    [`example.org. CH DS 1 13 2 ${sha256}`, "not-an-anchor", "another class"],
    ["example.org.", "not-an-anchor", "nothing behind the name"],
    [`example.org. 1 IN 2 DS 1 13 2 ${sha256}`, "bad-record", "too much before the type"],
    [`example.org. IN DS 70000 13 2 ${sha256}`, "bad-record", "no key tag"],
    [`example.org. IN DS x 13 2 ${sha256}`, "bad-record", "not a number"],
    [`example.org. IN DS 1 256 2 ${sha256}`, "bad-record", "no algorithm"],
    ["example.org. IN DS 1 13", "bad-record", "cut off"],
    [`example.org. IN DS 1 5 2 ${sha256}`, "unsupported-algorithm", "SEC-2 SHA-1 signatures"],
    [`example.org. IN DS 1 13 1 ${sha256.slice(0, 40)}`, "unsupported-digest", "SEC-2 a SHA-1 digest"],
    [`example.org. IN DS 1 13 2 ${sha256.slice(2)}`, "bad-digest", "too short"],
    [`example.org. IN DS 1 13 2 ${sha256}00`, "bad-digest", "too long"],
    [`example.org. IN DS 1 13 2 ${sha256.slice(2)}zz`, "bad-digest", "not hexadecimal"],
    ["example.org. IN DS 1 13 2", "bad-digest", "no digest"],
    [`corp. IN DNSKEY 1 3 15 ${keyText}`, "not-a-zone-key", "lacks the zone key flag"],
    [`corp. IN DNSKEY 257 2 15 ${keyText}`, "not-a-zone-key", "another protocol"],
    [`corp. IN DNSKEY 385 3 15 ${keyText}`, "revoked", "RFC 5011 revoked"],
    [`corp. IN DNSKEY 257 3 5 ${keyText}`, "unsupported-algorithm", "SEC-2 SHA-1"],
    [`corp. IN DNSKEY 257 3 15 ${keyText.slice(0, -4)}`, "bad-record", "not an Ed25519 key"],
    ["corp. IN DNSKEY 257 3 13 AAAA", "bad-record", "not a P-256 key"],
    [`corp. IN DNSKEY 257 3 15 ${keyText.slice(0, -1)}!`, "bad-record", "not base64"],
    ["corp. IN DNSKEY 257 3 15", "bad-record", "no key"],
    [`corp. IN DS 1 13 2 ${sha256}${" ".repeat(anchorLimits.anchorLineMaxChars)}`, "line-too-long", "the limit"],
  ];
  test.each(cases)("%s: %s, since: %s", (line, code) => {
    const good = `corp. IN DS 1 13 2 ${sha256}`;
    expect(readAnchors(`${good}\n${line}\n${good}`)).toEqual({ ok: false, error: { line: 2, code } });
  });

  test("and texts that are too long, too many or empty", () => {
    const good = `corp. IN DS 1 13 2 ${sha256}\n`;
    const most = anchorLimits.anchorsMax;
    expect(readAnchors(good.repeat(most)).ok).toBe(true);
    expect(readAnchors(good.repeat(most + 1))).toEqual({ ok: false, error: { line: most + 1, code: "too-many" } });
    const long = `;${"x".repeat(99)}\n`.repeat(anchorLimits.anchorFileMaxBytes / 100);
    expect(readAnchors(long)).toEqual({ ok: false, error: { line: 0, code: "text-too-long" } });
    for (const nothing of ["", "\n\n", "; only a comment", "#"]) {
      expect(readAnchors(nothing)).toEqual({ ok: false, error: { line: 0, code: "none" } });
    }
  });
});

test("what is written of a DS or a key is read back as the same anchor", () => {
  const digests = uint8Array({ minLength: 32, maxLength: 32 });
  assert(
    property(digests, (digest) => {
      const line = recordText(record("a\\.b.corp", { type: "DS", keyTag: 7, algorithm: 13, digestType: 2, digest }));
      const zone = record("a\\.b.corp", { type: "TXT", strings: [] }).name;
      expect(readAnchors(line)).toEqual({
        ok: true,
        value: [{ zone, keyTag: 7, algorithm: 13, digestType: 2, digest }],
      });
    }),
  );
  const read = readAnchors(recordText(record("corp", key.data)));
  expect(read.ok && read.value[0]?.keyTag).toBe(key.tag);
});

test("any text is anchors or a fault with a line that it has", () => {
  const pieces = constantFrom(
    ". ",
    "corp. ",
    "IN ",
    "DS ",
    "DNSKEY ",
    "257 3 15 ",
    keyText,
    "1 13 2 ",
    sha256,
    "\n",
    ";",
    "(",
  );
  assert(
    property(array(oneof(pieces, string()), { maxLength: 30 }), (parts) => {
      const text = parts.join("");
      const read = readAnchors(text);
      if (read.ok) return expect(read.value.length).toBeGreaterThan(0);
      expect(anchorFaultCodes).toContain(read.error.code);
      expect(read.error.line).toBeLessThanOrEqual(text.split("\n").length);
    }),
    { numRuns: 1000 },
  );
});
