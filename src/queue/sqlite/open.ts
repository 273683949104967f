import { existsSync, mkdirSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { limits, type Clock, type Log, type Metrics, type Random } from "../../base/index.ts";
import type { Queue } from "../types.ts";
import { databaseFault } from "./fault.ts";
import { createPrivately } from "./files.ts";
import { openDirectly, openThread, type Link } from "./link.ts";
import { leasingLimits, type LeasingLimits } from "./leasing.ts";
import { lockForRelay, type Lock } from "./lock.ts";
import { SqliteQueue } from "./queue.ts";
import { makeSpool, syncDirectory } from "./spool.ts";

export interface SqliteQueueOptions {
  /** Made if it is missing (mode 0700). */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How long a lease lasts, in milliseconds; default `limits.leaseMs`. */
  readonly leaseMs?: number;
  /**
   * `relay` (default): the one owner, who takes and delivers mail. `operator`: looks and changes, beside a relay or without
   * one; in a directory without a queue it sees an empty one and makes nothing.
   */
  readonly role?: "relay" | "operator";
  /** For tests and measurements. */
  readonly tuning?: {
    readonly limits?: Partial<LeasingLimits>;
    /** False: the database is used where it is called, without a thread. */
    readonly thread?: boolean;
    /** Bytes free for the queue, in place of what the file system says. */
    readonly freeBytes?: () => Promise<number>;
  };
}

/**
 * Opens the queue in a directory. Rejects with QueueError if another relay has it, if it was written by a newer version, or if it
 * cannot be read.
 */
export async function openSqliteQueue(options: SqliteQueueOptions): Promise<Queue> {
  const isRelay = (options.role ?? "relay") === "relay";
  const parts = {
    ...options,
    leaseMs: options.leaseMs ?? limits.leaseMs,
    spool: join(options.directory, "spool"),
    freeBytes: options.tuning?.freeBytes ?? (() => freeBytes(options.directory)),
    limits: { ...leasingLimits, ...options.tuning?.limits },
  };
  let lock: Lock | undefined;
  let link: Link | undefined;
  try {
    if (isRelay) lock = await prepare(options.directory, parts.spool);
    const file = join(options.directory, "queue.db");
    const path = isRelay || existsSync(file) ? file : ":memory:";
    const place = { path, spool: parts.spool, owner: isRelay };
    link = isRelay && options.tuning?.thread !== false ? await openThread(place) : openDirectly(place);
    if (isRelay) await syncDirectory(options.directory);
    // The directory itself may be new. Above it may be what we cannot open: then it is not ours to flush.
    if (isRelay) await syncDirectory(dirname(options.directory)).catch(() => {});
    const queue = new SqliteQueue({ ...parts, link, lock });
    await queue.start();
    return queue;
  } catch (error) {
    await link?.close();
    lock?.release();
    throw databaseFault(error);
  }
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

async function prepare(directory: string, spool: string): Promise<Lock> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = lockForRelay(directory);
  makeSpool(spool);
  createPrivately(join(directory, "queue.db"));
  return lock;
}
