import { expect, test } from "vitest";
import { manualClock } from "../../test/support/clock.ts";
import { createWords } from "../words/index.ts";
import { Pace, progressLine, showProgress, type Standing } from "./scan-progress.ts";

const standing: Standing = {
  read: 600,
  skipped: 100,
  written: 400,
  underWay: 100,
  connections: 20,
  waiting: 7,
  probes: 90,
  before: 100,
  total: 1_000,
  passedOver: 0,
};

test("how far, how fast, how long", () => {
  const words = createWords("en");
  const cases: readonly (readonly [rate: number | undefined, total: number | undefined, line: string])[] = [
    [undefined, 1_000, "500 of 1,000 (50 %), ? a second, time left not known yet; 20 connections, 7 wait"],
    [50, 1_000, "500 of 1,000 (50 %), 50 a second, about 10 s left; 20 connections, 7 wait"],
    [0.5, 1_000, "500 of 1,000 (50 %), 0.5 a second, about 17 min left; 20 connections, 7 wait"],
    [0.1, 1_000, "500 of 1,000 (50 %), 0.1 a second, about 1 h 24 min left; 20 connections, 7 wait"],
    [0, 1_000, "500 of 1,000 (50 %), 0.0 a second, time left not known yet; 20 connections, 7 wait"],
    [50, undefined, "500 done, 50 a second; 20 connections, 7 wait"],
  ];
  for (const [rate, total, line] of cases) expect(progressLine(words, { ...standing, total }, rate)).toBe(line);
  expect(progressLine(createWords("zh-CN"), standing, 50)).toBe(
    "500 / 1,000（50%），每秒 50 个，大约还要 10 秒；20 个连接，7 个在等",
  );
});

test("the speed is that of the last half minute", () => {
  const pace = new Pace();
  expect(pace.at(0, 0)).toBeUndefined();
  expect(pace.at(1_000, 100)).toBeUndefined();
  expect(pace.at(10_000, 1_000)).toBe(100);
  for (let second = 11; second <= 50; second++) pace.at(second * 1_000, 1_000);
  expect(pace.at(60_000, 1_000)).toBe(0);
});

test("nothing is shown where nobody looks; on a terminal one line that is written over, and taken away", async () => {
  const words = createWords("en");
  const clock = manualClock();
  const quiet: string[] = [];
  showProgress({ clock, words, screen: { write: (text) => quiet.push(text) } }, () => standing)();
  expect(quiet).toEqual([]);
  const shown: string[] = [];
  const screen = { isTTY: true, columns: 40, write: (text: string) => shown.push(text) };
  const hide = showProgress({ clock, words, screen }, () => standing);
  await clock.advance(2_000);
  hide();
  await clock.advance(2_000);
  expect(shown.length).toBe(6);
  expect(shown.every((text) => text.startsWith("\r") && text.length <= 40 + 5)).toBe(true);
  expect(shown.at(-1)).toBe("\r\x1b[2K");
});
