/** The tables themselves; how they are used is shown in `policy/memory/memory.test.ts`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { domain, levels } from "../../base/index.ts";
import { memoryLimits, type MemoryRow, type MemoryStore, type RememberedLevel } from "../../policy/index.ts";
import { openMemoryStore } from "./memory.ts";
import { openFactStore, type FactStore } from "./open.ts";

const org = domain("example.org");
const net = domain("example.net");
const note = { at: 1_700_000_000_000, by: "ops", why: "because" };

let directory: string;
let facts: FactStore;
let store: MemoryStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-memory-"));
  facts = openFactStore({ directory, role: "relay" });
  store = openMemoryStore(facts);
});

afterEach(() => {
  facts.close();
  rmSync(directory, { recursive: true });
});

function level(deliveries: number, days: number): RememberedLevel {
  return { deliveries, days, firstAt: 1, lastAt: days * 86_400_000 };
}

function row(whose: MemoryRow["domain"], host: string, seenAt: number, encrypted = level(3, 2)): MemoryRow {
  return { domain: whose, host, seenAt, remembered: { encrypted } };
}

test("a row comes back as it was written, whatever was met", () => {
  const instant = fc.integer({ min: 0, max: 2 ** 45 });
  const met = fc.record({ deliveries: fc.nat(), days: fc.nat(), firstAt: instant, lastAt: instant });
  const plain = fc.record({ encrypted: met, authenticated: met }, { requiredKeys: [] });
  const suspicion = fc.record({
    expected: fc.constantFrom(...levels),
    fault: fc.constantFrom("starttls-missing" as const, "dane-mismatch" as const),
    lastAt: instant,
  });
  // SQLite keeps text as UTF-8: a lone surrogate has none, and a name of the DNS's never holds one.
  const host = fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(
      host,
      instant,
      plain,
      fc.option(fc.tuple(instant, suspicion)),
      (name, seenAt, remembered, suspected) => {
        const written: MemoryRow = {
          domain: org,
          host: name,
          seenAt,
          remembered: { ...remembered, ...(suspected === null ? {} : { suspectedSince: suspected[0] }) },
          ...(suspected === null ? {} : { suspicion: suspected[1] }),
        };
        store.write([written], [], 0);
        expect(store.rowsOf(org)).toEqual([written]);
        store.write([], [written], 0);
        expect(store.rowCount()).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});

describe("what any domain's mail met at a host", () => {
  test.each<[rows: readonly MemoryRow[], days: number | undefined, why: string]>([
    [[], undefined, "nothing was met"],
    [[row(org, "mx", 1, level(2, 2))], undefined, "two deliveries"],
    [[row(org, "mx", 1, level(9, 1))], undefined, "one day"],
    [[row(org, "mx", 1, level(2, 2)), row(net, "mx", 1, level(2, 2))], undefined, "no domain's mail by itself"],
    [[row(org, "mx", 1, level(2, 2)), row(net, "mx", 1, level(3, 2))], 2, "one domain's mail is enough"],
    [[row(org, "mx", 1, level(9, 5)), row(net, "mx", 1, level(3, 2))], 5, "the best of them"],
    [[row(org, "mx2", 1, level(9, 5))], undefined, "another host"],
  ])("of %j is established on %s days: %s", (rows, days) => {
    store.write(rows, [], 0);
    expect(store.encryptedAt("mx")?.days).toBe(days);
  });
});

describe("forgetting", () => {
  test("what others forgot in the meantime is not written back, the rest is", () => {
    store.write([row(org, "a", 1), row(org, "b", 1), row(net, "a", 1)], [], 0);
    const heeded = store.lastForgetting();
    const first = store.forget({ domain: org, host: "a" }, note);
    const second = store.forget({ domain: net }, note);
    const newer = store.write([row(org, "a", 2), row(org, "b", 2), row(net, "a", 2)], [], heeded);
    expect(newer.map(({ id }) => id)).toEqual([first.id, second.id]);
    expect([...store.rowsOf(org), ...store.rowsOf(net)]).toEqual([row(org, "b", 2)]);
    expect(store.write([row(net, "a", 3)], [], second.id), "what is learned afterwards counts").toEqual([]);
    expect(store.rowsOf(net)).toEqual([row(net, "a", 3)]);
  });

  test("keeps of many rows the latest, and the number of all", () => {
    const rows = Array.from({ length: 300 }, (_, at) => row(domain(`d${at}.example`), "mx", at));
    store.write(rows, [], 0);
    const forgetting = store.forget({ host: "mx" }, note);
    expect([forgetting.count, forgetting.rows.length]).toEqual([300, memoryLimits.forgettingRowsMax]);
    expect(forgetting.rows[0]).toEqual(rows.at(-1));
    expect([store.rowCount(), store.forgettings({ max: 9 })]).toEqual([0, [forgetting]]);
  });

  test("names and reasons are cut at their limits, and old notes go", () => {
    const long = store.forget({ domain: org }, { at: 1, by: "b".repeat(1000), why: "w".repeat(1000) });
    expect([long.by.length, long.why.length]).toEqual([
      memoryLimits.forgettingByMaxChars,
      memoryLimits.forgettingWhyMaxChars,
    ]);
    const seen = memoryLimits.forgettingsMax + 7;
    facts.write(() => facts.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'memory_forgetting'").run(seen));
    const { id } = store.forget({ domain: org }, note);
    expect(store.forgettings({ max: 9 }).map((one) => one.id)).toEqual([id]);
  });

  test("numbers are not used again, even if all notes are gone", () => {
    const { id } = store.forget({ domain: org }, note);
    facts.write(() => facts.prepare("DELETE FROM memory_forgetting").run());
    expect(store.forget({ domain: org }, note).id).toBeGreaterThan(id);
  });
});

test("those not seen for longest go first, and no more than asked", () => {
  store.write([row(org, "new", 30), row(org, "old", 10), row(net, "older", 5)], [], 0);
  expect(store.prune(30, 1)).toEqual([{ domain: net, host: "older" }]);
  expect(store.prune(30, 9)).toEqual([{ domain: org, host: "old" }]);
  expect(store.prune(30, 9), "seen at that moment is not before it").toEqual([]);
  expect(store.prune(Infinity, 9)).toHaveLength(1);
});

test("the suspected are told, those that began last first", () => {
  const suspected = (host: string, since: number): MemoryRow => ({
    ...row(org, host, since),
    remembered: { suspectedSince: since },
    suspicion: { expected: "encrypted", fault: "starttls-missing", lastAt: since },
  });
  store.write([row(org, "good", 1), suspected("a", 5), suspected("b", 7)], [], 0);
  expect(store.suspected(9).map(({ host }) => host)).toEqual(["b", "a"]);
  expect(store.suspected(1)).toHaveLength(1);
  expect(store.count()).toEqual({ domains: 1, hosts: 3, rows: 3 });
});

describe("what was never written", () => {
  test.each([
    ["encrypted_days", -1],
    ["seen", -5],
    ["suspected_level", 17],
  ])("%s = %s is not read as if it were something", (column, value) => {
    store.write(
      [
        {
          ...row(org, "mx", 1),
          remembered: { encrypted: level(3, 2), suspectedSince: 1 },
          suspicion: { expected: "encrypted", fault: "starttls-missing", lastAt: 1 },
        },
      ],
      [],
      0,
    );
    facts.write(() => facts.prepare(`UPDATE memory_host SET ${column} = ?`).run(value));
    expect(() => store.rowsOf(org)).toThrow(/facts\.db/);
  });

  test("a fault that this version has no name for leaves the suspicion", () => {
    store.write(
      [
        {
          ...row(org, "mx", 1),
          remembered: { suspectedSince: 1 },
          suspicion: { expected: "encrypted", fault: "starttls-missing", lastAt: 1 },
        },
      ],
      [],
      0,
    );
    facts.write(() => facts.prepare("UPDATE memory_host SET suspected_fault = 'of-the-future'").run());
    expect(store.rowsOf(org)[0]?.suspicion).toEqual({ expected: "encrypted", lastAt: 1 });
  });
});
