/**
 * How fast the queue takes mail in durably and sees it through, and what it costs to open a long one.
 *
 *   node bench/queue.ts [--json] [--runs 5] [--messages 20000] [--at-once 100] [--backlog 100000]
 *
 * The peer is SQLite as one would use it without a queue around it: the same file format, the same bytes, the same fsync, one
 * transaction for each message (`node:sqlite`, WAL, synchronous=FULL), alternately with ours in the same run.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { address, noLog, noMetrics, type Envelope, type StoryEntry } from "../src/base/index.ts";
import { openSqliteQueue, type Lease, type Queue } from "../src/queue/index.ts";
import { systemClock, systemRandom } from "../src/system/index.ts";
import { machine, median, tellFigures, type Figure } from "./support/figures.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    runs: { type: "string", default: "5" },
    messages: { type: "string", default: "20000" },
    "at-once": { type: "string", default: "100" },
    backlog: { type: "string", default: "100000" },
    /** Used by the benchmark itself: opens that queue and says what it took. */
    open: { type: "string" },
  },
});
const runs = Number(options.runs);
const messages = Number(options.messages);
const atOnce = Number(options["at-once"]);
const backlog = Number(options.backlog);
const content = Buffer.from(`${"x".repeat(62)}\r\n`.repeat(64));
const facts = { size: content.length, has8bit: false, headerHas8bit: false, longestLine: 62 };
const mebibyte = 2 ** 20;
const domains = 50;

if (options.open === undefined) await measure();
else await measureOpening(options.open);

async function measure(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "surehop-bench-"));
  const tell = (text: string): void => (options.json ? console.error(text) : console.log(text));
  try {
    tell(`machine: ${machine()}`);
    tell(`${messages} messages of ${content.length} bytes, ${atOnce} at once, median of ${runs} runs`);
    const ours: Passed[] = [];
    const theirs: { readonly inserted: number; readonly cycled: number }[] = [];
    for (let run = 0; run <= runs; run++) {
      const passed = await pass(join(scratch, `ours${run}`));
      const plain = passPlainly(join(scratch, `plain${run}.db`), Math.min(messages, 5_000));
      // The first run warms the compiler and the disk's cache.
      if (run > 0) {
        ours.push(passed);
        theirs.push(plain);
      }
    }
    const of = (name: keyof Passed): number => median(ours.map((passed) => passed[name]));
    const peer = "node:sqlite, one transaction each";
    const figures: Figure[] = [
      {
        figure: "queue, accepted",
        value: of("accepted"),
        unit: "messages/s",
        peer,
        peerValue: median(theirs.map(({ inserted }) => inserted)),
      },
      {
        figure: "queue, accepted to settled",
        value: of("cycled"),
        unit: "messages/s",
        peer,
        peerValue: median(theirs.map(({ cycled }) => cycled)),
      },
      { figure: "queue, CPU", value: of("cpuMs"), unit: "ms/message" },
      { figure: "queue, commit", value: of("commitMs"), unit: "ms" },
      { figure: "queue, commit p99", value: of("commitP99Ms"), unit: "ms" },
    ];
    tellFigures(figures, options.json);
    tellFigures(await openings(join(scratch, "backlog")), options.json);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Passed {
  readonly accepted: number;
  readonly cycled: number;
  readonly cpuMs: number;
  readonly commitMs: number;
  readonly commitP99Ms: number;
}

/** Once only taking in, once with workers that lease and settle as soon as mail is there. */
async function pass(directory: string): Promise<Passed> {
  const inOnly = await openQueue(`${directory}-in`);
  let startedAt = performance.now();
  await produce(inOnly, messages, 0);
  const accepted = messages / ((performance.now() - startedAt) / 1000);
  await inOnly.close();
  rmSync(`${directory}-in`, { recursive: true });

  const queue = await openQueue(directory);
  const cpuBefore = process.cpuUsage();
  startedAt = performance.now();
  const settled = consume(queue, messages);
  const waits = await produce(queue, messages, 0);
  await settled;
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await queue.close();
  rmSync(directory, { recursive: true });
  waits.sort((a, b) => a - b);
  return {
    accepted,
    cycled: messages / seconds,
    cpuMs: (user + system) / 1000 / messages,
    commitMs: median(waits),
    commitP99Ms: waits[Math.floor(waits.length * 0.99)] ?? 0,
  };
}

/** How long each commit took, in milliseconds. */
async function produce(queue: Queue, count: number, dueInMs: number): Promise<number[]> {
  const waits: number[] = [];
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun < count) {
      const number = begun++;
      const incoming = queue.receive();
      // As the intake does: the Received field, then the content.
      await incoming.write(content.subarray(0, 256));
      await incoming.write(content.subarray(256));
      const now = systemClock.now();
      const startedAt = performance.now();
      await incoming.commit(envelopeTo(number, now), facts, { dueAt: now + dueInMs, events: accepted(now) });
      waits.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return waits;
}

/** Resolves when so many have been settled as delivered. */
function consume(queue: Queue, count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let busy = 0;
  let settled = 0;
  let isPumping = false;
  const pump = async (): Promise<void> => {
    if (isPumping) return;
    isPumping = true;
    while (busy < atOnce) {
      const leases = await queue.lease({ now: systemClock.now(), max: atOnce - busy, except: new Set() });
      if (leases.length === 0) break;
      busy += leases.length;
      for (const lease of leases) void work(lease).catch(reject);
    }
    isPumping = false;
  };
  const work = async (lease: Lease): Promise<void> => {
    let size = 0;
    for await (const piece of lease.content()) size += piece.length;
    if (size !== content.length) throw new Error("content is incomplete");
    await settleDelivered(queue, lease);
    busy--;
    if (++settled === count) resolve();
    else await pump();
  };
  queue.onReady(() => void pump().catch(reject));
  return promise;
}

function settleDelivered(queue: Queue, lease: Lease): Promise<void> {
  const at = systemClock.now();
  const host = "mx.example.net";
  const events: StoryEntry[] = [
    { at, event: { code: "connected", host, address: "192.0.2.1", port: 25 } },
    {
      at,
      event: {
        code: "tls-established",
        host,
        level: "authenticated",
        proof: "rule-names",
        protocol: "TLSv1.3",
        cipher: "TLS_AES_256_GCM_SHA384",
      },
    },
    {
      at,
      event: {
        code: "delivered",
        recipients: ["user@example.net"],
        host,
        level: "authenticated",
        proof: "rule-names",
        reply: { code: 250, lines: ["2.0.0 ok"] },
      },
    },
  ];
  const state = { kind: "delivered", at, level: "authenticated", host } as const;
  return queue.settle(lease, { recipients: [state], dueAt: at, memo: null, events });
}

function passPlainly(path: string, count: number): { readonly inserted: number; readonly cycled: number } {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE message (id INTEGER PRIMARY KEY, head TEXT, body BLOB, story TEXT, done INTEGER)");
  const insert = database.prepare("INSERT INTO message (head, body, done) VALUES (?, ?, 0)");
  const settle = database.prepare("UPDATE message SET done = 1, body = NULL, story = ? WHERE id = ?");
  const head = JSON.stringify(envelopeTo(1, systemClock.now()));
  const story = JSON.stringify(accepted(systemClock.now())).repeat(4);
  const startedAt = performance.now();
  const ids = Array.from({ length: count }, () => insert.run(head, content).lastInsertRowid);
  const insertedAt = performance.now();
  for (const id of ids) settle.run(story, id);
  const endedAt = performance.now();
  database.close();
  rmSync(path);
  return { inserted: (count / (insertedAt - startedAt)) * 1000, cycled: (count / (endedAt - startedAt)) * 1000 };
}

async function openings(directory: string): Promise<Figure[]> {
  const queue = await openQueue(directory);
  await produce(queue, backlog, -1);
  await queue.close();
  const measured = Array.from({ length: runs }, () => {
    const child = spawnSync(process.execPath, [import.meta.filename, "--open", directory], { encoding: "utf8" });
    if (child.status !== 0) throw new Error(child.stderr);
    return JSON.parse(child.stdout) as Opened;
  });
  const of = (name: keyof Opened): number => median(measured.map((opened) => opened[name]));
  const count = backlog.toLocaleString("en");
  return [
    { figure: `queue, open with ${count} waiting`, value: of("openMs") / 1000, unit: "s" },
    { figure: `queue, first 100 of ${count} leased`, value: of("leaseMs") / 1000, unit: "s" },
    { figure: `queue, memory with ${count} waiting`, value: of("bytes") / mebibyte, unit: "MiB" },
    {
      figure: `queue, lease past ${count} of busy domains`,
      value: of("pastMs") / 1000,
      unit: "s",
    },
  ];
}

interface Opened {
  readonly openMs: number;
  readonly leaseMs: number;
  readonly pastMs: number;
  /** Of the whole process, after all of this. */
  readonly bytes: number;
}

async function measureOpening(directory: string): Promise<void> {
  let startedAt = performance.now();
  const lap = (): number => {
    const before = startedAt;
    startedAt = performance.now();
    return startedAt - before;
  };
  const queue = await openQueue(directory);
  await queue.depth();
  const openMs = lap();
  const leases = await queue.lease({ now: systemClock.now(), max: 100, except: new Set() });
  const leaseMs = lap();
  if (leases.length !== 100) throw new Error("expected a hundred leases");
  const busy = new Set(Array.from({ length: domains }, (_, index) => recipientAt(index).address.domain));
  const others = await queue.lease({ now: systemClock.now(), max: 100, except: busy });
  const pastMs = lap();
  if (others.length !== 0) throw new Error("expected nothing for other domains");
  const opened: Opened = { openMs, leaseMs, pastMs, bytes: process.memoryUsage.rss() };
  console.log(JSON.stringify(opened));
  await queue.close();
}

function openQueue(directory: string): Promise<Queue> {
  return openSqliteQueue({ directory, clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics });
}

function recipientAt(number: number): Envelope["recipients"][number] {
  return { address: address(`user${number}@d${number % domains}.example`) };
}

function envelopeTo(number: number, receivedAt: number): Envelope {
  const from = address("sender@source.example");
  return { from, recipients: [recipientAt(number)], body: "7bit", smtpUtf8: false, requireTls: false, receivedAt };
}

function accepted(at: number): StoryEntry[] {
  const event = { code: "accepted", from: "sender@source.example", recipients: 1, size: content.length } as const;
  return [{ at, event: { ...event, via: "local", client: "192.0.2.1" } }];
}
