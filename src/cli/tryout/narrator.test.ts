import { describe, expect, test } from "vitest";
import type { MailEvent } from "../../base/index.ts";
import { createWords } from "../../words/index.ts";
import { columnsOf } from "../layout.ts";
import { Narrator } from "./narrator.ts";

function narrating(options: { hasColour?: boolean; columns?: number } = {}) {
  const lines: string[] = [];
  const terminal = {
    out: (line: string) => void lines.push(line),
    err: () => {},
    isInteractive: false,
    hasColour: options.hasColour ?? false,
    environment: {},
    directory: "/",
  };
  const narrator = new Narrator({ terminal, words: createWords("en"), language: "en" }, options.columns);
  return { narrator, lines };
}

const bounced: MailEvent = {
  code: "bounced",
  recipients: ["bob@nowhere.example"],
  domain: "nowhere.example",
  reason: "no-such-domain",
};

describe("the narrator", () => {
  test.each([
    [undefined, 80],
    [0, 80],
    [200, 80],
    [60, 60],
    [1, 40],
  ])("with %j columns keeps to %d", (columns, width) => {
    const { narrator, lines } = narrating(columns === undefined ? {} : { columns });
    narrator.paragraph("word ".repeat(100));
    expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(width);
    expect(lines.length).toBeGreaterThanOrEqual(Math.floor(500 / width));
  });

  test("marks an event and sets its lines in behind the mark", () => {
    const { narrator, lines } = narrating({ columns: 40 });
    narrator.event({ at: 1, event: bounced });
    expect(lines[0]).toMatch(/^ {2}✗ Not delivered/);
    expect(lines.slice(1).every((line) => line.startsWith("    "))).toBe(true);
  });

  test("has colours only where there are any", () => {
    const plain = narrating();
    const coloured = narrating({ hasColour: true });
    for (const { narrator } of [plain, coloured]) narrator.event({ at: 1, event: bounced });
    expect(plain.lines.join("")).not.toContain("\x1b");
    expect(coloured.lines.join("\n").replaceAll(/\x1b\[\d+m/g, "")).toBe(plain.lines.join("\n"));
    expect(coloured.lines[0]).toContain("\x1b[31m✗\x1b[0m");
  });

  test("announces a topic once, until another has been spoken of", () => {
    const { narrator, lines } = narrating();
    for (const topic of ["one", "one", "two", "one"]) narrator.topic(topic);
    expect(lines.filter((line) => line !== "")).toEqual(["one", "two", "one"]);
  });

  test("lets no stranger drive the terminal", () => {
    const { narrator, lines } = narrating();
    narrator.quote("a\x1b[2Jb\u202ec");
    narrator.remark("!", "a\x07b", "bad");
    narrator.topic("x\x1by", "a\rb");
    expect(lines.join("")).not.toMatch(/[\x00-\x1f\u202e]/);
  });

  test("leaves lines that are set in as they are, so that they can be copied", () => {
    const { narrator, lines } = narrating({ columns: 40 });
    const command = `    surehop send --to ${"x".repeat(60)}@safe.example`;
    narrator.paragraph(`Do this:\n${command}`);
    expect(lines).toEqual(["Do this:", command]);
  });

  test("says nothing more once it is hushed", () => {
    const { narrator, lines } = narrating();
    narrator.hush();
    narrator.gap();
    narrator.paragraph("x");
    expect(lines).toEqual([]);
  });
});
