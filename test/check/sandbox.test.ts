import { describe, expect, test } from "vitest";
import { judge } from "../../src/check/index.ts";
import { cases } from "./plans.cases.ts";
import { openTown } from "./town.ts";

describe("a domain with one thing planted: that is found, and nothing else", () => {
  test.each(cases.map((one) => [one.is, one] as const))(
    "%s",
    async (_, { plan, finds, verdict, untested = [], starttls }) => {
      const town = await openTown(plan);
      try {
        const report = judge(await town.inspect());
        const told = report.findings.map(
          ({ code, severity, evidence }) => `${code} ${severity} ${JSON.stringify(evidence)}`,
        );
        expect(report.findings.map(({ code }) => code).toSorted(), told.join("\n")).toEqual(finds.toSorted());
        expect(report.verdict, told.join("\n")).toBe(verdict);
        expect([...new Set(report.untested.map(({ reason }) => reason))], JSON.stringify(report.untested)).toEqual(
          untested,
        );
        if (starttls !== undefined) expect(report.hosts[0]?.starttls).toBe(starttls);
      } finally {
        await town.close();
      }
    },
  );
});
