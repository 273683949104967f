import { describe, expect, test } from "vitest";
import { manualClock } from "../../../test/support/clock.ts";
import { makeKey, signSet, type SignOptions } from "../../../test/support/signer.ts";
import { wire } from "../../../test/support/signed-zone.ts";
import { a, record } from "../message.cases.ts";
import type { ResourceRecord } from "../wire.ts";
import { standardSuite } from "./algorithms.ts";
import { KeySet } from "./keys.ts";
import { validatorLimits } from "./limits.ts";
import { RecordSets } from "./rrsets.ts";
import { checkSet, type Checked } from "./verify.ts";
import { Work } from "./work.ts";

const zone = wire("example.test");
const key = makeKey(13);
const keys = new KeySet([record("example.test", key.data)]);
const skew = validatorLimits.signatureSkewSeconds;
const now = 1_800_000_000;
const wide = { inception: now - 1000, expiration: now + 1000 };

function check(section: readonly ResourceRecord[], at = now): Checked {
  const set = new RecordSets(section).get(section[0]?.name ?? zone, 1);
  if (set === undefined) throw new Error("no such set");
  return checkSet(set, zone, keys, {
    suite: standardSuite,
    nsec3IterationsMax: 100,
    now: at,
    work: new Work(manualClock()),
  });
}

function signed(owner: string, options: Partial<SignOptions> = {}, signedAs = owner): readonly ResourceRecord[] {
  const set = [record(owner, a("192.0.2.1"))];
  const under = set.map((one) => ({ ...one, name: wire(signedAs) }));
  const signature = signSet(under, { zone, key, validity: wide, ...options });
  return [...set, { ...signature, name: wire(owner) }];
}

const outcome = (checked: Checked): string => (checked.ok ? "good" : checked.reason.code);

describe("SEC-4: the time of a signature (RFC 4034 §3.1.5, RFC 1982)", () => {
  const year = 365 * 86_400;
  const rows: readonly [inception: number, expiration: number, now: number, outcome: string, why: string][] = [
    [now - 1, now + 1, now, "good", "within"],
    [now, now, now, "good", "at its only second"],
    [now + skew, now + 2000, now, "good", "our clock is a little slow"],
    [now + skew + 1, now + 2000, now, "signature-not-yet-valid", "too slow"],
    [now - 2000, now - skew, now, "good", "our clock is a little fast"],
    [now - 2000, now - skew - 1, now, "signature-expired", "too fast"],
    [now + 10, now - 10, now, "signature-expired", "it ends before it begins"],
    [2 ** 32 - 100, 100, 2 ** 32 - 50, "good", "over the end of the count of seconds, in 2106"],
    [2 ** 32 - 100, 100, 2 ** 32 + 50, "good", "behind it"],
    [2 ** 32 - 2000, 2 ** 32 - 1000, 2 ** 32 + 50, "signature-expired", "over by then"],
    [now - 10 * year, now + 10 * year, now, "good", "for twenty years"],
  ];
  test.each(rows)("from %i to %i, at %i: %s: %s", (inception, expiration, at, expected) => {
    const validity = { inception: inception % 2 ** 32, expiration: expiration % 2 ** 32 };
    expect(outcome(check(signed("mx.example.test", { validity }), at))).toBe(expected);
  });

  test("no answer outlives its signature, nor its original TTL, nor what came", () => {
    const set = signed("mx.example.test", { validity: { inception: now - 10, expiration: now + 120 } });
    expect(check(set)).toMatchObject({ ttlSeconds: 120, expiresAt: (now + 120) * 1000 });
    expect(check(signed("mx.example.test"))).toMatchObject({ ttlSeconds: 300 });
    expect(check(signed("mx.example.test").map((one) => ({ ...one, ttlSeconds: 10_000 })))).toMatchObject({
      ttlSeconds: 300,
    });
    expect(check(signed("mx.example.test").map((one) => ({ ...one, ttlSeconds: 10 })))).toMatchObject({
      ttlSeconds: 10,
    });
    expect(
      check(signed("mx.example.test", { validity: { inception: now - 1000, expiration: now - 10 } })),
    ).toMatchObject({ ok: true, ttlSeconds: 0 });
  });
});

describe("SEC-4: who may have signed what (RFC 4035 §5.3.1)", () => {
  const rows: readonly [section: readonly ResourceRecord[], outcome: string, why: string][] = [
    [signed("mx.example.test"), "good", "the zone, its own name"],
    [signed("example.test"), "good", "the zone's apex"],
    [
      signed("mx.example.test", { parts: { signer: wire("test") } }),
      "signer-wrong",
      "another signer, though with our key",
    ],
    [signed("mx.example.test", { parts: { signer: wire("mx.example.test") } }), "signer-wrong", "a signer below"],
    [signed("mx.other.test"), "signer-wrong", "a name outside of the zone"],
    [signed("mx.example.test", { parts: { labels: 4 } }), "signer-wrong", "more labels than the owner has"],
    [signed("mx.example.test", { parts: { keyTag: key.tag ^ 1 } }), "key-missing", "a key that there is not"],
    [signed("mx.example.test", { parts: { algorithm: 14 } }), "key-missing", "a key of another algorithm"],
    [
      signed("mx.example.test", { parts: { algorithm: 5 } }),
      "unsupported-algorithm",
      "an algorithm that does not count",
    ],
    [signed("mx.example.test", { parts: { covered: 28 } }), "signature-missing", "a signature over another type"],
    [signed("mx.example.test").slice(0, 1), "signature-missing", "none at all"],
    [signed("mx.example.test", {}, "my.example.test"), "signature-invalid", "a signature over another name"],
  ];
  for (const [section, expected, why] of rows) {
    test(`${expected}: ${why}`, () => {
      expect(outcome(check(section))).toBe(expected);
    });
  }

  test("the original TTL is signed", () => {
    const changed = signed("mx.example.test").map((one) =>
      one.data.type === "RRSIG" ? { ...one, data: { ...one.data, originalTtl: 301 } } : one,
    );
    expect(outcome(check(changed))).toBe("signature-invalid");
  });

  test("the most telling fault is told", () => {
    const expired = signed("mx.example.test", { validity: { inception: now - 9000, expiration: now - 8000 } });
    const unknown = signed("mx.example.test", { parts: { algorithm: 5 } });
    expect(outcome(check([...unknown, ...expired.slice(1)]))).toBe("signature-expired");
    expect(outcome(check([...expired, ...unknown.slice(1)]))).toBe("signature-expired");
    expect(outcome(check([...expired, ...signed("mx.example.test").slice(1)]))).toBe("good");
  });
});

describe("SEC-3: wildcards (RFC 4034 §3.1.3, RFC 4035 §5.3.2)", () => {
  test("a name that a wildcard made was signed under the wildcard's name", () => {
    const made = signed("a.b.w.example.test", {}, "*.w.example.test");
    expect(check(made)).toMatchObject({ ok: true, closestEncloser: "w.example.test" });
  });

  test("the wildcard itself is no expansion", () => {
    const own = check(signed("*.w.example.test"));
    expect(own).toMatchObject({ ok: true });
    expect(own).not.toHaveProperty("closestEncloser");
  });

  test("a name is not made by a wildcard of another place", () => {
    expect(outcome(check(signed("a.b.w.example.test", { parts: { labels: 2 } }, "*.w.example.test")))).toBe(
      "signature-invalid",
    );
  });
});
