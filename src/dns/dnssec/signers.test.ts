import { describe, expect, test } from "vitest";
import { keyOf, makeKey, signSet, type SigningKey } from "../../../test/support/signer.ts";
import { name, reply } from "../message.cases.ts";
import type { Message, ResourceRecord } from "../message.ts";
import { validatorLimits } from "./limits.ts";
import { isStoodFor, secondsOff, selfSigners, unrevoked } from "./signers.ts";
import { dsOf, keyTag } from "./keys.ts";

const zone = name("signed.test");
const validity = { inception: 1_000_000, expiration: 2_000_000 };
const key = makeKey(15);

function setOf(...keys: readonly SigningKey[]): readonly ResourceRecord[] {
  return keys.map(({ data }) => ({ name: zone, ttlSeconds: 60, data }));
}

function message(set: readonly ResourceRecord[], ...signatures: readonly ResourceRecord[]): Message {
  return reply("signed.test", { answers: [...set, ...signatures] });
}

/** How many signatures each key is seen to have made. */
function counts(answer: Message): readonly number[] {
  return selfSigners(answer, zone).map(({ signatures }) => signatures.length);
}

const broken = (record: ResourceRecord): ResourceRecord =>
  record.data.type === "RRSIG"
    ? { ...record, data: { ...record.data, signature: record.data.signature.map((octet) => octet ^ 1) } }
    : record;

/** Keys with the very tag of `like`: the same words in another order (RFC 4034 appendix B). */
function colliding(like: SigningKey, count: number): readonly SigningKey[] {
  const words = Array.from({ length: like.data.publicKey.length / 2 }, (_, at) =>
    like.data.publicKey.slice(2 * at, 2 * at + 2),
  );
  return Array.from({ length: count }, (_, turn) => {
    const turned = [...words.slice(turn + 1), ...words.slice(0, turn + 1)];
    return keyOf({ ...like.data, publicKey: new Uint8Array(Buffer.concat(turned)) }, like.secret);
  });
}

describe("which key made which signature", () => {
  const second = makeKey(15);
  const both = setOf(key, second);
  const by = (one: SigningKey, set = both): ResourceRecord => signSet(set, { zone, key: one, validity });
  const revoked = keyOf({ ...key.data, flags: key.data.flags | 0x80 }, key.secret);
  const cases: readonly (readonly [what: string, answer: Message, made: readonly number[]])[] = [
    ["one of two", message(both, by(second)), [0, 1]],
    ["both", message(both, by(key), by(second)), [1, 1]],
    ["one whose bytes were changed", message(both, broken(by(key))), [0, 0]],
    ["one over another set", message(both, by(key, setOf(key))), [0, 0]],
    ["one in another zone's name", message(both, signSet(both, { zone: name("test"), key, validity })), [0, 0]],
    [
      "one that names the other key",
      message(both, signSet(both, { zone, key, validity, parts: { keyTag: second.tag } })),
      [0, 0],
    ],
    ["a revoked key's own", message(setOf(revoked), by(revoked, setOf(revoked))), [1]],
    ["none", message(both), [0, 0]],
    ["no keys of this zone", reply("other.test", {}), []],
  ];
  test.each(cases)("%s", (_, answer, made) => expect(counts(answer)).toEqual(made));

  test("it is found among many keys", () => {
    const many = [...Array.from({ length: 9 }, () => makeKey(15)), key];
    expect(counts(message(setOf(...many), by(key, setOf(...many)))).at(-1)).toBe(1);
  });

  test("keys that cannot sign a zone are left out", () => {
    const odd = [keyOf({ ...key.data, flags: 1 }, key.secret), keyOf({ ...key.data, protocol: 2 }, key.secret)];
    expect(selfSigners(message(setOf(...odd, key)), zone)).toHaveLength(1);
  });
});

describe("KeyTrap (CVE-2023-50387) ends here as everywhere", () => {
  test("signatures beyond the limit are not looked at", () => {
    const set = setOf(key);
    const good = signSet(set, { zone, key, validity });
    const bad = Array.from({ length: validatorLimits.signaturesPerSetMax }, () => broken(good));
    expect(counts(message(set, ...bad.slice(1), good))).toEqual([1]);
    expect(counts(message(set, ...bad, good))).toEqual([0]);
  });

  test("nor are further ones after so many that failed", () => {
    const twins = colliding(key, validatorLimits.keysPerSignatureMax - 1);
    expect(new Set([key, ...twins].map(({ data }) => keyTag(data))).size).toBe(1);
    const set = setOf(...twins, key);
    const good = signSet(set, { zone, key, validity });
    const wasted = validatorLimits.failedVerificationsMax / validatorLimits.keysPerSignatureMax;
    const bad = Array.from({ length: wasted }, () => broken(good));
    expect(counts(message(set, ...bad.slice(1), good)).at(-1)).toBe(1);
    expect(counts(message(set, ...bad, good)).at(-1)).toBe(0);
  });

  test("nor keys beyond the limit", () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      keyOf({ ...key.data, publicKey: Uint8Array.of(index, ...key.data.publicKey.slice(1)) }, key.secret),
    );
    expect(selfSigners(message(setOf(...many)), zone)).toHaveLength(32);
  });
});

describe("where a signature stands in time", () => {
  const signature = { inception: 1000, expiration: 2000, originalTtlSeconds: 60 };
  const skew = validatorLimits.signatureSkewSeconds;
  const cases: readonly (readonly [now: number, off: number, why: string])[] = [
    [1500, 0, "within its time"],
    [1000 - skew, 0, "the tolerance before it"],
    [999 - skew, 1, "a second too early"],
    [2000 + skew, 0, "the tolerance behind it"],
    [2001 + skew, -1, "a second too late"],
  ];
  test.each(cases)("at %i it is off by %i: %s", (now, off) =>
    expect(Math.abs(secondsOff(signature, now) - off)).toBe(0),
  );

  test("also where seconds begin at zero again (RFC 4034 §3.1.5)", () => {
    const turning = { inception: 2 ** 32 - 1000, expiration: 1000, originalTtlSeconds: 60 };
    expect(secondsOff(turning, 2 ** 32)).toBe(0);
    expect(secondsOff(turning, 2 ** 32 + 1000 + skew + 5)).toBe(-5);
  });
});

test("a digest stands for a key as it was before it was revoked", () => {
  const revoked = { ...key.data, flags: key.data.flags | 0x80 };
  const digest = dsOf(zone, key.data, 2);
  expect(isStoodFor(zone, key.data, [digest])).toBe(true);
  expect(isStoodFor(zone, revoked, [digest])).toBe(false);
  expect(isStoodFor(zone, unrevoked(revoked), [digest])).toBe(true);
  expect(isStoodFor(name("other.test"), key.data, [digest])).toBe(false);
});
