/** The scan on an internet made up from a seed, in simulated time: every domain once, no budget overrun, whatever happens and whenever. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DomainName, IpAddress } from "../../src/base/index.ts";
import {
  defaultBudgets,
  formatLine,
  NameSet,
  OptOut,
  parseLine,
  scanLimits,
  startScan,
  type ProbeStore,
  type ScanBudgets,
  type ScanLine,
  type ScanProgress,
  type SeenUnder,
} from "../../src/check/scan/index.ts";
import { eventClock } from "../support/clock.ts";
import { simulatedInternet, type InternetPlan, type SimulatedInternet } from "./internet.ts";
import { simulatedLooking, type SimulatedSight } from "./looking.ts";

interface Run {
  readonly end: "complete" | "stopped" | "killed";
  readonly progress: ScanProgress;
  readonly tookMs: number;
}

/** What survives a run: the output's bytes, and the probes. */
class Disk implements ProbeStore<SimulatedSight> {
  text = "";
  lines = 0;
  readonly probes = new Map<IpAddress, SeenUnder<SimulatedSight>[]>();

  load(address: IpAddress): readonly SeenUnder<SimulatedSight>[] {
    return this.probes.get(address) ?? [];
  }

  keep(address: IpAddress, under: SeenUnder<SimulatedSight>): void {
    this.probes.set(address, [...this.load(address), under]);
  }

  /** As whoever goes on reads it: what is behind the last line feed was never finished. */
  readBack(): readonly ScanLine[] {
    this.text = this.text.slice(0, this.text.lastIndexOf("\n") + 1);
    return this.text.split("\n").flatMap((line) => parseLine(line) ?? []);
  }

  get domains(): readonly DomainName[] {
    return this.readBack().map(({ domain }) => domain);
  }
}

interface Happenings {
  readonly budgets?: ScanBudgets;
  readonly concurrency?: number;
  readonly optOut?: OptOut;
  readonly source?: Iterable<DomainName>;
  /** What is known of a domain; default 1,000. */
  readonly factsBytes?: number;
  /** Dies when so many lines have been written, in the middle of the next. */
  readonly dieAfterLines?: number;
  readonly dieAtMs?: number;
  readonly stopAtMs?: number;
}

async function run(internet: SimulatedInternet, disk: Disk, happenings: Happenings = {}): Promise<Run> {
  const {
    budgets = defaultBudgets,
    concurrency = 200,
    optOut = new OptOut(),
    source = internet.domains(),
    factsBytes = 1_000,
  } = happenings;
  const clock = eventClock();
  const done = new NameSet();
  for (const { domain } of disk.readBack()) done.add(domain);
  let lines = 0;
  let isDead = false;
  const scan = startScan(
    {
      looking: { ...simulatedLooking(internet, clock), factsBytes: () => factsBytes },
      clock,
      store: { load: (address) => disk.load(address), keep: (address, under) => isDead || disk.keep(address, under) },
      write(line) {
        if (isDead) return;
        isDead = lines++ === happenings.dieAfterLines;
        disk.lines++;
        const text = formatLine(line);
        disk.text += isDead ? text.slice(0, text.length / 2) : text;
      },
    },
    { concurrency, budgets, optOut, done },
    source,
  );
  let end: Run["end"] | undefined;
  scan.end.then(
    (so) => (end = so),
    (error: unknown) => Promise.reject(error),
  );
  const { stopAtMs, dieAtMs } = happenings;
  if (stopAtMs !== undefined) clock.after(stopAtMs, () => scan.stop());
  if (dieAtMs !== undefined) clock.after(dieAtMs, () => (isDead = true));
  const hasEnded = await clock.run(() => end !== undefined || isDead);
  expect(hasEnded, "nobody waits for ever").toBe(true);
  return { end: isDead ? "killed" : (end ?? "killed"), progress: scan.progress(), tookMs: clock.monotonic() };
}

const sorted = (names: Iterable<DomainName>): readonly DomainName[] => [...names].sort();

function internetOf(plan: Partial<InternetPlan>, budgets = defaultBudgets, concurrency = 200): SimulatedInternet {
  return simulatedInternet({ domains: 2_000, hosts: 150, seed: 7, ...plan }, { ...budgets, concurrency });
}

describe("a whole internet", () => {
  test("20,000 domains on 1,000 hosts: each exactly once, no budget overrun, each address looked at once, faster than 200 a second", async () => {
    const internet = internetOf({ domains: 20_000, hosts: 1_000 });
    const disk = new Disk();
    const { end, progress, tookMs } = await run(internet, disk);
    expect(end).toBe("complete");
    expect(sorted(disk.domains)).toEqual(sorted(internet.domains()));
    expect(internet.breaches).toEqual([]);
    expect(internet.busiest.open).toBeGreaterThan(50);
    const later = internet.hosts.filter(({ manner }) => manner === "later");
    expect(later.length).toBeGreaterThan(5);
    // Once each, and those that put us off once again.
    const addresses = internet.hosts.reduce(
      (sum, host) => sum + host.addresses.length * (host.manner === "later" ? 2 : 1),
      0,
    );
    expect(progress.probes).toBeLessThanOrEqual(addresses);
    expect(progress).toMatchObject({ read: 20_000, written: 20_000, underWay: 0, connections: 0, waiting: 0 });
    const busyMs = tookMs - scanLimits.retryAfterMs;
    expect(20_000 / (busyMs / 1_000)).toBeGreaterThan(200);
  });

  test("the meter of the simulated internet would notice: with other budgets than were promised it does", async () => {
    const internet = internetOf({}, { ...defaultBudgets, address: { atOnce: 1, perMinute: 2 } }, 20);
    await run(internet, new Disk());
    expect(internet.breaches.some((breach) => breach.startsWith("a:"))).toBe(true);
    expect(internet.breaches.some((breach) => breach.includes("connections at once"))).toBe(true);
  });

  test("no budget is ever overrun, whatever the budgets are", async () => {
    const budget = fc.record({ atOnce: fc.integer({ min: 1, max: 5 }), perMinute: fc.integer({ min: 2, max: 200 }) });
    const plan = { address: budget, block: budget, operator: budget };
    await fc.assert(
      fc.asyncProperty(
        fc.record(plan),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(),
        async (budgets, concurrency, seed) => {
          const internet = internetOf({ domains: 60, hosts: 12, seed, badPercent: 30 }, budgets, concurrency);
          const disk = new Disk();
          await run(internet, disk, { budgets, concurrency });
          expect(internet.breaches).toEqual([]);
          expect(sorted(disk.domains)).toEqual(sorted(internet.domains()));
        },
      ),
      { numRuns: 40 },
    );
  });

  test("nor with what strangers publish: where much is known of each domain, few wait at once", async () => {
    const internet = internetOf({ domains: 600, hosts: 20, badPercent: 0 });
    const disk = new Disk();
    let [read, most] = [0, 0];
    const counted = function* (): Iterable<DomainName> {
      for (const name of internet.domains()) {
        read++;
        most = Math.max(most, read - disk.lines);
        yield name;
      }
    };
    const factsBytes = scanLimits.factsUnderWayMaxBytes / 50;
    await run(internet, disk, { source: counted(), concurrency: 10, factsBytes });
    expect(disk.lines).toBe(600);
    expect(most).toBeGreaterThan(40);
    expect(most).toBeLessThanOrEqual(50 + 10 + 1);
  });

  test("memory does not grow with the list: the source is read no faster than domains come to an end", async () => {
    const internet = internetOf({ domains: 12_000, hosts: 20, badPercent: 0 });
    const disk = new Disk();
    let read = 0;
    let most = 0;
    const counted = function* (): Iterable<DomainName> {
      for (const name of internet.domains()) {
        read++;
        if (read % 100 === 0) most = Math.max(most, read - disk.lines);
        yield name;
      }
    };
    // Nobody answers for a minute: everything waits.
    const slow = { ...defaultBudgets, operator: { atOnce: 1, perMinute: 1 } };
    await run(internet, disk, { budgets: slow, source: counted() });
    expect(most).toBeGreaterThan(1_000);
    expect(most).toBeLessThanOrEqual(scanLimits.domainsUnderWayMax + 1);
  });
});

describe("killed and resumed", () => {
  test("killed at any point, in the middle of a line too, and gone on with: the same set, each domain once", async () => {
    const kill = fc.oneof(
      fc.record({ dieAfterLines: fc.nat(300) }),
      fc.record({ dieAtMs: fc.nat(200_000) }),
      fc.record({ stopAtMs: fc.nat(200_000) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(kill, { minLength: 1, maxLength: 4 }), fc.nat(), async (kills, seed) => {
        const internet = internetOf({ domains: 300, hosts: 25, seed, badPercent: 25 });
        const disk = new Disk();
        for (const happening of kills) await run(internet, disk, { ...happening, concurrency: 20 });
        const { end } = await run(internet, disk, { concurrency: 20 });
        expect(end).toBe("complete");
        expect(sorted(disk.domains)).toEqual(sorted(internet.domains()));
      }),
      { numRuns: 60 },
    );
  });

  test("what was looked at before is not looked at again", async () => {
    const internet = internetOf({ badPercent: 0 });
    const disk = new Disk();
    const first = await run(internet, disk, { dieAfterLines: 1_500 });
    expect(first.end).toBe("killed");
    const second = await run(internet, disk);
    const addresses = internet.hosts.reduce((sum, host) => sum + host.addresses.length, 0);
    // Those that were under way when it died are looked at twice; there were not more of them than connections.
    expect(first.progress.probes + second.progress.probes).toBeLessThan(addresses + 200);
    expect(second.progress.probes).toBeLessThan(addresses / 2);
    expect(second.progress.skipped).toBe(1_500);
  });

  test("stopped politely: no new connection, nothing half written, and an end soon", async () => {
    const internet = internetOf({});
    const disk = new Disk();
    const { end, tookMs } = await run(internet, disk, { stopAtMs: 4_000 });
    expect(end).toBe("stopped");
    expect(tookMs).toBeLessThanOrEqual(4_000 + scanLimits.stopGraceMs);
    const { length } = disk.domains;
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThan(2_000);
    expect(new Set(disk.domains).size).toBe(length);
  });
});

describe("domains", () => {
  test("that are named again are done once", async () => {
    const internet = internetOf({ domains: 200 });
    const disk = new Disk();
    const twice = [...internet.domains(), ...internet.domains()];
    const { progress } = await run(internet, disk, { source: twice });
    expect(sorted(disk.domains)).toEqual(sorted(internet.domains()));
    expect(progress.skipped).toBe(200);
  });

  test("that want to be left alone are: nobody asks their DNS or connects to their hosts, and each has its line", async () => {
    const internet = internetOf({ domains: 400, hosts: 10, badPercent: 0 });
    const [alone, other] = internet.hosts;
    if (alone === undefined || other === undefined) throw new Error("no hosts");
    const optOut = new OptOut();
    for (const line of ["d7.example", alone.name, ...other.addresses]) expect(optOut.add(line)).toBe(true);
    const disk = new Disk();
    await run(internet, disk, { optOut });
    const lines = disk.readBack();
    expect(lines).toHaveLength(400);
    expect(lines.filter(({ outcome }) => outcome === "opted-out").map(({ domain }) => domain)).toEqual(["d7.example"]);
    for (const address of [...alone.addresses, ...other.addresses]) expect(disk.probes.has(address)).toBe(false);
    const asked = lines.flatMap((line) => (line.outcome === "checked" ? line.untested : []));
    expect(new Set(asked.map(({ reason }) => reason))).toEqual(new Set(["not-asked"]));
  });

  test("that bring a bug of ours to light are lines, and not the end of the others", async () => {
    const internet = internetOf({ domains: 50 });
    const clock = eventClock();
    const lines: ScanLine[] = [];
    const looking = simulatedLooking(internet, clock);
    const scan = startScan(
      {
        looking: {
          ...looking,
          judge(facts, targets, seen) {
            if (facts.domain === "d13.example") throw new TypeError("thirteen");
            return looking.judge(facts, targets, seen);
          },
        },
        clock,
        store: new Disk(),
        write: (line) => void lines.push(line),
      },
      { concurrency: 10, budgets: defaultBudgets, optOut: new OptOut(), done: new NameSet() },
      internet.domains(),
    );
    let isOver = false;
    void scan.end.then(() => (isOver = true));
    await clock.run(() => isOver);
    expect(lines).toHaveLength(50);
    expect(lines.filter(({ outcome }) => outcome === "failed")).toMatchObject([
      { domain: "d13.example", detail: "thirteen" },
    ]);
  });

  test("a full disk ends the scan, and says why", async () => {
    const internet = internetOf({ domains: 50 });
    const clock = eventClock();
    const scan = startScan(
      {
        looking: simulatedLooking(internet, clock),
        clock,
        store: new Disk(),
        write() {
          throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
        },
      },
      { concurrency: 10, budgets: defaultBudgets, optOut: new OptOut(), done: new NameSet() },
      internet.domains(),
    );
    let failure: unknown;
    scan.end.catch((error: unknown) => (failure = error));
    await clock.run(() => failure !== undefined);
    expect(failure).toMatchObject({ code: "ENOSPC" });
  });
});

describe("an address with many names", () => {
  test("is asked under each until one serves, and after a few no more", async () => {
    const clock = eventClock();
    const asked: string[] = [];
    const internet = internetOf({ domains: 40, hosts: 1, badPercent: 0 });
    const looking = simulatedLooking(internet, clock);
    const lines: ScanLine[] = [];
    const [host] = internet.hosts;
    const [address] = host?.addresses ?? [];
    if (address === undefined) throw new Error("no address");
    const scan = startScan(
      {
        looking: {
          ...looking,
          targetsOf: ({ domain }) => [{ address, host: `mx.${domain}` as DomainName }],
          probe(target, admit) {
            asked.push(target.host);
            return looking.probe(target, admit);
          },
          // Certificates for names with an even number are for all of these.
          serves: (seen, name) => [seen.host, name].every((one) => Number(/\d+/.exec(one)?.[0]) % 2 === 0),
        },
        clock,
        store: new Disk(),
        write: (line) => void lines.push(line),
      },
      { concurrency: 10, budgets: defaultBudgets, optOut: new OptOut(), done: new NameSet() },
      internet.domains(),
    );
    let isOver = false;
    void scan.end.then(() => (isOver = true));
    await clock.run(() => isOver);
    expect(lines).toHaveLength(40);
    expect(asked.filter((name) => Number(/\d+/.exec(name)?.[0]) % 2 === 0)).toHaveLength(1);
    expect(asked).toHaveLength(scanLimits.namesPerAddressMax);
    const unasked = lines.filter((line) => line.outcome === "checked" && line.untested.length > 0);
    expect(unasked).toHaveLength(20 - (scanLimits.namesPerAddressMax - 1));
  });
});
