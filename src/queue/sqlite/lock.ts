/**
 * One relay to a directory. The lock is the kernel's own on `relay.lock`, taken through SQLite: it ends with the process,
 * however that ends, so no stale lock can keep a relay from starting. `relay.pid` says who has it, for people only.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { QueueError } from "../types.ts";
import { createPrivately } from "./files.ts";

/** An operator's command may hold the lock for the moment of a change. */
const relayWaitMs = 1_000;

export interface Lock {
  release(): void;
}

/** Throws QueueError if another relay has it. */
export function lockForRelay(directory: string): Lock {
  createPrivately(lockFile(directory));
  const lock = tryLock(directory, relayWaitMs);
  if (lock === undefined)
    throw new QueueError("io", `another relay${holder(directory)} is using the queue in ${directory}`);
  const pidFile = join(directory, "relay.pid");
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return {
    release() {
      rmSync(pidFile, { force: true });
      lock.release();
    },
  };
}

/** For an operator's command, which makes no files. Undefined if a relay has the lock. */
export function lockForOperator(directory: string): Lock | undefined {
  return existsSync(lockFile(directory)) ? tryLock(directory, 0) : { release() {} };
}

function lockFile(directory: string): string {
  return join(directory, "relay.lock");
}

function tryLock(directory: string, waitMs: number): Lock | undefined {
  const path = lockFile(directory);
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

const sqliteBusy = 5;

function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === "number" && (errcode & 0xff) === sqliteBusy;
}

function holder(directory: string): string {
  try {
    const pid = Number.parseInt(readFileSync(join(directory, "relay.pid"), "utf8"), 10);
    return Number.isSafeInteger(pid) ? ` (process ${pid})` : "";
  } catch {
    return "";
  }
}
