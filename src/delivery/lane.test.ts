import * as fc from "fast-check";
import { expect, test } from "vitest";
import { domain } from "../base/index.ts";
import { seededRandom } from "../../test/support/clock.ts";
import { Lane, type LaneSignal } from "./lane.ts";
import { nextAttemptAt } from "./retry.ts";

const settings = { retryFirstMs: 300_000, retryMaxMs: 4 * 3_600_000 };

test("retries grow, stay within ±20 % and stop growing at the maximum", () => {
  const random = seededRandom(1);
  const expected = [300, 540, 972, 1749.6, 3149.28, 5668.7, 10_203.7, 14_400, 14_400].map((seconds) => seconds * 1000);
  expected.forEach((delay, index) => {
    for (let round = 0; round < 50; round++) {
      const at = nextAttemptAt(1_000_000, index + 1, settings, random) - 1_000_000;
      expect(at).toBeGreaterThanOrEqual(Math.floor(delay * 0.8));
      expect(at).toBeLessThanOrEqual(Math.ceil(delay * 1.2));
    }
  });
  expect(nextAttemptAt(0, 10_000, settings, random)).toBeLessThanOrEqual(settings.retryMaxMs * 1.2);
});

test("a lane widens with success, halves under strain, and never leaves 1 … its maximum", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom<LaneSignal>("ok", "strained", "unreachable", "neutral")), (signals) => {
      const lane = new Lane(domain("safe.example"), 8, 60_000);
      for (const signal of signals) {
        const before = lane.width;
        lane.learn(signal, 0);
        expect(lane.width).toBeGreaterThanOrEqual(1);
        expect(lane.width).toBeLessThanOrEqual(8);
        if (signal === "ok") expect(lane.width).toBe(Math.min(8, before + 1));
        if (signal === "strained") expect(lane.width).toBe(Math.max(1, Math.floor(before / 2)));
      }
    }),
  );
});

test("a lane whose hosts cannot be reached closes, longer each time, and opens on the first answer", () => {
  const lane = new Lane(domain("gone.example"), 8, 300_000);
  lane.learn("unreachable", 0);
  expect(lane.isFull(0), "one failure may be chance").toBe(false);
  const closings: number[] = [];
  for (let round = 0; round < 8; round++) {
    lane.learn("unreachable", 0);
    closings.push(lane.closedUntil);
  }
  expect(closings).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000]);
  expect(lane.isFull(599_999)).toBe(true);
  expect(lane.isFull(600_000)).toBe(false);
  lane.learn("ok", 600_000);
  lane.learn("unreachable", 600_000);
  expect(lane.isFull(600_000)).toBe(false);
});
