import { expect, test } from "vitest";
import { manualClock } from "../../../test/support/clock.ts";
import { createDoubtWatch } from "./doubt.ts";
import { checkupLimits } from "./limits.ts";
import type { DnsFinding } from "./types.ts";

const { doubtBogusMax, doubtRestMs, doubtWindowMs } = checkupLimits;
const finding: DnsFinding = { code: "stripped", severity: "error", resolvers: ["192.0.2.53:53"] };

test("SEC-5 bogus answers that pile up are a reason to look, and not again for a while", async () => {
  const clock = manualClock();
  let looks = 0;
  const told: (readonly DnsFinding[])[] = [];
  const check = (): Promise<readonly DnsFinding[]> => {
    looks++;
    return looks === 3 ? Promise.reject(new Error("a bug")) : Promise.resolve(looks === 1 ? [finding] : []);
  };
  const watch = createDoubtWatch({ clock, check, onChecked: (findings) => void told.push(findings) });
  const pile = (count: number): void => {
    for (let one = 0; one < count; one++) watch.bogus();
  };
  pile(doubtBogusMax - 1);
  expect(looks, "a few are none").toBe(0);
  await clock.advance(doubtWindowMs);
  watch.bogus();
  expect(looks, "nor are they with one much later").toBe(0);
  pile(doubtBogusMax - 1);
  expect(looks).toBe(1);
  await clock.advance(doubtRestMs - 1);
  pile(1000);
  expect(looks, "it rests").toBe(1);
  await clock.advance(1);
  pile(doubtBogusMax);
  expect(looks).toBe(2);
  await clock.advance(doubtRestMs);
  pile(doubtBogusMax);
  expect(looks, "a look that fails harms nobody").toBe(3);
  await clock.advance(0);
  expect(told).toEqual([[finding], []]);
});
