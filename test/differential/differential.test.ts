/** Ours against unbound, on an internet made up from a seed and served by Knot DNS and NSD. */
import { describe, expect, test } from "vitest";
import { skipped } from "../peers/skipped.ts";
import { told } from "./report.ts";
import { compareValidators } from "./run.ts";
import { missingPrograms } from "./servers/programs.ts";

const questions = 20_000;
const seed = 1;

describe.skipIf(skipped("unbound, Knot DNS and NSD", missingPrograms()))("our validator and unbound", () => {
  test(`say the same of ${questions} questions about zones made at random`, async () => {
    const report = await compareValidators({ questions, seed }, () => {});
    expect(report.unexplained, told(report).join("\n")).toEqual([]);
    expect(report.asked).toBe(questions);
    // Canary: a comparison in which one status hardly comes up proves little.
    for (const status of ["secure", "insecure", "bogus"] as const) {
      expect(report.statuses[status], status).toBeGreaterThan(questions / 10);
    }
    expect(report.statuses.indeterminate).toBeGreaterThan(0);
    // Canary: explanations are for corners, not for the bulk.
    const explained = [...report.explained.values()].reduce((sum, count) => sum + count, 0);
    expect(explained).toBeLessThan(questions / 15);
  });
});
