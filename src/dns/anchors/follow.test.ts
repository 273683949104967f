import { describe, expect, test } from "vitest";
import { dsOf } from "../dnssec/keys.ts";
import { anchorsOf, follow, type Followed, type FollowedKey } from "./follow.ts";
import { anchorLimits } from "./limits.ts";
import { anchorFor, dayMs, keys, seen, startAt, zone, type KeyName, type Published } from "./zone.cases.ts";

/** One look: the day, what the zone shows, and how the keys stand afterwards. */
type Step = readonly [day: number, set: Published, states: string];

const by = (signedBy: string, ...shown: readonly string[]): Published => ({
  keys: shown,
  signedBy: signedBy.split(" ").filter((one) => one !== ""),
});

const stories: readonly (readonly [what: string, steps: readonly Step[]])[] = [
  [
    "a new key is believed after thirty days, and not on the day before",
    [
      [0, by("a", "a"), "a valid"],
      [1, by("a", "a", "b"), "a valid, b add-pend"],
      [30.9, by("a", "a", "b"), "a valid, b add-pend"],
      [31, by("a", "a", "b"), "a valid, b valid"],
      [32, by("b", "a", "b"), "a valid, b valid"],
    ],
  ],
  [
    "the thirty days end only when the key is seen after them",
    [
      [0, by("a", "a", "b"), "a valid, b add-pend"],
      [60, by("a", "a"), "a valid"],
      [61, by("a", "a", "b"), "a valid, b add-pend"],
      [90, by("a", "a", "b"), "a valid, b add-pend"],
    ],
  ],
  [
    "a new key that vanishes within its thirty days begins anew",
    [
      [0, by("a", "a", "b"), "a valid, b add-pend"],
      [20, by("a", "a"), "a valid"],
      [21, by("a", "a", "b"), "a valid, b add-pend"],
      [45, by("a", "a", "b"), "a valid, b add-pend"],
      [51, by("a", "a", "b"), "a valid, b valid"],
    ],
  ],
  [
    "a set that nobody who is believed signed changes nothing",
    [
      [0, by("a", "a"), "a valid"],
      [1, by("b", "a", "b"), "a valid"],
      [2, by("b", "b"), "a valid"],
      [3, by("", "a", "b"), "a valid"],
    ],
  ],
  [
    "nor does it end a new key's thirty days, or let it vanish",
    [
      [0, by("a", "a", "b"), "a valid, b add-pend"],
      [31, by("b", "a", "b"), "a valid, b add-pend"],
      [32, by("b", "a"), "a valid, b add-pend"],
    ],
  ],
  [
    "a key that is not in the set is missing, and still believed",
    [
      [0, by("a", "a", "b"), "a valid, b add-pend"],
      [30, by("a", "a", "b"), "a valid, b valid"],
      [40, by("b", "b"), "a missing, b valid"],
      [500, by("b", "b", "zsk"), "a missing, b valid"],
      [501, by("a", "a", "b"), "a valid, b valid"],
    ],
  ],
  [
    "a key is revoked by its own hand, at once and for ever",
    [
      [0, by("a", "a", "b"), "a valid, b add-pend"],
      [30, by("a", "a", "b"), "a valid, b valid"],
      [40, by("b !a", "!a", "b"), "a revoked, b valid"],
      [41, by("a b", "a", "b"), "a revoked, b valid"],
      [70, by("b", "b"), "a removed, b valid"],
      [71, by("a b", "a", "b"), "a removed, b valid"],
    ],
  ],
  [
    "nobody else can revoke it",
    [
      [0, by("a", "a", "b"), "a valid, b add-pend"],
      [30, by("a", "a", "b"), "a valid, b valid"],
      [40, by("b", "!a", "b"), "a missing, b valid"],
      [41, by("b", "a", "b"), "a valid, b valid"],
    ],
  ],
  [
    "a revocation needs no other key's word",
    [
      [0, by("a", "a"), "a valid"],
      [1, by("!a", "!a", "b"), "a revoked"],
    ],
  ],
  ["a built-in key that is met as it is revoked is remembered as that", [[0, by("!a", "!a"), "a revoked"]]],
  ["a stranger that is revoked is not remembered", [[0, by("a !b", "a", "!b"), "a valid"]]],
  [
    "a new key that is revoked within its thirty days is forgotten",
    [
      [0, by("a", "a", "b"), "a valid, b add-pend"],
      [1, by("a !b", "a", "!b"), "a valid"],
    ],
  ],
  [
    "a missing key can be revoked",
    [
      [0, by("a", "a", "b"), "a valid, b add-pend"],
      [30, by("a", "a", "b"), "a valid, b valid"],
      [40, by("b", "b"), "a missing, b valid"],
      [41, by("b !a", "b", "!a"), "a revoked, b valid"],
    ],
  ],
  [
    "a revoked key proves no set",
    [
      [0, by("a", "a"), "a valid"],
      [1, by("!a", "!a"), "a revoked"],
      [2, by("a", "a", "b"), "a revoked"],
    ],
  ],
  ["keys that are no entry points are not followed", [[0, by("a", "a", "zsk"), "a valid"]]],
  [
    "a signature that is over proves nothing",
    [
      [0, { ...by("a", "a", "b"), expirationDay: -1 }, ""],
      [0, { ...by("a", "a", "b"), inceptionDay: 1 }, ""],
      [1, by("a", "a", "b"), "a valid, b add-pend"],
      [40, { ...by("a", "a", "b"), expirationDay: 39 }, "a valid, b add-pend"],
    ],
  ],
  [
    "a long TTL makes the wait longer",
    [
      [0, { ...by("a", "a", "b"), ttlSeconds: 45 * 86_400 }, "a valid, b add-pend"],
      [44, by("a", "a", "b"), "a valid, b add-pend"],
      [45, by("a", "a", "b"), "a valid, b valid"],
    ],
  ],
  [
    "a key written down by a clock that was ahead waits its thirty days from now on",
    [
      [4000, { ...by("a", "a", "b"), expirationDay: 5000 }, "a valid, b add-pend"],
      [0, by("a", "a", "b"), "a valid, b add-pend"],
      [29, by("a", "a", "b"), "a valid, b add-pend"],
      [30, by("a", "a", "b"), "a valid, b valid"],
    ],
  ],
];

describe("RFC 5011 keys followed through the years", () => {
  test.each(stories)("%s", (_, steps) => {
    let known: readonly FollowedKey[] = [];
    for (const [day, set, states] of steps) {
      const followed: Followed = follow(known, seen(set), {
        zone,
        seeds: [anchorFor(keys.a)],
        now: startAt + day * dayMs,
      });
      known = followed.keys;
      expect(told(known), `on day ${day}`).toBe(states);
    }
  });
});

function told(known: readonly FollowedKey[]): string {
  return known
    .map(({ data, state }) => `${nameOf(data.publicKey)} ${state}`)
    .toSorted()
    .join(", ");
}

function nameOf(publicKey: Uint8Array): string {
  return (
    (Object.keys(keys) as KeyName[]).find((one) => Buffer.compare(keys[one].data.publicKey, publicKey) === 0) ?? "?"
  );
}

const seeds = [anchorFor(keys.a)];
const known = (...states: readonly (readonly [KeyName, FollowedKey["state"]])[]): readonly FollowedKey[] =>
  states.map(([one, state]) => ({ data: keys[one].data, state, since: startAt }));
const digest = (_: unknown, data: FollowedKey["data"]) => ({ ...dsOf(zone, data, 2), zone });

describe("what the validator is to believe", () => {
  const cases: readonly (readonly [what: string, keys: readonly FollowedKey[], tags: readonly number[]])[] = [
    ["nothing learned: what is built in", [], [keys.a.tag]],
    ["a key within its thirty days is not believed", known(["a", "valid"], ["b", "add-pend"]), [keys.a.tag]],
    ["a learned key is", known(["a", "valid"], ["b", "valid"]), [keys.a.tag, keys.b.tag]],
    ["a missing one too", known(["a", "missing"], ["b", "missing"]), [keys.a.tag, keys.b.tag]],
    ["a revoked one is not, though it is built in", known(["a", "revoked"], ["b", "valid"]), [keys.b.tag]],
    ["nor after it was removed", known(["a", "removed"], ["b", "valid"]), [keys.b.tag]],
    ["no key left: one that no key fits, and never none, which would mean unsigned", known(["a", "revoked"]), [0]],
  ];
  test.each(cases)("%s", (_, all, tags) => {
    expect(anchorsOf(zone, all, seeds, digest).map(({ keyTag }) => keyTag)).toEqual(tags);
  });
});

test("a key that a newer program brings along needs no thirty days", () => {
  const pending: FollowedKey = { data: keys.b.data, state: "add-pend", since: startAt, until: startAt + 30 * dayMs };
  const followed = follow([pending], seen(by("b", "b")), { zone, seeds: [anchorFor(keys.b)], now: startAt });
  expect(told(followed.keys)).toBe("b valid");
});

test("one that is revoked just then is remembered as that", () => {
  const pending: FollowedKey = { data: keys.b.data, state: "add-pend", since: startAt, until: startAt + 30 * dayMs };
  const facts = { zone, seeds: [anchorFor(keys.b)], now: startAt };
  expect(told(follow([pending], seen(by("!b", "!b")), facts).keys)).toBe("b revoked");
});

test("a key that nothing here can verify with is not followed", () => {
  const [trusted] = seen(by("a", "a"));
  if (trusted === undefined) throw new Error("no key");
  const stranger = { ...trusted, data: { ...keys.b.data, algorithm: 250 }, signatures: [] };
  expect(told(follow([], [trusted, stranger], { zone, seeds, now: startAt }).keys)).toBe("a valid");
});

test("no more keys are followed than the limit, however many somebody announces", () => {
  const full = Array.from({ length: anchorLimits.keysFollowedMax }, (_, index): FollowedKey => ({
    data: { ...keys.c.data, publicKey: Uint8Array.of(index, ...keys.c.data.publicKey.slice(1)) },
    state: index === 0 ? "removed" : "valid",
    since: startAt,
  }));
  const followed = follow(full, seen(by("a", "a", "b")), { zone, seeds, now: startAt });
  // The built-in key has room all the same: the one removed long ago makes it.
  expect(followed.keys).toHaveLength(anchorLimits.keysFollowedMax);
  expect(told(followed.keys)).toContain("a valid");
  expect(told(followed.keys)).not.toContain("b ");
});

describe("when to look again (RFC 5011 §2.3)", () => {
  const hour = 3_600_000;
  const cases: readonly (readonly [what: string, set: Published, ms: number])[] = [
    ["half of the TTL", { ...by("a", "a"), ttlSeconds: 2 * 86_400 }, dayMs],
    [
      "half of what is left of the signature",
      { ...by("a", "a"), ttlSeconds: 90 * 86_400, expirationDay: 4 },
      2 * dayMs,
    ],
    ["never more often than every hour", { ...by("a", "a"), ttlSeconds: 60 }, hour],
    ["at least every fifteen days", { ...by("a", "a"), ttlSeconds: 90 * 86_400 }, 15 * dayMs],
    ["soon after a set that was not proven", by("b", "a"), hour],
  ];
  test.each(cases)("%s", (_, set, ms) => {
    expect(follow([], seen(set), { zone, seeds, now: startAt }).lookAgainMs).toBe(ms);
  });
});
