import { expect, test } from "vitest";
import { compareLevels, levels, satisfies, strongest, weakest } from "./levels.ts";
import { formatReply, replyClass, splitEnhanced } from "./reply.ts";

test("levels are ordered: cleartext, encrypted, authenticated", () => {
  levels.forEach((a, i) =>
    levels.forEach((b, j) => {
      expect(satisfies(a, b)).toBe(i >= j);
      expect(Math.sign(compareLevels(a, b))).toBe(Math.sign(i - j));
      expect(strongest(a, b)).toBe(levels[Math.max(i, j)]);
      expect(weakest(a, b)).toBe(levels[Math.min(i, j)]);
    }),
  );
});

const enhanced: readonly [code: number, text: string, status: string | undefined, rest: string, why: string][] = [
  [250, "2.1.5 ok", "2.1.5", "ok", "as it should be"],
  [550, "5.1.1", "5.1.1", "", "alone"],
  [550, "2.1.5 ok", undefined, "2.1.5 ok", "a class that contradicts the reply is no status"],
  [250, "2.1 ok", undefined, "2.1 ok", "two numbers"],
  [250, "2.1.5ok", undefined, "2.1.5ok", "no space behind it"],
  [250, "2.1.5000 ok", undefined, "2.1.5000 ok", "a detail out of range"],
];
test.each(enhanced)("%d %j has status %j, rest %j: %s", (code, text, status, rest) => {
  const split = splitEnhanced(code, text);
  expect(split.enhanced).toBe(status);
  expect(split.text).toBe(rest);
});

test("a reply is told on one line, without control characters, bounded", () => {
  expect(formatReply({ code: 250, enhanced: "2.0.0", lines: ["ok"] })).toBe("250 2.0.0 ok");
  expect(formatReply({ code: 550, lines: ["a\r\nb", "c\x1b[31m"] })).toBe("550 a??b / c?[31m");
  expect(formatReply({ code: 550, lines: ["x".repeat(9999)] }).length).toBe(500);
});

test("classes follow the first digit", () => {
  expect([220, 354, 421, 550].map((code) => replyClass({ code, lines: [] }))).toEqual([
    "positive",
    "intermediate",
    "transient",
    "permanent",
  ]);
});
