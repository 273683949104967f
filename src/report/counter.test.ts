import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { domain, ip, noLog, type Metrics, type ReportedPolicy, type SessionObservation } from "../base/index.ts";
import { openReports } from "../system/store/reports.ts";
import { openFactStore, type FactStore } from "../system/store/open.ts";
import { manualClock } from "../../test/support/clock.ts";
import { createCounter, dayOf, parseDay, reportLimits, startOf, type CountedMore, type CountStore } from "./index.ts";

const noPolicy: ReportedPolicy = { type: "no-policy-found", strings: [], mxHosts: [] };
const tlsa: ReportedPolicy = { type: "tlsa", strings: ["3 1 1 00"], mxHosts: ["mx.good.example"] };
const noon = Date.UTC(2026, 0, 1, 12);
const day = dayOf(noon);

let directory = "";
let store: FactStore;
let counts: CountStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-counter-"));
  open();
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(): void {
  store = openFactStore({ directory, role: "relay" });
  counts = openReports(store);
}

function session(more: Partial<SessionObservation> = {}): SessionObservation {
  return { at: noon, domain: domain("good.example"), policy: noPolicy, result: "success", ...more };
}

function counting(add: CountStore["add"] = (more) => counts.add(more)) {
  const clock = manualClock(noon);
  let leftOut = 0;
  const metrics: Metrics = { count: (_, __, by = 1) => void (leftOut += by), gauge() {}, observe() {} };
  const counter = createCounter({ clock, log: noLog, metrics, store: { add } });
  return { clock, counter, leftOut: () => leftOut };
}

describe("RPT-1 counting", () => {
  test("successes and failures, by domain, day and policy; failures by what tells them apart", async () => {
    const { clock, counter } = counting();
    const failed = { result: "certificate-expired", host: "mx.good.example", address: ip("192.0.2.1") } as const;
    for (let turn = 0; turn < 3; turn++) counter.observe(session());
    for (let turn = 0; turn < 2; turn++) counter.observe(session(failed));
    counter.observe(session({ ...failed, address: ip("192.0.2.2") }));
    counter.observe(session({ policy: { ...tlsa } }));
    counter.observe(session({ policy: { ...tlsa } }));
    counter.observe(session({ at: noon + 86_400_000 }));
    counter.observe(session({ domain: domain("other.example") }));
    expect(counts.counted(day, domain("good.example")), "nothing is written yet").toEqual([]);
    await clock.advance(reportLimits.flushMs);
    expect(counts.counted(day, domain("good.example"))).toEqual([
      {
        policy: noPolicy,
        successes: 3,
        failures: [
          { ...failed, sessions: 2 },
          { ...failed, address: "192.0.2.2", sessions: 1 },
        ],
      },
      { policy: tlsa, successes: 2, failures: [] },
    ]);
    expect(counts.countedDomains(day, "", 10)).toEqual(["good.example", "other.example"]);
    expect(counts.countedDays(dayOf(noon + 2 * 86_400_000))).toEqual(["2026-01-01", "2026-01-02"]);
  });

  test("trap 31: one message may make several sessions, and each counts", async () => {
    const { clock, counter } = counting();
    counter.observe(session({ result: "starttls-not-supported", host: "mx1.good.example" }));
    counter.observe(session({ result: "certificate-host-mismatch", host: "mx2.good.example" }));
    counter.observe(session({ host: "mx3.good.example" }));
    await clock.advance(reportLimits.flushMs);
    const [counted] = counts.counted(day, domain("good.example"));
    expect(counted?.successes).toBe(1);
    expect(counted?.failures.map(({ result, sessions }) => [result, sessions]).sort()).toEqual([
      ["certificate-host-mismatch", 1],
      ["starttls-not-supported", 1],
    ]);
  });

  test("counts go on where they were after a restart", () => {
    for (let turn = 0; turn < 2; turn++) {
      const { counter } = counting();
      counter.observe(session());
      counter.observe(session({ result: "validation-failure" }));
      counter.close();
      store.close();
      open();
    }
    expect(counts.counted(day, domain("good.example"))).toEqual([
      { policy: noPolicy, successes: 2, failures: [{ result: "validation-failure", sessions: 2 }] },
    ]);
  });

  test("a disk that fails loses nothing and doubles nothing", async () => {
    let isBroken = true;
    const { clock, counter } = counting((more) => {
      const added = counts.add(isBroken ? [...more, broken] : more);
      return added;
    });
    counter.observe(session());
    await clock.advance(reportLimits.flushMs);
    counter.observe(session());
    expect(counts.counted(day, domain("good.example"))).toEqual([]);
    isBroken = false;
    await clock.advance(reportLimits.flushRetryMs);
    expect(counts.counted(day, domain("good.example"))).toMatchObject([{ successes: 2 }]);
  });
  /** Breaks the transaction behind what stands in front of it. */
  const broken = {
    day,
    domain: domain("z.example"),
    policy: noPolicy,
    successes: Symbol("no number") as unknown as number,
    failures: [],
  } satisfies CountedMore;

  test("whatever sessions come, none is lost: what is counted and what is left out is what was seen", () => {
    const results = ["success", "validation-failure", "tlsa-invalid"] as const;
    const sessions = fc.array(
      fc.record({
        domain: fc.constantFrom(domain("a.example"), domain("b.example")),
        result: fc.constantFrom(...results),
        host: fc.string({ maxLength: 3 }),
        detail: fc.string({ maxLength: 400 }),
        policy: fc.constantFrom(noPolicy, tlsa, { ...tlsa, strings: ["3 1 1 01"] }),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(sessions, (seen) => {
        counts.forgetCounts(dayOf(noon + 86_400_000));
        const { counter, leftOut } = counting();
        for (const one of seen) counter.observe({ at: noon, ...one });
        counter.close();
        const all = ["a.example", "b.example"].flatMap((name) => counts.counted(day, domain(name)));
        const successes = all.reduce((sum, one) => sum + one.successes, 0);
        const failures = all.flatMap((one) => one.failures).reduce((sum, one) => sum + one.sessions, 0);
        expect(successes).toBe(seen.filter(({ result }) => result === "success").length);
        expect(successes + failures + leftOut()).toBe(seen.length);
      }),
      { numRuns: 30 },
    );
  });
});

describe("what strangers can make us count is bounded", () => {
  test("kinds of failure: further ones count by their result type", () => {
    const { counter } = counting();
    const many = reportLimits.failureKindsPerPolicyMax + 50;
    for (let turn = 0; turn < many; turn++)
      counter.observe(session({ result: "validation-failure", host: `mx${turn}` }));
    counter.close();
    const again = counting().counter;
    again.observe(session({ result: "validation-failure", host: "one more" }));
    again.close();
    const [counted] = counts.counted(day, domain("good.example"));
    expect(counted?.failures.length).toBe(reportLimits.failureKindsPerPolicyMax + 1);
    expect(counted?.failures[0]).toEqual({ result: "validation-failure", sessions: 51 });
  });

  test("policies of one domain: further ones are left out, and told", () => {
    const { counter, leftOut } = counting();
    for (let turn = 0; turn < reportLimits.policiesPerDomainMax + 5; turn++) {
      counter.observe(session({ policy: { ...tlsa, strings: [`3 1 1 ${turn}`] } }));
    }
    counter.close();
    expect(counts.counted(day, domain("good.example")).length).toBe(reportLimits.policiesPerDomainMax);
    expect(leftOut()).toBe(5);
  });

  test("policies that wait for a disk that fails", () => {
    const { counter, leftOut } = counting(() => {
      throw new Error("no space");
    });
    for (let turn = 0; turn < reportLimits.pendingPoliciesMax + 5; turn++) {
      counter.observe(session({ domain: domain(`d${turn}.example`) }));
    }
    expect(leftOut()).toBe(5);
  });
});

test.each([
  ["2026-02-28", true],
  ["2026-02-29", false],
  ["2026-2-28", false],
  ["20260228", false],
  ["0000-00-00", false],
])("a day %s is read: %s", (text, isDay) => {
  const read = parseDay(text);
  expect(read !== undefined).toBe(isDay);
  if (read !== undefined) expect(dayOf(startOf(read))).toBe(read);
});
