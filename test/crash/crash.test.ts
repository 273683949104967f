import { expect, test } from "vitest";
import { crash } from "./crash.ts";

test("killed at 6 random moments under load, the relay loses nothing that it accepted", async () => {
  const report = await crash({ kills: 6, seed: 20_260, tell: () => {} });
  expect(report.accepted).toBeGreaterThan(50);
  expect(report.lost).toEqual([]);
  expect(report.unexplained).toEqual([]);
});
