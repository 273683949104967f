import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { dsDigest, keyTagOf, readSignature, sameBytes, signedBytes } from "./canonical.ts";
import { replacementFor, successors, verifies } from "./keys.ts";
import { entry, range, record, replayText, signingKey } from "./made-replay.cases.ts";
import { readReplay } from "./reader.ts";
import { resign, type Resigned } from "./resign.ts";
import type { RawRecord } from "./zonetext.ts";

function resigned(answers: readonly (readonly RawRecord[])[], anchors: readonly RawRecord[] = []): Resigned {
  const entries = answers.map((answer) => entry({ question: "example. IN ANY", answer }));
  const replay = readReplay(replayText({ ranges: [range("192.0.2.1", entries)], steps: [] }));
  if (!replay.ok) throw new Error(replay.error);
  return resign(replay.value, anchors);
}

function answersOf({ replay }: Resigned): readonly (readonly RawRecord[])[] {
  return replay.ranges.flatMap(({ entries }) => entries.map(({ sections }) => sections.answer));
}

/** Whether the last record of an answer is a signature over the others that holds under the key. */
function holds(answer: readonly RawRecord[] | undefined, key: RawRecord | undefined): boolean {
  const signature = readSignature(answer?.at(-1)?.rdata ?? new Uint8Array());
  if (answer === undefined || key === undefined || signature === undefined) throw new Error("no signature");
  const data = signedBytes(signature, answer.slice(0, -1));
  const [algorithm = 0, bytes] = [key.rdata[3], key.rdata.subarray(4)];
  const named = signature.algorithm === algorithm && signature.keyTag === keyTagOf(key.rdata);
  return named && data !== undefined && verifies(algorithm, bytes, data, signature.signature);
}

const address = [record("www.example. A 192.0.2.80"), record("www.example. A 192.0.2.81")];

describe("a replay that is signed anew", () => {
  test.each([5, 7] as const)("algorithm %d gives way, and what held holds", (algorithm) => {
    const key = signingKey("example.", algorithm);
    const made = resigned([key.signed([key.dnskey]), key.signed(address)], [key.ds(1)]);
    const [keys, addresses] = answersOf(made);
    expect(made.changed).toBe(true);
    expect(keys?.[0]?.rdata[3]).toBe(successors.get(algorithm));
    expect([holds(keys, keys?.[0]), holds(addresses, keys?.[0])]).toEqual([true, true]);
    const [anchor] = made.anchors;
    expect(anchor?.rdata[3]).toBe(2);
    const digest = dsDigest("example" as RawRecord["owner"], keys?.[0]?.rdata ?? new Uint8Array(), 2);
    expect(anchor !== undefined && digest !== undefined && sameBytes(anchor.rdata.subarray(4), digest)).toBe(true);
  });

  test("what did not hold does not, and names its key all the same", () => {
    const key = signingKey("example.", 5);
    const tampered = [record("www.example. A 192.0.2.99"), ...key.signed(address).slice(-1)];
    const [keys, answer] = answersOf(resigned([key.signed([key.dnskey]), tampered]));
    const signature = readSignature(answer?.[1]?.rdata ?? new Uint8Array());
    expect(signature?.keyTag).toBe(keyTagOf(keys?.[0]?.rdata ?? new Uint8Array()));
    expect(holds(answer, keys?.[0])).toBe(false);
  });

  test("times, labels and the original TTL stay: a wildcard's signature holds for what it made", () => {
    const key = signingKey("example.", 5);
    const wildcard = [record("*.example. 60 A 192.0.2.1")];
    const made = key.signed(wildcard).map((one) => ({ ...one, owner: record("any.thing.example. A 192.0.2.1").owner }));
    const [keys, answer] = answersOf(resigned([key.signed([key.dnskey]), made]));
    expect(readSignature(answer?.[1]?.rdata ?? new Uint8Array())).toMatchObject({ labels: 1, originalTtl: 60 });
    expect(holds(answer, keys?.[0])).toBe(true);
  });

  test("a signature that stands elsewhere in the message, or alone in another, is the same one", () => {
    const key = signingKey("example.", 5);
    const [signature] = key.signed(address).slice(-1);
    if (signature === undefined) throw new Error("no signature");
    const parts = [
      entry({ question: "a. A", answer: address, additional: [signature] }),
      entry({ question: "a. RRSIG", answer: [signature] }),
      entry({ question: "a. DNSKEY", answer: [key.dnskey] }),
    ];
    const replay = readReplay(replayText({ ranges: [range("192.0.2.1", parts)], steps: [] }));
    if (!replay.ok) throw new Error(replay.error);
    const [beside, alone, keys] = answersOf(resign(replay.value, []));
    expect(holds(beside, keys?.[0])).toBe(true);
    expect(alone?.[0]?.rdata).toEqual(beside?.at(-1)?.rdata);
  });

  test("a key of today's gives way only where it signed something that changes", () => {
    const [parent, other, child] = [signingKey("example.", 8), signingKey("test.", 8), signingKey("a.example.", 5)];
    const made = resigned([
      parent.signed([parent.dnskey]),
      other.signed([other.dnskey]),
      child.signed([child.dnskey]),
      parent.signed([child.ds(2)]),
    ]);
    const [parents, others, children, delegation] = answersOf(made);
    expect(parents?.[0]?.rdata).not.toEqual(parent.dnskey.rdata);
    expect(others).toEqual(other.signed([other.dnskey]).map((one) => expect.objectContaining({ owner: one.owner })));
    expect(others?.[0]?.rdata).toEqual(Buffer.from(other.dnskey.rdata));
    expect(holds(delegation, parents?.[0])).toBe(true);
    const tag = keyTagOf(children?.[0]?.rdata ?? new Uint8Array());
    expect([...(delegation?.[0]?.rdata.subarray(0, 4) ?? [])]).toEqual([tag >> 8, tag & 0xff, 13, 2]);
  });

  test("a SHA-1 digest beside a better one stays, and does not count", () => {
    const key = signingKey("example.", 8);
    expect(resigned([[key.ds(1), key.ds(2)]]).changed).toBe(false);
    const [[alone] = []] = answersOf(resigned([[key.ds(1)], [key.dnskey]]));
    expect(alone?.rdata[3]).toBe(2);
  });

  test("a digest of no key comes to stand for none", () => {
    const key = signingKey("example.", 5);
    const stranger = signingKey("example.", 5);
    const made = resigned([key.signed([key.dnskey])], [stranger.ds(1)]);
    const digest = dsDigest("example" as RawRecord["owner"], answersOf(made)[0]?.[0]?.rdata ?? new Uint8Array(), 2);
    expect(made.anchors[0]?.rdata.subarray(4)).not.toEqual(digest);
    expect(made.anchors[0]?.rdata.length).toBe(4 + 32);
  });

  test("a replay of today's keys stays as it is", () => {
    const key = signingKey("example.", 8);
    expect(resigned([key.signed([key.dnskey]), key.signed(address)], [key.ds(2)]).changed).toBe(false);
  });
});

describe("keys", () => {
  test.each([3, 5, 6, 7, 8, 13])(
    "what takes the place of algorithm %d signs, and is the same each time",
    (algorithm) => {
      const old = Uint8Array.of(1, 2, 3);
      const [one, two] = [replacementFor(algorithm, old), replacementFor(algorithm, old)];
      expect(two.publicKey).toEqual(one.publicKey);
      expect(verifies(one.algorithm, one.publicKey, old, two.sign(old))).toBe(true);
      expect(verifies(one.algorithm, one.publicKey, Uint8Array.of(9), two.sign(old))).toBe(false);
      expect(replacementFor(algorithm, Uint8Array.of(4)).publicKey).not.toEqual(one.publicKey);
    },
  );

  test("DSA of RFC 2536 verifies, its signature written either way", () => {
    const { publicKey, data, raw, der } = dsa();
    expect(verifies(3, publicKey, data, raw)).toBe(true);
    expect(verifies(6, publicKey, data, der)).toBe(true);
    expect(verifies(3, publicKey, Uint8Array.of(0), raw)).toBe(false);
  });

  test("garbage is no key and no signature, and nothing is thrown", () => {
    for (const algorithm of [0, 1, 3, 5, 8, 12, 13, 14, 15, 16, 253])
      expect(verifies(algorithm, Uint8Array.of(1, 2, 3), Uint8Array.of(), Uint8Array.of())).toBe(false);
  });
});

/** A DSA key of 1024 bits in the form of RFC 2536, and signatures by it. */
function dsa(): { publicKey: Uint8Array; data: Uint8Array; raw: Uint8Array; der: Uint8Array } {
  const pair = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 });
  const spki = pair.publicKey.export({ format: "der", type: "spki" });
  // SEQUENCE { SEQUENCE { oid, SEQUENCE { p, q, g } }, BIT STRING { y } }: the integers, in this order.
  const [p, q, g, y] = integersIn(spki);
  if (p === undefined || q === undefined || g === undefined || y === undefined) throw new Error("no DSA key");
  const sized = (bytes: Uint8Array, size: number): Uint8Array =>
    Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
  const publicKey = Buffer.concat([Buffer.of(8), sized(q, 20), ...[p, g, y].map((part) => sized(part, 128))]);
  const data = Buffer.from("data");
  const signed = sign("sha1", data, { key: pair.privateKey, dsaEncoding: "ieee-p1363" });
  const der = sign("sha1", data, { key: pair.privateKey, dsaEncoding: "der" });
  return { publicKey, data, raw: Buffer.concat([Buffer.of(8), signed]), der };
}

function integersIn(der: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < der.length;) {
    const tag = der[at];
    const long = (der[at + 1] ?? 0) & 0x80 ? (der[at + 1] ?? 0) & 0x7f : 0;
    const length = long === 0 ? (der[at + 1] ?? 0) : Buffer.from(der).readUIntBE(at + 2, long);
    const from = at + 2 + long;
    if (tag === 0x02) found.push(der.subarray(der[from] === 0 ? from + 1 : from, from + length));
    at = tag === 0x30 ? from : tag === 0x03 ? from + 1 : from + length;
  }
  return found;
}
