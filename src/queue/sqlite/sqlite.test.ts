import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits, noLog, noMetrics, type MessageId } from "../../base/index.ts";
import { manualClock, type ManualClock } from "../../../test/support/clock.ts";
import {
  bytes,
  contentOf,
  deferred,
  delivered,
  leaseMs,
  must,
  putMessage,
  queueContract,
  type QueuePlace,
} from "../contract.cases.ts";
import { openSqliteQueue, type Lease, type Queue, type SqliteQueueOptions } from "../index.ts";
import { queueModel } from "../model.cases.ts";
import { databaseFault } from "./fault.ts";
import type { Change } from "./protocol.ts";
import { schemaVersion } from "./schema.ts";
import { Store } from "./store.ts";

const random = { fraction: () => 0.5, bytes: (count: number) => randomBytes(count) };
const little = { deliveriesMax: 4, deliveriesPerDomainMax: 2, memoryMaxBytes: 4_000, scanRowsMax: 2 };

type Tuning = NonNullable<SqliteQueueOptions["tuning"]>;

const makePlace = (tuning: Tuning = {}): QueuePlace => {
  const directory = newDirectory();
  return {
    open: (options) => openSqliteQueue({ directory, random, log: noLog, metrics: noMetrics, tuning, ...options }),
    remove: async () => rmSync(directory, { recursive: true }),
  };
};

queueContract("over SQLite", makePlace);
queueContract("over SQLite with hardly any memory", () => makePlace({ limits: little, thread: false }));
queueModel("over SQLite", () => makePlace({ thread: false }));
queueModel("over SQLite with hardly any memory", () => makePlace({ limits: little, thread: false }));

let clock: ManualClock;
let directory: string;
let opened: Queue[] = [];

beforeEach(() => {
  clock = manualClock();
  directory = join(newDirectory(), "queue");
});

afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.close();
  rmSync(join(directory, ".."), { recursive: true });
});

async function open(options: Partial<SqliteQueueOptions> = {}): Promise<Queue> {
  const ports = { clock, random, log: noLog, metrics: noMetrics };
  const queue = await openSqliteQueue({ directory, ...ports, leaseMs, tuning: { thread: false }, ...options });
  opened.push(queue);
  return queue;
}

const operator = (): Promise<Queue> => open({ role: "operator" });

function leaseAll(queue: Queue): Promise<readonly Lease[]> {
  return queue.lease({ now: clock.now(), max: 100, except: new Set() });
}

describe("one relay to a directory", () => {
  test("a second relay is refused in plain words, and welcome when the first has gone", async () => {
    const first = await open();
    const refusal = await open().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: "QueueError", code: "io" });
    expect(String(refusal)).toContain(`another relay (process ${process.pid}) is using the queue in ${directory}`);
    const id = await putMessage(first, clock);
    await first.close();
    expect(await (await open()).show(id)).toMatchObject({ id });
  });

  test("files are the relay's alone to read", async () => {
    const queue = await open();
    await putMessage(queue, clock, { size: limits.inlineBodyMaxBytes + 1 });
    const mode = (name: string): string => (statSync(join(directory, name)).mode & 0o777).toString(8);
    expect([mode("."), mode("spool")]).toEqual(["700", "700"]);
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toContain("queue.db-wal");
    for (const { name, parentPath } of files) {
      expect([name, (statSync(join(parentPath, name)).mode & 0o777).toString(8)]).toEqual([name, "600"]);
    }
  });

  test("a commit is synced to disk: the database is in WAL mode, and FULL", async () => {
    const source = readFileSync(new URL("schema.ts", import.meta.url), "utf8");
    expect(source).toContain("PRAGMA synchronous = FULL;");
    await open();
    const beside = new DatabaseSync(join(directory, "queue.db"), { readOnly: true });
    expect(beside.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    beside.close();
  });
});

describe("what cannot be opened is said", () => {
  test.each([
    [
      "a newer format",
      (db: DatabaseSync) => db.exec(`PRAGMA user_version = ${schemaVersion + 1}`),
      /newer Surehop.*update/,
    ],
    [
      "somebody else's database",
      (db: DatabaseSync) => db.exec("PRAGMA application_id = 7; CREATE TABLE IF NOT EXISTS x (y)"),
      /not a Surehop queue/,
    ],
  ])("%s", async (_, spoil, message) => {
    for (const thread of [false, true]) {
      const queue = await open({ tuning: { thread } });
      await queue.close();
      const database = new DatabaseSync(join(directory, "queue.db"));
      spoil(database);
      database.close();
      await expect(open({ tuning: { thread } })).rejects.toThrow(message);
      await expect(operator()).rejects.toThrow(message);
      rmSync(directory, { recursive: true });
    }
  });

  test("a file that is no database", async () => {
    await (await open()).close();
    writeFileSync(join(directory, "queue.db"), bytes(10_000));
    const refusal = await open({ tuning: { thread: true } }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: "QueueError", code: "io", message: /not a database/ });
  });
});

describe("an operator's command beside a relay", () => {
  test("sees what is there, and takes no mail", async () => {
    const relay = await open();
    const id = await putMessage(relay, clock);
    const beside = await operator();
    expect((await beside.list({})).map((message) => message.id)).toEqual([id]);
    expect(await beside.show(id)).toEqual(await relay.show(id));
    expect(await beside.depth()).toEqual({ waiting: 1, leased: 0, held: 0 });
    expect(() => beside.receive()).toThrow(/operator/);
    await expect(leaseAll(beside)).rejects.toThrow(/operator/);
  });

  test("what it holds is not leased, and what it releases or retries is due: the relay hears of it within a second", async () => {
    const relay = await open();
    const held = await putMessage(relay, clock);
    const later = await putMessage(relay, clock, { dueAt: clock.now() + 3_600_000 });
    const beside = await operator();
    let calls = 0;
    relay.onReady(() => calls++);
    expect(await beside.hold(held, clock.now(), "op")).toBe(true);
    expect(await beside.retry(later, clock.now(), "op")).toBe(true);
    await clock.advance(1_000);
    expect(calls).toBeGreaterThan(0);
    expect(await relay.depth()).toEqual({ waiting: 1, leased: 0, held: 1 });
    expect((await leaseAll(relay)).map(({ delivery }) => delivery.message)).toEqual([later]);
    expect(await beside.release(held, clock.now(), "op")).toBe(true);
    await clock.advance(1_000);
    expect((await leaseAll(relay)).map(({ delivery }) => delivery.message)).toEqual([held]);
    const codes = (await relay.show(held))?.story.map(({ event }) => event.code);
    expect(codes).toEqual(["accepted", "held", "released"]);
  });

  test("a relay with a thread hears of it too", async () => {
    const relay = await open({ tuning: { thread: true } });
    const id = await putMessage(relay, clock, { dueAt: clock.now() + 3_600_000 });
    const beside = await operator();
    await beside.retry(id, clock.now(), "op");
    const ready = new Promise<void>((resolve) => relay.onReady(resolve));
    await clock.advance(1_000);
    await ready;
    expect(await leaseAll(relay)).toHaveLength(1);
  });

  test("what is under way stays so, and is held when its attempt has ended", async () => {
    const relay = await open();
    const id = await putMessage(relay, clock);
    const [mine] = await leaseAll(relay);
    const beside = await operator();
    expect(await beside.hold(id, clock.now(), "op")).toBe(true);
    await clock.advance(1_000);
    expect(await relay.depth()).toEqual({ waiting: 0, leased: 1, held: 0 });
    await relay.settle(must(mine), deferred(must(mine), clock.now()));
    expect(await leaseAll(relay)).toEqual([]);
    expect(await relay.depth()).toEqual({ waiting: 0, leased: 0, held: 1 });
  });

  test("sees as leased what has been under way for so long that it was extended", async () => {
    const relay = await open();
    const id = await putMessage(relay, clock);
    const beside = await operator();
    const state = async (): Promise<string | undefined> => (await beside.show(id))?.deliveries[0]?.state;
    const [mine] = await leaseAll(relay);
    await relay.extend(must(mine));
    expect(await state()).toBe("leased");
    await clock.advance(leaseMs);
    await relay.nextDue();
    expect(await state()).toBe("waiting");
    expect(await leaseAll(relay)).toHaveLength(1);
  });

  test.each([
    ["small", 10],
    ["in the spool", limits.inlineBodyMaxBytes + 1],
  ])("what it deletes is gone at once for all, and from disk when no attempt needs it: %s", async (_, size) => {
    const relay = await open();
    const ids = [await putMessage(relay, clock, { size }), await putMessage(relay, clock, { size })];
    const [mine] = await relay.lease({ now: clock.now(), max: 1, except: new Set() });
    const beside = await operator();
    for (const id of ids) expect(await beside.delete(id, clock.now(), "op")).toBe(true);
    for (const queue of [relay, beside]) expect(await queue.list({ which: "all" })).toEqual([]);
    await clock.advance(1_000);
    expect(await leaseAll(relay)).toEqual([]);
    expect(messagesOnDisk()).toBe(1);
    expect(await contentOf(mine)).toHaveLength(size);
    await relay.settle(must(mine), delivered(must(mine), clock));
    expect(messagesOnDisk()).toBe(0);
    expect(readdirSync(join(directory, "spool"))).toEqual([]);
  });

  test("what it deleted beside a relay that then died is removed at the next start", async () => {
    let relay = await open();
    const id = await putMessage(relay, clock, { size: limits.inlineBodyMaxBytes + 1 });
    await leaseAll(relay);
    await (await operator()).delete(id, clock.now(), "op");
    await relay.close();
    expect(messagesOnDisk()).toBe(1);
    relay = await open();
    expect(messagesOnDisk()).toBe(0);
    expect(readdirSync(join(directory, "spool"))).toEqual([]);
  });
});

describe("an operator's command without a relay", () => {
  test("changes and deletes at once", async () => {
    const relay = await open();
    const ids = [await putMessage(relay, clock, { size: 100_000 }), await putMessage(relay, clock)];
    await relay.close();
    const alone = await operator();
    const [first, second] = ids as [MessageId, MessageId];
    expect(await alone.delete(first, clock.now(), "op")).toBe(true);
    expect(await alone.hold(second, clock.now(), "op")).toBe(true);
    expect(messagesOnDisk()).toBe(1);
    expect(readdirSync(join(directory, "spool"))).toEqual([]);
    expect(await leaseAll(await open())).toEqual([]);
  });

  test("sees an empty queue where there is none, and makes nothing", async () => {
    const alone = await operator();
    expect(await alone.list({ which: "all" })).toEqual([]);
    expect(await alone.delete("0".repeat(26) as MessageId, clock.now(), "op")).toBe(false);
    expect(existsSync(directory)).toBe(false);
  });
});

describe("the spool", () => {
  const large = limits.inlineBodyMaxBytes * 3;
  const spool = (): string => join(directory, "spool");

  test("what no message needs is removed at the start; what is not ours is left alone", async () => {
    let relay = await open();
    const kept = await putMessage(relay, clock, { size: large });
    const done = await putMessage(relay, clock, { size: large });
    const unfinished = relay.receive();
    await unfinished.write(bytes(large));
    await unfinished.write(bytes(large));
    const lease = must((await leaseAll(relay)).find(({ delivery }) => delivery.message === done));
    const copy = readFileSync(join(spool(), done));
    await relay.settle(lease, delivered(lease, clock));
    expect(existsSync(join(spool(), done))).toBe(false);
    await relay.close();
    writeFileSync(join(spool(), done), copy);
    writeFileSync(join(spool(), unfinished.id), copy);
    writeFileSync(join(spool(), "README"), "not ours");
    relay = await open();
    expect(readdirSync(spool()).toSorted()).toEqual([kept, "README"].toSorted());
    expect(await contentOf((await leaseAll(relay))[0])).toHaveLength(large);
    await unfinished.abort();
  });

  test("an abandoned message leaves no file", async () => {
    const relay = await open();
    const incoming = relay.receive();
    for (let piece = 0; piece < 20; piece++) await incoming.write(bytes(60_000));
    expect(readdirSync(spool())).toEqual([`${incoming.id}.part`]);
    await incoming.abort();
    expect(readdirSync(spool())).toEqual([]);
  });

  test.each([
    ["truncated", (path: string) => truncateSync(path, large - 1), /damaged \(196607 bytes of 196608\)/],
    [
      "one bit flipped",
      (path: string) => {
        const content = readFileSync(path);
        content[70_000] = (content[70_000] ?? 0) ^ 1;
        writeFileSync(path, content);
      },
      /damaged \(checksum differs\)/,
    ],
    ["gone", (path: string) => rmSync(path), /no such file/],
  ])("content that was damaged on disk is never handed out to its end: %s", async (_, spoil, message) => {
    const relay = await open();
    const id = await putMessage(relay, clock, { size: large });
    spoil(join(spool(), id));
    const mine = must((await leaseAll(relay))[0]);
    let seen = 0;
    const reading = (async () => {
      for await (const piece of mine.content()) seen += piece.length;
    })();
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toMatchObject({ name: "QueueError", code: "io" });
    expect(seen).toBeLessThan(large);
    await relay.giveBack(mine, clock.now() + 1);
    expect(await relay.depth()).toEqual({ waiting: 1, leased: 0, held: 0 });
  });

  test("a writer who does not wait is refused nothing, one who waits is slowed down: memory stays bounded", async () => {
    const relay = await open();
    const incoming = relay.receive();
    let waited = 0;
    for (let piece = 0; piece < 100; piece++) {
      const written = incoming.write(bytes(60_000));
      if (written instanceof Promise) waited++;
      await written;
    }
    expect(waited).toBeGreaterThan(0);
    await incoming.abort();
  });
});

describe("no space", () => {
  test("SQLite's own word for it is `full`", () => {
    const database = new DatabaseSync(":memory:");
    database.exec("CREATE TABLE x (y); PRAGMA max_page_count = 2");
    let fault: unknown;
    try {
      database.prepare("INSERT INTO x VALUES (?)").run(bytes(100_000));
    } catch (error) {
      fault = error;
    }
    expect(databaseFault(fault)).toMatchObject({ name: "QueueError", code: "full" });
    expect(databaseFault(Object.assign(new Error("write"), { code: "ENOSPC" })).code).toBe("full");
    expect(databaseFault(new Error("disk I/O error")).code).toBe("io");
  });

  test("with little left no new mail is taken, while what is here can still be settled", async () => {
    let free = 1e9;
    const relay = await open({ tuning: { thread: false, freeBytes: async () => free } });
    const id = await putMessage(relay, clock);
    const [mine] = await leaseAll(relay);
    free = 1_000_000;
    await clock.advance(1_000);
    const full = { name: "QueueError", code: "full" };
    relay.receive();
    await clock.advance(0);
    await expect(putMessage(relay, clock)).rejects.toMatchObject(full);
    await relay.settle(must(mine), delivered(must(mine), clock));
    expect((await relay.show(id))?.deliveries[0]?.state).toBe("done");
    free = 1e9;
    await clock.advance(1_000);
    relay.receive();
    await clock.advance(0);
    await putMessage(relay, clock);
  });
});

test("a change that cannot be made takes no other change of its group with it", () => {
  const store = new Store({ path: ":memory:", spool: directory, owner: false });
  const commit = (message: number): Change => ({
    kind: "commit",
    message,
    nonce: "N".repeat(15),
    received: 1,
    size: 0,
    crc: null,
    at: 0,
    head: "{}",
    story: `{"blocks":[]}`,
    first: message * 10,
    due: 1,
    held: false,
    deliveries: [["example.net", "[]"]],
  });
  const changes = [commit(1), commit(2), commit(1), commit(3)];
  const results = store.answer({ kind: "batch", changes, bodies: new ArrayBuffer(0) });
  expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true]);
  expect(results[2]).toMatchObject({ code: "io", message: /UNIQUE/ });
  expect(store.tidings()).toMatchObject({ waiting: 3, held: 0 });
});

function messagesOnDisk(): number {
  const database = new DatabaseSync(join(directory, "queue.db"), { readOnly: true });
  const count = database.prepare("SELECT count(*) AS count FROM message").get();
  const contents = database.prepare("SELECT count(*) AS count FROM content").get();
  database.close();
  expect(Number(contents?.["count"])).toBeLessThanOrEqual(Number(count?.["count"]));
  return Number(count?.["count"]);
}

function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), "surehop-queue-"));
}
