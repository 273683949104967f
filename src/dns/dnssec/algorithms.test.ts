import { describe, expect, test } from "vitest";
import { anchorOf, makeKey, signSet, type SigningAlgorithm } from "../../../test/support/signer.ts";
import { goodYear, recursor, SignedZone, wire } from "../../../test/support/signed-zone.ts";
import { manualClock } from "../../../test/support/clock.ts";
import { ok, type DnsStatus } from "../../base/index.ts";
import { a, mx, record } from "../message.cases.ts";
import type { DnskeyData, DsData, ResourceRecord, RrsigData, WireName } from "../wire.ts";
import { standardSuite } from "./algorithms.ts";
import { dsOf, isZoneKey, KeySet, keyTag, matchesDigest, ZoneKey } from "./keys.ts";
import { RecordSets } from "./rrsets.ts";
import { createValidator } from "./validator.ts";
import { checkSet, type Checked } from "./verify.ts";
import { Work } from "./work.ts";

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));
const key = (algorithm: number, publicKey: string): DnskeyData => ({
  type: "DNSKEY",
  flags: 257,
  protocol: 3,
  algorithm,
  publicKey: bytes(publicKey),
});
const clock = manualClock();
const check = (zone: string, keys: readonly DnskeyData[], section: readonly ResourceRecord[], now: number): Checked => {
  const [first] = section;
  const set = new RecordSets(section).get(first?.name ?? wire("."), first?.data.type === "MX" ? 15 : 1);
  if (set === undefined) throw new Error("no such set");
  const keySet = new KeySet(keys.map((data) => record(zone, data)));
  return checkSet(set, wire(zone), keySet, {
    suite: standardSuite,
    nsec3IterationsMax: 100,
    now,
    work: new Work(clock),
  });
};

describe("SEC-2: examples that others signed", () => {
  const p256 = key(13, "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==");
  const ed25519 = key(15, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=");
  const examples: readonly [rfc: string, zone: string, key: DnskeyData, tag: number, digest: string][] = [
    ["RFC 6605 §6.1", "example.net", p256, 55648, "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17"],
    ["RFC 8080 §6.1", "example.com", ed25519, 3613, "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b"],
  ];
  test.each(examples)("%s: the key of %s has its tag and its digest", (_rfc, zone, data, tag, digest) => {
    expect(keyTag(data)).toBe(tag);
    expect(Buffer.from(dsOf(wire(zone), data, 2).digest).toString("hex")).toBe(digest);
  });

  const rrsig = (parts: Omit<RrsigData, "type" | "signature">, signature: string): RrsigData => ({
    type: "RRSIG",
    ...parts,
    signature: bytes(signature),
  });
  const signed: readonly [
    rfc: string,
    zone: string,
    key: DnskeyData,
    section: readonly ResourceRecord[],
    now: number,
  ][] = [
    [
      "RFC 6605 §6.1",
      "example.net",
      p256,
      [
        record("www.example.net", a("192.0.2.1"), 3600),
        record(
          "www.example.net",
          rrsig(
            {
              covered: 1,
              algorithm: 13,
              labels: 3,
              originalTtl: 3600,
              expiration: Date.UTC(2010, 8, 9, 10, 4, 39) / 1000,
              inception: Date.UTC(2010, 7, 12, 10, 4, 39) / 1000,
              keyTag: 55648,
              signer: wire("example.net"),
            },
            "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
          ),
          3600,
        ),
      ],
      Date.UTC(2010, 8, 1) / 1000,
    ],
    [
      "RFC 8080 §6.1",
      "example.com",
      ed25519,
      [
        record("example.com", mx(10, "mail.example.com"), 3600),
        record(
          "example.com",
          rrsig(
            {
              covered: 15,
              algorithm: 15,
              labels: 2,
              originalTtl: 3600,
              expiration: 1440021600,
              inception: 1438207200,
              keyTag: 3613,
              signer: wire("example.com"),
            },
            "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
          ),
          3600,
        ),
      ],
      1439000000,
    ],
  ];
  test.each(signed)("%s: what is signed in %s verifies", (_rfc, zone, data, section, now) => {
    expect(check(zone, [data], section, now)).toMatchObject({ ok: true, algorithm: data.algorithm });
  });
});

const everyAlgorithm: readonly SigningAlgorithm[] = [8, 10, 13, 14, 15, 16];

describe.each(everyAlgorithm)("SEC-2: algorithm %i", (algorithm) => {
  const mine = makeKey(algorithm);
  const now = clock.now() / 1000;
  const set = [record("mx.example.test", a("192.0.2.1")), record("mx.example.test", a("192.0.2.2"))];
  const signature = signSet(set, { zone: wire("example.test"), key: mine, validity: goodYear });

  test("verifies what its key signed, in any order of the records", () => {
    expect(check("example.test", [mine.data], [...set, signature], now)).toMatchObject({ ok: true, keyTag: mine.tag });
    expect(check("example.test", [mine.data], [...set.toReversed(), signature], now)).toMatchObject({ ok: true });
  });

  test("refuses any other data, key and signature, and never throws", () => {
    const { data } = signature;
    if (data.type !== "RRSIG") throw new Error("a signature");
    const [first = set] = [set.slice(1)];
    expect(check("example.test", [mine.data], [...first, signature], now)).toMatchObject({ ok: false });
    for (const spoiled of [
      data.signature.map((octet, at) => (at === 3 ? octet ^ 1 : octet)),
      data.signature.slice(1),
      new Uint8Array([...data.signature, 0]),
      new Uint8Array(),
      new Uint8Array(data.signature.length),
    ]) {
      const bad = { ...signature, data: { ...data, signature: spoiled } };
      expect(check("example.test", [mine.data], [...set, bad], now)).toMatchObject({
        ok: false,
        reason: { code: "signature-invalid", ede: 6 },
      });
    }
  });

  const keys: readonly [publicKey: (good: Uint8Array) => Uint8Array, why: string][] = [
    [() => new Uint8Array(), "nothing"],
    [(good) => good.slice(1), "an octet too few"],
    [(good) => new Uint8Array([...good, 1]), "an octet too many"],
    [(good) => new Uint8Array(good.length), "zeros"],
    [(good) => new Uint8Array(good.length).fill(0xff), "ones"],
  ];
  for (const [change, why] of keys)
    test(`a key of ${why} verifies nothing`, () => {
      const bad = { ...mine.data, publicKey: change(mine.data.publicKey) };
      const { data } = signature;
      if (data.type !== "RRSIG") throw new Error("a signature");
      const zoneKey = new ZoneKey(bad, keyTag(bad));
      expect(zoneKey.verifies(standardSuite, new Uint8Array(8), data.signature)).toBe(false);
      // Nor the second time.
      expect(zoneKey.verifies(standardSuite, new Uint8Array(8), data.signature)).toBe(false);
    });

  test("a chain of it is secure from the anchor on", async () => {
    const zone = new SignedZone("example.test", { records: { mx: [a("192.0.2.1")] }, signing: { algorithm } });
    const honest = recursor([zone]);
    const ask = (name: WireName, type: string) => Promise.resolve(ok(honest(name, type)));
    const validator = createValidator({ ask, clock, anchors: () => zone.anchors() });
    expect(await validator.resolve(wire("mx.example.test"), "A")).toMatchObject({ status: "secure" });
    expect(await validator.resolve(wire("nothing.example.test"), "A")).toMatchObject({
      status: "secure",
      kind: "nxdomain",
    });
  });
});

describe("SEC-2: what is not supported", () => {
  const child = new SignedZone("child.test", { records: { host: [a("192.0.2.1")] }, signing: { algorithm: 13 } });
  const [childKey = makeKey(13)] = child.keys;
  const good = dsOf(wire("child.test"), childKey.data, 2);
  const rows: readonly [ds: readonly DsData[], status: DnsStatus, reason: string, why: string][] = [
    [[good], "secure", "chain-complete", "SHA-256"],
    [[dsOf(wire("child.test"), childKey.data, 4)], "secure", "chain-complete", "SHA-384"],
    [
      [{ ...good, digestType: 1, digest: new Uint8Array(20) }],
      "insecure",
      "unsupported-digest",
      "SHA-1 alone (RFC 9905)",
    ],
    [[{ ...good, digestType: 3 }], "insecure", "unsupported-digest", "GOST alone"],
    [[{ ...good, algorithm: 5 }], "insecure", "unsupported-algorithm", "RSA/SHA-1 alone (RFC 9905)"],
    [[{ ...good, algorithm: 3 }], "insecure", "unsupported-algorithm", "DSA alone"],
    [[{ ...good, algorithm: 253 }], "insecure", "unsupported-algorithm", "a private algorithm alone"],
    [[{ ...good, algorithm: 5 }, good], "secure", "chain-complete", "RSA/SHA-1 beside one that counts"],
    [[{ ...good, digestType: 1 }, good], "secure", "chain-complete", "a digest of SHA-1 beside one that counts"],
    [
      [
        { ...good, digestType: 1 },
        { ...good, digest: new Uint8Array(32) },
      ],
      "bogus",
      "key-mismatch",
      "RFC 4509 §3: SHA-1 does not make good for a wrong SHA-256",
    ],
    [[good, { ...good, digest: new Uint8Array(32) }], "secure", "chain-complete", "one digest that fits suffices"],
    [[{ ...good, keyTag: good.keyTag ^ 1 }], "bogus", "key-mismatch", "the tag of another key"],
  ];
  for (const [ds, status, code, why] of rows)
    test(`${status} (${code}): ${why}`, async () => {
      const parent = new SignedZone("test", { signing: {} });
      parent.delegate(child, false);
      for (const one of ds) parent.add("child", one);
      const honest = recursor([parent, child]);
      const ask = (name: WireName, type: string) => Promise.resolve(ok(honest(name, type)));
      const validator = createValidator({ ask, clock, anchors: () => parent.anchors() });
      const answer = await validator.resolve(wire("host.child.test"), "A");
      expect({ status: answer.status, code: answer.reason.code }).toEqual({ status, code });
    });
});

describe("keys", () => {
  const mine = makeKey(13);
  const flags: readonly [flags: number, protocol: number, is: boolean, why: string][] = [
    [256, 3, true, "a zone key"],
    [257, 3, true, "a secure entry point is one too"],
    [0, 3, false, "without the zone key flag (RFC 4034 §2.1.1)"],
    [1, 3, false, "an entry point that is no zone key"],
    [385, 3, false, "revoked (RFC 5011 §2.1)"],
    [256, 2, false, "another protocol (RFC 4034 §2.1.2)"],
  ];
  test.each(flags)("flags %i, protocol %i: may sign a zone: %s: %s", (flag, protocol, is) => {
    expect(isZoneKey({ ...mine.data, flags: flag, protocol })).toBe(is);
  });

  test("the digest is over the owner's name too", () => {
    const { keyTag: tag, algorithm, digestType, digest } = anchorOf(wire("a.test"), mine);
    const ds = { keyTag: tag, algorithm, digestType, digest };
    expect(matchesDigest(standardSuite, wire("a.test"), mine.data, ds)).toBe(true);
    expect(matchesDigest(standardSuite, wire("b.test"), mine.data, ds)).toBe(false);
    expect(matchesDigest(standardSuite, wire("a.test"), mine.data, { ...ds, digestType: 9 })).toBe(false);
  });

  const exponents: readonly [head: readonly number[], is: boolean, why: string][] = [
    [[3, 1, 0, 1], true, "65537"],
    [[0, 0, 3, 1, 0, 1], true, "its length in two octets (RFC 3110 §2)"],
    [[9, 1, 0, 0, 0, 0, 0, 0, 0, 1], false, "more than 64 bits: it would cost too much"],
    [[0, 0xff, 0xff, 1], false, "longer than the key"],
    [[0], false, "no exponent at all"],
  ];
  test.each(exponents)("an RSA exponent of %o is read: %s: %s", (head, is) => {
    const modulus = makeKey(8).data.publicKey.slice(4);
    const read = (): unknown => standardSuite.algorithms.get(8)?.readKey(Uint8Array.from([...head, ...modulus]));
    expect(read() !== undefined).toBe(is);
  });

  test.each([
    [63, false],
    [64, true],
    [512, true],
    [513, false],
  ])("an RSA modulus of %i octets is read: %s", (octets, is) => {
    const publicKey = Uint8Array.from([3, 1, 0, 1, ...Array.from({ length: octets }, () => 0xd5)]);
    expect(standardSuite.algorithms.get(8)?.readKey(publicKey) !== undefined).toBe(is);
  });
});
