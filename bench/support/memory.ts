/** What it costs to remember domains: in the process, on the disk, and for each delivery that asks. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { domain, noLog, noMetrics, type Clock, type DomainName } from "../../src/base/index.ts";
import { createMemory } from "../../src/policy/index.ts";
import { factsFile, openFactStore, openMemoryStore, systemClock } from "../../src/system/index.ts";

export interface MemoryCost {
  /** Bytes of heap for a cached domain with two hosts. */
  readonly heapBytesPerDomain: number;
  /** Bytes of facts.db for a domain with two hosts, indexes included. */
  readonly diskBytesPerDomain: number;
  /** For one `recall` of a cached domain with two hosts. */
  readonly recallNs: number;
  /** The same where the domain has to be read from the disk's cache. */
  readonly recallColdNs: number;
}

/** Run it with `--expose-gc` for the heap's figure to mean something; without, that is NaN. */
export async function measureMemory(domains: number, recalls: number): Promise<MemoryCost> {
  const directory = mkdtempSync(join(tmpdir(), "surehop-bench-memory-"));
  const facts = openFactStore({ directory, role: "relay" });
  try {
    const store = openMemoryStore(facts);
    const names = Array.from({ length: domains }, (_, at) => domain(`domain-${at}.example.org`));
    // Providers have many domains: a host to each hundred of them, and a second one.
    const hostsOf = (at: number): readonly string[] => [1, 2].map((one) => `mx${one}.provider-${at % 100}.example.net`);
    const limits = { domainsCachedMax: domains * 4, hostsCachedMax: domains * 4, unwrittenRowsMax: domains * 4 };
    const open = (clock: Clock) => createMemory({ store, clock, log: noLog, metrics: noMetrics, limits });

    for (let day = 0; day < 3; day++) {
      const memory = open({ ...systemClock, now: () => Date.UTC(2026, 0, 1 + day) });
      names.forEach((name, at) => hostsOf(at).forEach((host) => memory.delivered(name, host, "encrypted")));
      memory.close();
    }
    facts.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    const diskBytesPerDomain = statSync(factsFile(directory)).size / domains;

    const before = heapBytes();
    const memory = open(systemClock);
    const asked = names.map((_, at) => hostsOf(at));
    const hosts = heapBytes() - before;
    const cold = timed(() => names.forEach((name, at) => memory.recall(name, asked[at] ?? [])));
    const heapBytesPerDomain = (heapBytes() - before - hosts) / domains;
    const warm = timed(() => {
      for (let at = 0; at < recalls; at++) memory.recall(names[at % domains] as DomainName, asked[at % domains] ?? []);
    });
    memory.close();
    return { heapBytesPerDomain, diskBytesPerDomain, recallNs: warm / recalls, recallColdNs: cold / domains };
  } finally {
    facts.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function timed(work: () => void): number {
  const startedAt = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - startedAt);
}

function heapBytes(): number {
  if (globalThis.gc === undefined) return Number.NaN;
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
