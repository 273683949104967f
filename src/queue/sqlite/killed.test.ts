import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { noLog, noMetrics, type MessageId } from "../../base/index.ts";
import { systemClock, systemRandom } from "../../system/index.ts";
import { contentOf } from "../contract.cases.ts";
import { openSqliteQueue, type Queue } from "../index.ts";

const kills = 4;
/** Acknowledgements after which the process is killed: a random number up to this. */
const linesMax = 1_500;

interface Acknowledged {
  size: number;
  isDone: boolean;
  attempts: number;
}

test("a process killed at any moment loses nothing that it acknowledged and delivers nothing twice that it settled", async () => {
  const directory = mkdtempSync(join(tmpdir(), "surehop-killed-"));
  const known = new Map<string, Acknowledged>();
  try {
    for (let round = 0; round < kills; round++) {
      await runUntilKilled(directory, Math.floor(Math.random() * linesMax), known);
      const queue = await reopen(directory);
      await compare(queue, known, directory);
      await queue.close();
    }
    expect([...known.values()].filter(({ isDone }) => isDone).length).toBeGreaterThan(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

async function runUntilKilled(directory: string, lines: number, known: Map<string, Acknowledged>): Promise<void> {
  const script = new URL("killed.cases.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    note(line, known);
    if (seen === 0 && known.size === 0)
      await expect(reopen(directory)).rejects.toThrow(`another relay (process ${child.pid})`);
    if (seen++ === lines) child.kill("SIGKILL");
  }
  expect(seen).toBeGreaterThan(lines);
}

function note(line: string, known: Map<string, Acknowledged>): void {
  const [kind, id = "", number] = line.split(" ");
  const message = known.get(id) ?? { size: -1, isDone: false, attempts: 0 };
  if (kind === "c") message.size = Number(number);
  else if (kind === "d") message.isDone = true;
  else if (kind === "l") message.attempts = Number(number);
  else return;
  known.set(id, message);
}

/** A lease may be handed out before the line that says "committed" is written, so that a settlement can come first. */
async function compare(queue: Queue, known: ReadonlyMap<string, Acknowledged>, directory: string): Promise<void> {
  let open = 0;
  const shown = await Promise.all([...known.keys()].map((id) => queue.show(id as MessageId)));
  for (const [index, [id, { isDone, attempts }]] of [...known].entries()) {
    const delivery = shown[index]?.deliveries[0];
    if (delivery === undefined) throw new Error(`${id} was acknowledged and is lost`);
    if (isDone) expect([id, delivery.state]).toEqual([id, "done"]);
    expect(delivery.attempts).toBeGreaterThanOrEqual(attempts);
    if (delivery.state !== "done") open++;
  }
  const { waiting, leased } = await queue.depth();
  expect(leased).toBe(0);
  expect(waiting).toBeGreaterThanOrEqual(open);
  const files = new Set(readdirSync(join(directory, "spool")));
  const future = systemClock.now() + 86_400_000;
  for (;;) {
    const leases = await queue.lease({ now: future, max: 200, except: new Set() });
    if (leases.length === 0) break;
    for (const lease of leases) {
      const { message, facts } = lease.delivery;
      expect(known.get(message)?.isDone ?? false).toBe(false);
      const content = await contentOf(lease);
      expect(content === Buffer.alloc(facts.size, message).toString("latin1")).toBe(true);
      files.delete(message);
    }
  }
  expect([...files]).toEqual([]);
}

function reopen(directory: string): Promise<Queue> {
  return openSqliteQueue({ directory, clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics });
}
