import { expect, test } from "vitest";
import { systemRandom } from "./random.ts";

test("bytes are as many as were asked for, each asked for once, and never the same memory", () => {
  const all = Array.from({ length: 3_000 }, (_, at) => systemRandom.bytes(1 + (at % 90)));
  expect(all.every(({ length }, at) => length === 1 + (at % 90))).toBe(true);
  const long = all.filter(({ length }) => length >= 16).map((bytes) => Buffer.from(bytes).toString("hex"));
  expect(new Set(long).size).toBe(long.length);
  const [first, second] = [systemRandom.bytes(16), systemRandom.bytes(16)];
  const copy = Uint8Array.from(second);
  first.fill(7);
  expect(second).toEqual(copy);
  expect(systemRandom.bytes(0)).toHaveLength(0);
});

test("every value of a byte comes, about as often as every other", () => {
  const counts = new Uint32Array(256);
  for (let at = 0; at < 20_000; at++) for (const byte of systemRandom.bytes(32)) counts[byte] = (counts[byte] ?? 0) + 1;
  // 2,500 each are expected, with a deviation of 50.
  expect(Math.min(...counts)).toBeGreaterThan(2_100);
  expect(Math.max(...counts)).toBeLessThan(2_900);
});
