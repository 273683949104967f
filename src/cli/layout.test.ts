import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOf, wrap } from "./layout.ts";

describe("text is wrapped to the width of a terminal", () => {
  test.each<[string, string, number, readonly string[]]>([
    ["at spaces", "one two three", 8, ["one two", "three"]],
    ["not at all if it fits", "one two", 7, ["one two"]],
    ["a long word stays whole", "a abcdefghij b", 5, ["a", "abcdefghij", "b"]],
    ["Chinese anywhere", "邮件已送达", 6, ["邮件已", "送达"]],
    ["no line begins with a closing mark", "邮件已，送达", 6, ["邮件", "已，送", "达"]],
    ["no line ends with an opening mark", "邮件（已）", 6, ["邮件", "（已）"]],
    ["names among Chinese stay whole", "寄往 safe.example 的邮件", 14, ["寄往", "safe.example", "的邮件"]],
    ["nothing", "", 10, [""]],
  ])("%s", (_, text, width, lines) => {
    expect(wrap(text, { width })).toEqual(lines);
  });

  test("what stands before a line counts, colour codes do not", () => {
    expect(wrap("one two three", { width: 9, first: "\x1b[32m*\x1b[0m ", rest: "  " })).toEqual([
      "\x1b[32m*\x1b[0m one two",
      "  three",
    ]);
  });

  test("nothing but spaces is lost, and no line is too long for want of a break", () => {
    const word = fc.stringMatching(/^[a-z，。（）“”件送]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.integer({ min: 20, max: 60 }), (words, width) => {
        const text = words.join(" ");
        const lines = wrap(text, { width });
        expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
