import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { factsFile, openFactStore, StoreError, storeFault, type FactStore, type TableModule } from "./open.ts";

const notes: TableModule = { name: "note", steps: ["CREATE TABLE note_line (text TEXT NOT NULL) STRICT"] };
const later: TableModule = {
  name: "note",
  steps: [...notes.steps, "ALTER TABLE note_line ADD COLUMN author TEXT NOT NULL DEFAULT 'nobody'"],
};
const others: TableModule = { name: "other", steps: ["CREATE TABLE other_line (number INTEGER) STRICT"] };

let directory: string;
let opened: FactStore[] = [];

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "surehop-facts-")), "data");
});

afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(join(directory, ".."), { recursive: true });
});

function open(role: "relay" | "operator" = "relay", ...parts: readonly TableModule[]): FactStore {
  const store = openFactStore({ directory, role });
  opened.push(store);
  for (const part of parts) store.adopt(part);
  return store;
}

function write(store: FactStore, text: string): void {
  store.write(() => store.prepare("INSERT INTO note_line (text) VALUES (?)").run(text));
}

function texts(store: FactStore): readonly unknown[] {
  return store
    .prepare("SELECT text FROM note_line ORDER BY rowid")
    .all()
    .map((row) => row["text"]);
}

function refusal(work: () => unknown): StoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

test("what is written is there after a restart, for every part", () => {
  const first = open("relay", notes, others);
  write(first, "kept");
  first.close();
  const second = open("relay", others, notes);
  expect(texts(second)).toEqual(["kept"]);
});

test("files are the relay's alone to read", () => {
  write(open("relay", notes), "secret");
  const files = readdirSync(directory);
  expect(files).toContain("facts.db");
  expect(files).toContain("facts.db-wal");
  for (const name of files) {
    expect([name, (statSync(join(directory, name)).mode & 0o777).toString(8)]).toEqual([name, "600"]);
  }
});

test("an operator's command reads and writes while the relay runs, and each sees the other's", () => {
  const relay = open("relay", notes);
  write(relay, "by the relay");
  const operator = open("operator", notes);
  expect(texts(operator)).toEqual(["by the relay"]);
  write(operator, "by the operator");
  expect(texts(relay)).toEqual(["by the relay", "by the operator"]);
});

test("an operator reads what was committed while the relay is in the middle of a change", () => {
  const relay = open("relay", notes);
  write(relay, "before");
  const operator = open("operator", notes);
  relay.write(() => {
    relay.prepare("INSERT INTO note_line (text) VALUES ('half')").run();
    expect(texts(operator)).toEqual(["before"]);
  });
  expect(texts(operator)).toEqual(["before", "half"]);
});

test("in a directory without the file an operator sees an empty store, and makes nothing", () => {
  const operator = open("operator", notes);
  expect(operator.path).toBe(":memory:");
  expect(texts(operator)).toEqual([]);
  expect(() => readdirSync(directory)).toThrow(/ENOENT/);
});

test("a change is made as a whole or not at all", () => {
  const store = open("relay", notes);
  const halfway = (): unknown =>
    store.write(() => {
      writeHalf(store);
      throw new Error("halfway");
    });
  expect(halfway).toThrow("halfway");
  expect(texts(store)).toEqual([]);
  write(store, "the next one is not disturbed");
  expect(texts(store)).toHaveLength(1);
});

function writeHalf(store: FactStore): void {
  store.prepare("INSERT INTO note_line (text) VALUES ('half')").run();
}

test("durable changes are flushed to the disk, others to the system; both are read back", () => {
  const store = open("relay", notes);
  const level = (): unknown => store.prepare("PRAGMA synchronous").get()?.["synchronous"];
  const [normal, full] = [1, 2];
  expect(level()).toBe(normal);
  expect(store.write(level, { durable: true })).toBe(full);
  expect(store.write(level)).toBe(normal);
  expect(() => store.write(() => store.prepare("no such statement"), { durable: true })).toThrow(/syntax/);
  expect(level()).toBe(normal);
});

test("a process that is killed in the middle of a change leaves the changes before it", () => {
  const script = `
    import { openFactStore } from ${JSON.stringify(new URL("./open.ts", import.meta.url).href)};
    const store = openFactStore({ directory: ${JSON.stringify(directory)}, role: "relay" });
    store.adopt(${JSON.stringify(notes)});
    const insert = store.prepare("INSERT INTO note_line (text) VALUES (?)");
    store.write(() => insert.run("whole"));
    store.write(() => { insert.run("half"); process.kill(process.pid, "SIGKILL"); });
  `;
  const { signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect([signal, stderr]).toEqual(["SIGKILL", expect.not.stringContaining("Error")]);
  expect(texts(open("relay", notes))).toEqual(["whole"]);
});

test("tables of an older format are brought up to date by the relay, with what is in them", () => {
  const old = open("relay", notes);
  write(old, "from before");
  old.close();
  const store = open("relay", later);
  expect(store.prepare("SELECT text, author FROM note_line").all()).toEqual([
    expect.objectContaining({ text: "from before", author: "nobody" }),
  ]);
});

test.each([
  ["a newer format", later, "relay", notes, "newer", "note format 2; this one knows 1"],
  ["an older format, for an operator's command", notes, "operator", later, "older", "start the relay once"],
] as const)("%s is refused in plain words", (_, there, role, wanted, code, words) => {
  open("relay", there).close();
  const error = refusal(() => open(role, wanted));
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
});

test("a step that fails changes nothing, and is tried again", () => {
  const broken: TableModule = { name: "note", steps: [...notes.steps, "ALTER TABLE nothing ADD COLUMN x"] };
  open("relay", notes).close();
  expect(refusal(() => open("relay", broken)).message).toContain("nothing");
  expect(texts(open("relay", later))).toEqual([]);
});

test.each([
  ["text", "not a database, but long enough to have a header that could be looked at in full.".repeat(20)],
  ["random bytes", "\u0007".repeat(5000)],
])("a file of %s is refused, and left as it is", (_, content) => {
  open("relay").close();
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
  writeFileSync(factsFile(directory), content);
  expect(refusal(() => open("relay")).code).toBe("foreign");
  expect(statSync(factsFile(directory)).size).toBe(Buffer.byteLength(content));
});

test("somebody else's database is refused", () => {
  open("relay").close();
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
  const database = new DatabaseSync(factsFile(directory));
  database.exec("CREATE TABLE theirs (a)");
  database.close();
  expect(refusal(() => open("relay"))).toMatchObject({ code: "foreign" });
});

test("a full disk has a code of its own", () => {
  const store = open("relay", notes);
  store.prepare("PRAGMA max_page_count = 8").get();
  const fill = (): unknown =>
    store.write(() => store.prepare("INSERT INTO note_line VALUES (?)").run("x".repeat(100_000)));
  let fault: StoreError | undefined;
  try {
    fill();
  } catch (error) {
    fault = storeFault(error);
  }
  expect(fault?.code).toBe("full");
  write(store, "there is room for little");
  expect(texts(store)).toEqual(["there is room for little"]);
});
