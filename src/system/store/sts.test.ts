import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { effortMs } from "../../../test/support/effort.ts";
import { domain } from "../../base/index.ts";
import type { StoredSts, StsStore } from "../../policy/index.ts";
import { openFactStore, type FactStore } from "./open.ts";
import { openStsStore } from "./sts.ts";

let directory: string;
let facts: FactStore;
let store: StsStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-stsstore-"));
  facts = openFactStore({ directory, role: "relay" });
  store = openStsStore(facts);
});

afterEach(() => {
  facts.close();
  rmSync(directory, { recursive: true });
});

const org = domain("example.org");
const entry: StoredSts = {
  domain: org,
  policy: { mode: "enforce", mx: ["mx.example.org", "*.example.net"], maxAgeSeconds: 604_800 },
  id: "20160831085700Z",
  fetchedAt: 1000,
  expiresAt: 604_801_000,
  refreshAt: 86_401_000,
  usedAt: 1000,
};
const trouble = { of: "policy", result: "sts-webpki-invalid", detail: 'not for "mta-sts"' } as const;

test("trap 18: what was written is read back, after a restart too", () => {
  const none: StoredSts = { ...entry, domain: domain("none.test"), policy: { mode: "none", mx: [], maxAgeSeconds: 0 } };
  const told = { ...entry, domain: domain("told.test"), trouble };
  for (const one of [entry, none, told]) store.write(one);
  facts.close();
  facts = openFactStore({ directory, role: "relay" });
  store = openStsStore(facts);
  for (const one of [entry, none, told]) expect(store.read(one.domain)).toEqual(one);
  expect(store.read(domain("unknown.test"))).toBeUndefined();
});

test("a policy takes the place of the one before it, trouble and all", () => {
  store.write({ ...entry, trouble });
  store.write({ ...entry, id: "2" });
  expect(store.list({ max: 10 })).toEqual([{ ...entry, id: "2" }]);
});

test("use only ever becomes later", () => {
  store.write(entry);
  store.touch(org, 5000.7);
  store.touch(org, 3000);
  store.touch(domain("unknown.test"), 3000);
  expect(store.read(org)).toEqual({ ...entry, usedAt: 5000 });
});

describe("trap 17: a row that cannot be understood is a fault, never an absence, and nothing is guessed", () => {
  const broken: readonly [column: string, sql: string][] = [
    ["mode", "mode = 'enforced'"],
    ["mode", "mode = ''"],
    ["mx", "mx = ''"],
    ["mx", "mx = 'mx.example.org'"],
    ["mx", "mx = '[]'"],
    ["mx", "mx = '[1]'"],
    ["mx", "mx = '{}'"],
    ["mx", "mx = 'null'"],
    ["mx", `mx = '["mx.example.org"'`],
    ["id", "id = ''"],
    ["trouble", "trouble = ''"],
    ["trouble", "trouble = 'true'"],
    ["trouble", "trouble = '{}'"],
    ["trouble", `trouble = '{"of":"policy","result":"dane-required","detail":""}'`],
  ];
  test.each(broken)("%s: %s", (column, sql) => {
    store.write(entry);
    facts.prepare(`UPDATE sts_policy SET ${sql}`).run();
    expect(() => store.read(org)).toThrow(`the row of "example.org" in sts_policy has a broken ${column}`);
    expect(() => store.list({ max: 10 })).toThrow("broken");
    store.write(entry);
    expect(store.read(org)).toEqual(entry);
  });

  test("a number that is too large", () => {
    store.write(entry);
    facts.prepare("UPDATE sts_policy SET expires = 9223372036854775807").run();
    expect(() => store.read(org)).toThrow(/./);
  });

  test("a table that is gone", () => {
    store.write(entry);
    facts.prepare("DROP TABLE sts_policy").run();
    expect(() => store.read(org)).toThrow(/no such table/);
  });
});

test("due are those whose time has come and that are used, the longest due first", () => {
  const at = (name: string, refreshAt: number, usedAt = 100): void =>
    store.write({ ...entry, domain: domain(name), refreshAt, usedAt });
  at("third.test", 300);
  at("first.test", 100);
  at("second.test", 200);
  at("later.test", 301);
  at("unused.test", 100, 99);
  expect(store.due(300, 100, 10)).toEqual(["first.test", "second.test", "third.test"]);
  expect(store.due(300, 100, 2)).toEqual(["first.test", "second.test"]);
});

describe("its size is bounded", () => {
  beforeEach(() => {
    const at = (name: string, expiresAt: number, usedAt: number): void =>
      store.write({ ...entry, domain: domain(name), expiresAt, usedAt });
    at("long-expired.test", 100, 900);
    at("expired.test", 500, 900);
    at("old.test", 2000, 10);
    at("newer.test", 2000, 20);
    at("newest.test", 2000, 30);
  });
  const left = (): readonly string[] => store.list({ max: 100 }).map((one) => one.domain);

  test.each([
    [5, ["expired.test", "newer.test", "newest.test", "old.test"], "what has long expired goes in any case"],
    [3, ["newer.test", "newest.test", "old.test"], "then what has expired, however much it is used"],
    [2, ["newer.test", "newest.test"], "then what was not used for longest"],
    [0, [], "down to nothing"],
  ])("to %i: %o: %s", (max, expected) => {
    store.tidy({ now: 1000, expiredBefore: 200, max });
    expect(left()).toEqual(expected);
  });
});

test("counted by mode are those that have not expired", () => {
  const modes = { "a.test": "enforce", "b.test": "enforce", "c.test": "testing", "d.test": "none" } as const;
  for (const [name, mode] of Object.entries(modes)) {
    store.write({ ...entry, domain: domain(name), policy: { ...entry.policy, mode } });
  }
  store.write({ ...entry, domain: domain("e.test"), expiresAt: 500 });
  expect(store.counts(500)).toEqual({ enforce: 2, testing: 1, none: 1 });
  expect(store.counts(entry.expiresAt)).toEqual({ enforce: 0, testing: 0, none: 0 });
});

test("a policy can be taken out", () => {
  store.write(entry);
  store.remove(org);
  expect(store.read(org)).toBeUndefined();
});

test("ten thousand policies are read quickly, and take little room", async () => {
  facts.write(() => {
    const insert = facts.prepare(
      "INSERT INTO sts_policy VALUES (?, '1', 'enforce', '[\"mx.example.org\"]', 1, 1, 1, 1, 1, NULL)",
    );
    for (let index = 0; index < 10_000; index++) insert.run(`domain-${index}.example`);
  });
  const effort = await effortMs(() => {
    for (let index = 0; index < 10_000; index++) store.read(domain(`domain-${index}.example`));
  });
  expect(effort).toBeLessThan(5000);
  const pages = Number(facts.prepare("PRAGMA page_count").get()?.["page_count"]);
  expect((pages * 4096) / 10_000).toBeLessThan(1000);
});
