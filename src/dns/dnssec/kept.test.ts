import { expect, test } from "vitest";
import { manualClock } from "../../../test/support/clock.ts";
import { Kept } from "./kept.ts";

test("what is kept is there until its time is over", async () => {
  const clock = manualClock();
  const kept = new Kept<string, number>(clock, 10);
  kept.put("a", 1, 1000);
  kept.put("b", 2, 0);
  expect([kept.get("a"), kept.get("b"), kept.get("c")]).toEqual([1, undefined, undefined]);
  await clock.advance(999);
  expect(kept.get("a")).toBe(1);
  await clock.advance(1);
  expect([kept.get("a"), kept.size]).toEqual([undefined, 0]);
});

test("there is no more than fits: what was not used for longest goes", () => {
  const kept = new Kept<string, number>(manualClock(), 3);
  for (const [index, key] of ["a", "b", "c"].entries()) kept.put(key, index, 1000);
  kept.get("a");
  kept.put("d", 3, 1000);
  expect([kept.get("a"), kept.get("b"), kept.get("c"), kept.get("d"), kept.size]).toEqual([0, undefined, 2, 3, 3]);
  kept.put("d", 4, 1000);
  expect([kept.get("d"), kept.size]).toEqual([4, 3]);
  kept.clear();
  expect(kept.size).toBe(0);
});
