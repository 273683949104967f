/** Over the real store: a file in a directory of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { domain, noLog, noMetrics, type Level, type Log, type LogFields, type Metrics } from "../../base/index.ts";
import { openMemoryStore } from "../../system/store/memory.ts";
import { openFactStore, type FactStore } from "../../system/store/open.ts";
import { manualClock, type ManualClock } from "../../../test/support/clock.ts";
import {
  createMemory,
  memoryLimits,
  rememberedFloor,
  suspectedSince,
  type Memory,
  type MemoryOptions,
  type MemoryStore,
} from "./index.ts";

const day = 86_400_000;
const second = 1_000;
const org = domain("example.org");
const net = domain("example.net");
const host = "mx.example.org";

let directory: string;
let clock: ManualClock;
let logged: { readonly message: string; readonly fields: LogFields | undefined }[];
let counted: string[];
let opened: { readonly facts: FactStore; readonly memory: Memory }[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-memory-"));
  clock = manualClock();
  logged = [];
  counted = [];
  opened = [];
});

afterEach(() => {
  for (const { facts, memory } of opened) {
    memory.close();
    facts.close();
  }
  rmSync(directory, { recursive: true });
});

interface Open {
  readonly memory: Memory;
  readonly store: MemoryStore;
  readonly facts: FactStore;
  /** Reads and writes that reached the store, in order. */
  readonly asked: string[];
  /** While set, the store throws it. */
  readonly broken: { reading?: Error; writing?: Error };
}

function open(limits: MemoryOptions["limits"] = {}): Open {
  const facts = openFactStore({ directory, role: "relay" });
  const store = openMemoryStore(facts);
  const asked: string[] = [];
  const broken: Open["broken"] = {};
  const watched: MemoryStore = Object.create(store) as MemoryStore;
  const watch = <K extends "rowsOf" | "encryptedAt" | "forgettingsAfter" | "write">(name: K): void => {
    const real = store[name].bind(store) as (...args: never[]) => unknown;
    Object.defineProperty(watched, name, {
      value: (...args: never[]) => {
        asked.push(name);
        const fault = name === "write" ? broken.writing : broken.reading;
        if (fault !== undefined) throw fault;
        return real(...args);
      },
    });
  };
  for (const name of ["rowsOf", "encryptedAt", "forgettingsAfter", "write"] as const) watch(name);
  for (const name of ["suspected", "forget", "prune", "rowCount", "lastForgetting"] as const) {
    Object.defineProperty(watched, name, { value: store[name].bind(store) });
  }
  const note = (message: string, fields?: LogFields): void => void logged.push({ message, fields });
  const log: Log = { ...noLog, info: note, warn: note, error: note };
  const metrics: Metrics = { ...noMetrics, count: (name, labels) => void counted.push(`${name} ${labels?.["fault"]}`) };
  const memory = createMemory({ store: watched, clock, log, metrics, limits });
  opened.push({ facts, memory });
  return { memory, store, facts, asked, broken };
}

/** As if the process had died: what is not on the disk is gone. */
function kill({ facts, memory }: Open): void {
  opened.splice(
    opened.findIndex((one) => one.memory === memory),
    1,
  );
  facts.close();
}

function stop({ facts, memory }: Open): void {
  memory.close();
  facts.close();
}

async function establish(memory: Memory, whose = org, at = host, level: Level = "encrypted"): Promise<void> {
  memory.delivered(whose, at, level);
  await clock.advance(day);
  memory.delivered(whose, at, level);
  memory.delivered(whose, at, level);
}

function floor(memory: Memory, whose = org, at = host): Level {
  return rememberedFloor({ memory: memory.recall(whose, [at]), host: at });
}

const codes = (): unknown[] => logged.map(({ fields }) => fields?.["code"]);

describe("what is learned", () => {
  test("MEM-1 three deliveries on two days bind the host, for this domain and for others", async () => {
    const { memory } = open();
    expect(floor(memory)).toBe("cleartext");
    await establish(memory, org, host, "authenticated");
    expect(floor(memory)).toBe("authenticated");
    expect(floor(memory, org, "mx.elsewhere.example"), "a host that nobody has met").toBe("encrypted");
    expect(floor(memory, net), "another domain's mail to the same host").toBe("encrypted");
    expect(floor(memory, net, "mx.elsewhere.example")).toBe("cleartext");
  });

  test("what was written is there after a restart, what waited is written on closing", async () => {
    const first = open();
    await establish(first.memory);
    stop(first);
    const second = open();
    expect(floor(second.memory)).toBe("encrypted");
    expect(floor(second.memory, net), "read from the disk, not from the cache").toBe("encrypted");
  });

  test("a crash loses no more than the last second", async () => {
    const first = open();
    await establish(first.memory);
    await clock.advance(second);
    first.memory.delivered(net, host, "encrypted");
    kill(first);
    const { memory } = open();
    expect(floor(memory)).toBe("encrypted");
    expect(memory.list(net)).toEqual([]);
  });

  test("changes of one second are written together", async () => {
    const { memory, asked, store } = open();
    for (let count = 0; count < 500; count++) memory.delivered(domain(`d${count % 50}.example`), host, "encrypted");
    expect(asked).not.toContain("write");
    await clock.advance(second);
    expect(asked.filter((name) => name === "write")).toHaveLength(1);
    expect(store.rowCount()).toBe(50);
  });

  test("many are written in slices, and all of them", async () => {
    const { memory, asked, store } = open({ flushRowsMax: 10 });
    for (let count = 0; count < 95; count++) memory.delivered(domain(`d${count}.example`), host, "encrypted");
    await clock.advance(second);
    expect(asked.filter((name) => name === "write")).toHaveLength(10);
    expect(store.rowCount()).toBe(95);
  });

  test("cleartext is not remembered", async () => {
    const { memory, store } = open();
    await establish(memory, org, host, "cleartext");
    memory.close();
    expect(store.rowCount()).toBe(0);
  });

  test("the same as without a cache, whatever is dropped from it and whenever it is written", () => {
    const hosts = ["a.example", "b.example"];
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("delivered" as const),
        whose: fc.constantFrom(org, net),
        at: fc.constantFrom(...hosts),
        level: fc.constantFrom<Level>("cleartext", "encrypted", "authenticated"),
      }),
      fc.record({
        kind: fc.constant("short" as const),
        whose: fc.constantFrom(org, net),
        at: fc.constantFrom(...hosts),
      }),
      fc.record({ kind: fc.constant("day" as const) }),
      fc.record({ kind: fc.constant("forget" as const), whose: fc.constantFrom(org, net) }),
    );
    return fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const roomy = open();
        roomy.store.forget({ domain: org }, note);
        roomy.store.forget({ domain: net }, note);
        await clock.advance(2 * second);
        // Another one, in a directory of its own, that keeps next to nothing.
        const home = directory;
        directory = mkdtempSync(join(tmpdir(), "surehop-memory-"));
        const tight = open({ domainsCachedMax: 2, hostsCachedMax: 1, flushRowsMax: 1 });
        try {
          for (const one of steps) {
            for (const { memory } of [roomy, tight]) {
              if (one.kind === "delivered") memory.delivered(one.whose, one.at, one.level);
              else if (one.kind === "short") memory.fellShort(one.whose, one.at, "encrypted", "starttls-missing");
              else if (one.kind === "forget") memory.forget({ domain: one.whose }, "ops", "test");
            }
            if (one.kind === "day") await clock.advance(day);
            for (const whose of [org, net]) {
              const [some, other] = [roomy.memory.recall(whose, hosts), tight.memory.recall(whose, hosts)];
              for (const at of hosts) {
                expect(rememberedFloor({ memory: other, host: at })).toBe(rememberedFloor({ memory: some, host: at }));
              }
              if (some.kind === "known" && other.kind === "known") expect(other.ofDomain).toEqual(some.ofDomain);
            }
          }
        } finally {
          stop(tight);
          rmSync(directory, { recursive: true });
          directory = home;
          stop(roomy);
        }
      }),
      { numRuns: 60 },
    );
  });
});

const note = { at: Date.UTC(2026, 0, 1), by: "ops", why: "a new server without TLS" };

describe("what is asked of the disk", () => {
  test("each domain and each host once, nothings included", () => {
    const { memory, asked } = open();
    for (let count = 0; count < 1000; count++) memory.recall(org, [host, "mx2.example.org"]);
    expect(asked).toEqual(["forgettingsAfter", "rowsOf", "encryptedAt", "encryptedAt"]);
  });

  test("what does not fit into the cache is read again", () => {
    const { memory, asked } = open({ domainsCachedMax: 3 });
    for (const name of ["a", "b", "c", "d", "b"]) memory.recall(domain(`${name}.example`), []);
    expect(
      asked.filter((name) => name === "rowsOf"),
      "b is among the last three",
    ).toHaveLength(4);
    memory.recall(domain("a.example"), []);
    expect(asked.filter((name) => name === "rowsOf")).toHaveLength(5);
  });

  test("a row that the cache drops before it is written is not lost, nor counted twice", async () => {
    const { memory } = open({ domainsCachedMax: 2 });
    for (let count = 0; count < 3; count++) {
      memory.delivered(org, host, "encrypted");
      for (let other = 0; other < 5; other++) memory.recall(domain(`d${other}.example`), []);
    }
    expect(memory.list(org)).toMatchObject([{ remembered: { encrypted: { deliveries: 3, days: 1 } } }]);
  });
});

describe("MEM-1 a suspected downgrade", () => {
  test("MEM-1 is told once, in the log, the metrics and the list", async () => {
    const { memory } = open();
    await establish(memory);
    const since = clock.now();
    memory.fellShort(org, host, "encrypted", "starttls-missing");
    await clock.advance(60 * second);
    memory.fellShort(org, host, "encrypted", "handshake-reset");
    expect(logged).toEqual([
      {
        message: "suspected downgrade",
        fields: {
          code: "suspected-downgrade",
          domain: org,
          host,
          expected: "encrypted",
          asked: "encrypted",
          fault: "starttls-missing",
        },
      },
    ]);
    expect(counted).toEqual(["surehop_suspected_downgrades_total starttls-missing"]);
    expect(memory.suspected(10)).toMatchObject([
      {
        domain: org,
        host,
        remembered: { suspectedSince: since },
        suspicion: { expected: "encrypted", fault: "starttls-missing", lastAt: since + 60 * second },
      },
    ]);
    expect(memory.recall(org, [host])).toMatchObject({ ofDomain: { [host]: { suspectedSince: since } } });
  });

  test("MEM-1 ends with a delivery that meets what was remembered, and is told anew the next time", async () => {
    const { memory } = open();
    await establish(memory);
    memory.fellShort(org, host, "encrypted", "starttls-missing");
    memory.delivered(org, host, "cleartext");
    expect(memory.suspected(10)).toHaveLength(1);
    memory.delivered(org, host, "encrypted");
    expect(memory.suspected(10)).toEqual([]);
    memory.fellShort(org, host, "encrypted", "starttls-missing");
    expect(codes()).toEqual(["suspected-downgrade", "suspicion-over", "suspected-downgrade"]);
  });

  test("MEM-1 outlives a restart, with the time at which it began", async () => {
    const first = open();
    await establish(first.memory);
    const since = clock.now();
    first.memory.fellShort(org, host, "encrypted", "handshake-timeout");
    stop(first);
    await clock.advance(60 * second);
    const later = open();
    later.memory.fellShort(org, host, "encrypted", "handshake-timeout");
    expect(codes(), "once, by the first of the two").toEqual(["suspected-downgrade"]);
    expect(later.memory.recall(org, [])).toMatchObject({ ofDomain: { [host]: { suspectedSince: since } } });
  });

  test("MEM-1 a host that forged MX records name is suspected at once, where the domain's mail was always encrypted", async () => {
    const { memory } = open();
    await establish(memory);
    memory.fellShort(org, "mx.attacker.example", "encrypted", "starttls-missing");
    expect(memory.suspected(10)).toMatchObject([{ host: "mx.attacker.example", suspicion: { expected: "encrypted" } }]);
  });

  test.each<[asked: Level, fault: Parameters<Memory["fellShort"]>[3], why: string]>([
    ["authenticated", "certificate-expired", "a rule asks for more than was ever met: TLS came about"],
    ["authenticated", "requiretls-missing", "an extension is no level"],
  ])("MEM-1 a hop that asked for %s and failed with %s falls short of no memory: %s", async (asked, fault) => {
    const { memory } = open();
    await establish(memory);
    memory.fellShort(org, host, asked, fault);
    expect([codes(), memory.suspected(10)]).toEqual([[], []]);
  });

  test("MEM-1 what the memory knows nothing of is no suspicion, and leaves no row", () => {
    const { memory, store } = open();
    memory.fellShort(org, host, "authenticated", "starttls-missing");
    memory.close();
    expect([codes(), store.rowCount()]).toEqual([[], 0]);
  });

  test("MEM-1 a shortfall of long ago does not shorten the patience with a new one", async () => {
    const { memory } = open();
    await establish(memory);
    memory.fellShort(org, host, "encrypted", "starttls-missing");
    await clock.advance(3 * day);
    expect(suspectedSince({ memory: memory.recall(org, []), host })).toBeUndefined();
    const again = clock.now();
    memory.fellShort(org, host, "encrypted", "starttls-missing");
    expect(memory.recall(org, [])).toMatchObject({ ofDomain: { [host]: { suspectedSince: again } } });
    expect(codes()).toEqual(["suspected-downgrade", "suspected-downgrade"]);
  });

  test("MEM-1 what is let through in clear after patience bears the suspicion out: the next is not held anew", async () => {
    const { memory } = open();
    await establish(memory);
    const since = clock.now();
    memory.fellShort(org, host, "encrypted", "starttls-missing");
    for (let delivery = 0; delivery < 10; delivery++) {
      await clock.advance(10 * 3_600_000);
      memory.delivered(org, host, "cleartext");
    }
    expect(suspectedSince({ memory: memory.recall(org, []), host })).toBe(since);
    expect(floor(memory), "and lowers nothing").toBe("encrypted");
    await clock.advance(day);
    memory.delivered(org, host, "cleartext");
    expect(suspectedSince({ memory: memory.recall(org, []), host }), "after a day without mail").toBeUndefined();
  });

  test("MEM-1 patience runs on while attempts go on falling short", async () => {
    const { memory } = open();
    await establish(memory);
    const since = clock.now();
    for (let attempt = 0; attempt < 10; attempt++) {
      memory.fellShort(org, host, "encrypted", "starttls-missing");
      await clock.advance(4 * 3_600_000);
    }
    expect(memory.recall(org, [])).toMatchObject({ ofDomain: { [host]: { suspectedSince: since } } });
  });
});

describe("forgetting", () => {
  test("is recorded: who, when, why, and what it was", async () => {
    const { memory, store } = open();
    await establish(memory);
    memory.forget({ domain: org }, "ops", note.why);
    expect(floor(memory)).toBe("cleartext");
    expect(floor(memory, net), "nobody's mail has met this host any more").toBe("cleartext");
    expect(store.forgettings({ max: 10 })).toMatchObject([
      {
        at: clock.now(),
        by: "ops",
        why: note.why,
        what: { domain: org },
        count: 1,
        rows: [{ domain: org, host, remembered: { encrypted: { deliveries: 3, days: 2 } } }],
      },
    ]);
  });

  test("a host of a domain, or a host for all domains", async () => {
    const { memory } = open();
    await establish(memory, org, "a.example");
    await establish(memory, org, "b.example");
    await establish(memory, net, "b.example");
    memory.forget({ domain: org, host: "a.example" }, "ops", "x");
    expect(memory.list(org).map((row) => row.host)).toEqual(["b.example"]);
    memory.forget({ host: "b.example" }, "ops", "x");
    expect([memory.list(org), memory.list(net)]).toEqual([[], []]);
  });

  test("by another process is heeded within a second, and what waits to be written does not bring it back", async () => {
    const { memory, store } = open();
    await establish(memory);
    await clock.advance(second);
    memory.delivered(org, host, "encrypted");
    const operator = openFactStore({ directory, role: "operator" });
    try {
      openMemoryStore(operator).forget({ domain: org }, note);
    } finally {
      operator.close();
    }
    expect(floor(memory), "not yet looked").toBe("encrypted");
    await clock.advance(second);
    expect(floor(memory)).toBe("cleartext");
    expect(store.rowCount()).toBe(0);
    memory.close();
    expect(store.rowCount()).toBe(0);
  });

  test("what others forgot is forgotten too where it was not yet written, and the rest is kept", async () => {
    const { memory, store } = open({ flushEveryMs: 100 * day });
    await establish(memory, org);
    await establish(memory, net, "mx.example.net");
    store.forget({ domain: org }, note);
    await clock.advance(second);
    expect([floor(memory, org), floor(memory, net, "mx.example.net")]).toEqual(["cleartext", "encrypted"]);
    memory.close();
    expect([store.rowsOf(org).length, store.rowsOf(net).length]).toEqual([0, 1]);
  });

  test("more forgettings at once than are looked at one by one are all heeded", async () => {
    const { memory, store, facts } = open();
    await establish(memory);
    const others = facts.prepare(
      "INSERT INTO memory_forgetting (at, who, why, domain, count, what) VALUES (1, 'ops', 'x', ?, 0, '[]')",
    );
    facts.write(() => {
      for (let count = 0; count < memoryLimits.forgettingsHeededMax; count++) others.run(net);
    });
    store.forget({ domain: org }, note);
    await clock.advance(2 * second);
    expect(floor(memory)).toBe("cleartext");
    memory.close();
    expect(store.rowCount()).toBe(0);
  });
});

describe("a store that fails", () => {
  test("MEM-2 what cannot be read is unreadable, and never nothing", async () => {
    const { memory, broken, asked } = open();
    await establish(memory);
    broken.reading = new Error("disk I/O error");
    await clock.advance(2 * second);
    expect(memory.recall(net, [host])).toEqual({ kind: "unreadable", detail: "disk I/O error" });
    const before = asked.length;
    for (let count = 0; count < 100; count++) memory.recall(net, [host]);
    expect(asked.length, "the disk is left alone for a moment").toBe(before);
    delete broken.reading;
    await clock.advance(second);
    expect(floor(memory)).toBe("encrypted");
    expect(codes()).toEqual(["memory-unreadable", "memory-readable"]);
  });

  test("a file that was damaged while it was in use is unreadable", async () => {
    const first = open();
    await establish(first.memory);
    stop(first);
    const { memory, facts } = open();
    facts.write(() => facts.prepare("UPDATE memory_host SET encrypted_days = -1").run());
    expect(memory.recall(org, [host])).toMatchObject({ kind: "unreadable" });
  });

  test("what cannot be written is kept, and written when it can be", async () => {
    const { memory, broken, store } = open();
    broken.writing = new Error("disk full");
    await establish(memory);
    await clock.advance(5 * second);
    expect(floor(memory)).toBe("encrypted");
    expect(store.rowCount()).toBe(0);
    delete broken.writing;
    await clock.advance(second);
    expect(store.rowCount()).toBe(1);
    expect(codes(), "told once").toEqual(["memory-unwritable", "memory-writable"]);
  });

  test("what is kept for it is bounded", async () => {
    const { memory, broken, store } = open({ unwrittenRowsMax: 10 });
    broken.writing = new Error("disk full");
    for (let count = 0; count < 50; count++) memory.delivered(domain(`d${count}.example`), host, "encrypted");
    delete broken.writing;
    memory.close();
    expect(store.rowCount()).toBe(10);
  });

  test("after closing nothing is said to be known, and nothing throws", async () => {
    const { memory } = open();
    await establish(memory);
    memory.close();
    expect(memory.recall(org, [host]).kind).toBe("unreadable");
    memory.delivered(org, host, "encrypted");
    memory.fellShort(org, host, "encrypted", "starttls-missing");
    memory.close();
  });
});

describe("room", () => {
  test("rows that were not seen for 400 days go, others stay", async () => {
    const { memory, store } = open();
    await establish(memory, net);
    await clock.advance(399 * day);
    await establish(memory, org);
    await clock.advance(day);
    expect([memory.list(net).length, memory.list(org).length]).toEqual([0, 1]);
    expect(store.rowCount()).toBe(1);
  });

  test("of more rows than there is room for the oldest go", async () => {
    const { memory, store } = open({ rowsMax: 20, pruneSliceRowsMax: 5 });
    await clock.advance(second);
    for (let count = 0; count < 40; count++) {
      memory.delivered(domain(`d${count}.example`), host, "encrypted");
      await clock.advance(2 * second);
      expect(store.rowCount()).toBeLessThanOrEqual(21);
    }
    expect(memory.list(domain("d39.example"))).toHaveLength(1);
    expect(memory.list(domain("d0.example"))).toHaveLength(0);
  });

  test("a flood of host names does not wash away the host that counts", async () => {
    const { memory } = open({ hostsPerDomainMax: 5 });
    await establish(memory);
    await clock.advance(day);
    for (let count = 0; count < 50; count++)
      memory.fellShort(org, `mx${count}.attacker.example`, "encrypted", "starttls-missing");
    const hosts = memory.list(org).map((row) => row.host);
    expect(hosts).toHaveLength(5);
    expect(hosts).toContain(host);
    await clock.advance(second);
    expect(floor(memory)).toBe("encrypted");
  });
});
