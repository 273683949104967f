import { expect, test } from "vitest";
import { domain, limits, type DomainName } from "../base/index.ts";
import { manualClock } from "../../test/support/clock.ts";
import { AnswerCache, type CacheBounds } from "./cache.ts";
import { dnsLimits } from "./limits.ts";
import type { Answer } from "./types.ts";

const name = (index: number): DomainName => domain(`n${index}.test`);

const text = (record: string): string => record;

function found(question: DomainName, ttlSeconds: number, content = "x"): Answer<string> {
  return {
    kind: "records",
    status: "insecure",
    question,
    owner: question,
    aliases: [],
    ttlSeconds,
    records: [content],
  };
}

function absent(question: DomainName, ttlSeconds: number): Answer<string> {
  return { kind: "nxdomain", status: "insecure", question, owner: question, aliases: [], ttlSeconds };
}

const failure: Answer<string> = {
  kind: "failure",
  status: "indeterminate",
  question: name(0),
  failure: "timeout",
  detail: "",
};

function setUp(bounds?: CacheBounds) {
  const clock = manualClock();
  const cache = new AnswerCache(clock, bounds);
  return { clock, cache, shelf: cache.shelf(text) };
}

test("the TTL counts down, and the answer is gone when it is over", async () => {
  const { clock, shelf } = setUp();
  shelf.put(name(1), found(name(1), 10));
  expect(await shelf.get(name(1))).toMatchObject({ ttlSeconds: 10 });
  await clock.advance(3_500);
  expect(await shelf.get(name(1))).toMatchObject({ ttlSeconds: 6, records: ["x"] });
  await clock.advance(6_499);
  expect(await shelf.get(name(1))).toMatchObject({ ttlSeconds: 0 });
  await clock.advance(1);
  expect(shelf.get(name(1))).toBeUndefined();
  expect(shelf.size).toBe(0);
  expect(shelf.bytes).toBe(0);
});

test("absences are kept as they say, an answer of TTL 0 not at all", async () => {
  const { clock, shelf } = setUp();
  shelf.put(name(1), absent(name(1), 60));
  shelf.put(name(2), found(name(2), 0));
  expect(shelf.size).toBe(1);
  await clock.advance(59_000);
  expect(await shelf.get(name(1))).toMatchObject({ kind: "nxdomain", ttlSeconds: 1 });
  expect(shelf.get(name(2))).toBeUndefined();
});

test("a failure is kept for a few seconds (RFC 9520), so that a dead upstream is not asked by every message", async () => {
  const { clock, shelf } = setUp();
  shelf.put(name(0), failure);
  await clock.advance(limits.dnsFailureTtlSeconds * 1000 - 1);
  expect(await shelf.get(name(0))).toBe(failure);
  await clock.advance(1);
  expect(shelf.get(name(0))).toBeUndefined();
});

test("a hit costs no new promise while the seconds left are the same", async () => {
  const { clock, shelf } = setUp();
  shelf.put(name(1), found(name(1), 10));
  await clock.advance(100);
  expect(shelf.get(name(1))).toBe(shelf.get(name(1)));
});

test("what is put again replaces what was there, and one shelf knows nothing of another", async () => {
  const { cache, shelf } = setUp();
  const other = cache.shelf(text);
  shelf.put(name(1), found(name(1), 10));
  shelf.put(name(1), absent(name(1), 20));
  expect(await shelf.get(name(1))).toMatchObject({ kind: "nxdomain" });
  expect(cache.entries).toBe(1);
  expect(cache.bytes).toBe(dnsLimits.cacheEntryBytes);
  expect(other.get(name(1))).toBeUndefined();
});

test("the number of entries is bounded; what is asked for stays, what is not goes", () => {
  const { cache, shelf } = setUp({ entriesMax: 100, bytesMax: 1e9 });
  for (let index = 0; index < 1000; index++) {
    shelf.put(name(index), found(name(index), 3600));
    if (index >= 10) for (let hot = 0; hot < 10; hot++) expect(shelf.get(name(hot))).toBeDefined();
  }
  expect(cache.entries).toBe(100);
  expect(shelf.get(name(500))).toBeUndefined();
});

test("the bytes are bounded: a few large answers push out many small ones", () => {
  const { cache, shelf } = setUp({ entriesMax: 1e9, bytesMax: 200_000 });
  for (let index = 0; index < 100; index++) shelf.put(name(index), found(name(index), 3600));
  for (let index = 100; index < 110; index++) shelf.put(name(index), found(name(index), 3600, "x".repeat(30_000)));
  expect(cache.bytes).toBeLessThanOrEqual(200_000);
  expect(shelf.size).toBeLessThan(10);
});

test("an answer larger than the whole cache empties it and stays out", () => {
  const { cache, shelf } = setUp({ entriesMax: 100, bytesMax: 2000 });
  shelf.put(name(1), found(name(1), 3600));
  shelf.put(name(2), found(name(2), 3600, "x".repeat(5000)));
  expect(cache.entries).toBe(0);
  expect(cache.bytes).toBe(0);
});

test("a flood of names of one type pushes out its own, not those of the others", () => {
  const { cache, shelf } = setUp({ entriesMax: 100, bytesMax: 1e9 });
  const other = cache.shelf(text);
  for (let index = 0; index < 20; index++) other.put(name(index), found(name(index), 3600));
  for (let index = 0; index < 1000; index++) shelf.put(name(index), found(name(index), 3600));
  expect([shelf.size, other.size]).toEqual([80, 20]);
});

test("eviction ends also when every entry is in use", () => {
  const { cache, shelf } = setUp({ entriesMax: 200, bytesMax: 1e9 });
  for (let index = 0; index < 1000; index++) {
    shelf.put(name(index), found(name(index), 3600));
    void shelf.get(name(index));
  }
  expect(cache.entries).toBe(200);
});

test("setting the wall clock ages nothing", async () => {
  let wall = 0;
  const shelf = new AnswerCache({ ...manualClock(), now: () => (wall += 86_400_000) }).shelf(text);
  shelf.put(name(1), found(name(1), 10));
  expect(await shelf.get(name(1))).toMatchObject({ ttlSeconds: 10 });
});
