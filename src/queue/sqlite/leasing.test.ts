import { expect, test } from "vitest";
import { domain, noMetrics } from "../../base/index.ts";
import { manualClock } from "../../../test/support/clock.ts";
import { Group } from "./group.ts";
import { Leasing, leasingLimits } from "./leasing.ts";
import { QueueError } from "../types.ts";
import type { Link } from "./link.ts";
import type { FetchedRow, WaitingRow } from "./protocol.ts";

const safe = domain("safe.example");

/** A disk that answers a scan when the test says so. */
function slowDisk(): { link: Link; rows: WaitingRow[]; answerScan: () => void; scans: () => number } {
  const rows: WaitingRow[] = [];
  const asked: (() => void)[] = [];
  const link = {
    ask: (request: Parameters<Link["ask"]>[0]) => {
      if (request.kind === "fetch") return Promise.resolve(request.deliveries.map(fetched));
      if (request.kind !== "scan") return Promise.resolve(undefined);
      const { after, until, max } = request;
      // Read when asked, as the thread does it; told later.
      const found = rows
        .filter(({ due, id }) => due > after.due || (due === after.due && id > after.id))
        .filter(({ due }) => due <= until.due)
        .slice(0, max);
      return new Promise((resolve) => asked.push(() => resolve({ rows: found, nextDue: undefined })));
    },
    onTidings() {},
    onLost() {},
  } as unknown as Link;
  return { link, rows, answerScan: () => asked.shift()?.(), scans: () => asked.length };
}

function fetched(id: number): FetchedRow {
  return {
    id,
    message: id,
    nonce: 1,
    first: id,
    state: 0,
    domain: safe,
    attempts: 0,
    memo: null,
    size: 1,
    crc: null,
    head: JSON.stringify({ envelope: {}, facts: {} }),
    recipients: "[]",
    outcomes: null,
    body: undefined,
  } as unknown as FetchedRow;
}

test("what is accepted while a line is read on from disk is leased too, and not forgotten", async () => {
  const clock = manualClock(1_000);
  const disk = slowDisk();
  const leasing = new Leasing({
    link: disk.link,
    group: new Group(disk.link, clock, noMetrics),
    clock,
    spool: "/nowhere",
    leaseMs: 60_000,
    serial: () => 1,
    limits: { ...leasingLimits, deliveriesPerDomainMax: 2 },
  });
  const accept = (id: number): void => {
    const row = { id, message: id, due: clock.now(), domain: safe };
    disk.rows.push(row);
    leasing.offer(row);
  };
  const lease = async (): Promise<number> => {
    const leased = leasing.lease(clock.now(), 10, new Set());
    for (let turn = 0; turn < 50; turn++) {
      await Promise.resolve();
      disk.answerScan();
    }
    return (await leased).length;
  };
  expect(await lease()).toBe(0);
  accept(1);
  accept(2);
  // The third does not fit into a line of two: it is on disk alone.
  accept(3);
  const first = leasing.lease(clock.now(), 10, new Set());
  while (disk.scans() === 0) await Promise.resolve();
  await clock.advance(5);
  accept(4);
  const second = lease();
  expect((await first).length + (await second) + (await lease())).toBe(4);
});

test("a settlement that could not be written leaves the lease ours: it can be settled again, or given back", async () => {
  const clock = manualClock(1_000);
  const disk = slowDisk();
  let full = true;
  const make = async (): Promise<{ ok: true; after: "done" }> => {
    if (full) throw new QueueError("full", "no space left");
    return { ok: true, after: "done" };
  };
  const leasing = new Leasing({
    link: disk.link,
    group: { make } as unknown as Group,
    clock,
    spool: "/nowhere",
    leaseMs: 60_000,
    serial: () => 1,
    limits: leasingLimits,
  });
  disk.rows.push({ id: 1, message: 1, due: clock.now(), domain: safe });
  const leased = leasing.lease(clock.now(), 1, new Set());
  while (disk.scans() === 0) await Promise.resolve();
  disk.answerScan();
  const [lease] = await leased;
  if (lease === undefined) throw new Error("nothing was leased");
  const settlement = { recipients: [], dueAt: 0, memo: null, events: [] };
  await expect(leasing.settle(lease, settlement)).rejects.toMatchObject({ code: "full" });
  await expect(leasing.giveBack(lease, 0)).rejects.toMatchObject({ code: "full" });
  expect(leasing.count).toBe(1);
  full = false;
  await leasing.settle(lease, settlement);
  expect(leasing.count).toBe(0);
});
