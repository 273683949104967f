import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anchorFile, openAnchorStore } from "./anchors.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-anchors-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("what is written is read, by the owner alone, and nothing is left beside it", () => {
  const path = anchorFile(directory);
  const store = openAnchorStore(path);
  expect(store.read(), "not there yet").toBeUndefined();
  store.write("one\n");
  store.write("two: 中文\n");
  expect(store.read()).toBe("two: 中文\n");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(existsSync(`${path}.new`)).toBe(false);
});

test("a write that was cut off, or a link that somebody laid, is not in the way", () => {
  const path = anchorFile(directory);
  const victim = join(directory, "victim");
  writeFileSync(victim, "untouched");
  symlinkSync(victim, `${path}.new`);
  openAnchorStore(path).write("text");
  expect(readFileSync(path, "utf8")).toBe("text");
  expect(readFileSync(victim, "utf8")).toBe("untouched");
});

test("what cannot be written or read throws, and the old text stays", () => {
  const path = anchorFile(directory);
  const store = openAnchorStore(path);
  store.write("old");
  expect(() => openAnchorStore(join(directory, "gone", "anchors.json")).write("x")).toThrow(/ENOENT/);
  expect(() => openAnchorStore(directory).read()).toThrow(/EISDIR/);
  writeFileSync(path, "x".repeat(1_048_577));
  expect(() => store.read()).toThrow(/larger/);
});

const isRoot = process.getuid?.() === 0;
test.skipIf(!isRoot)(
  `what root writes belongs to whom the directory belongs${isRoot ? "" : " (SKIPPED: only root can give files away)"}`,
  () => {
    chownSync(directory, 4711, 4712);
    openAnchorStore(anchorFile(directory)).write("text");
    expect(statSync(anchorFile(directory))).toMatchObject({ uid: 4711, gid: 4712 });
    expect(statSync(anchorFile(directory)).mode & 0o777).toBe(0o600);
  },
);
