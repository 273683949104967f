import { QueueError } from "../types.ts";

const sqliteFull = 13;
const spaceErrors = new Set(["ENOSPC", "EDQUOT"]);

/** An error of SQLite or of the file system as the queue's own: out of space is `full`, anything else `io`. */
export function databaseFault(error: unknown): QueueError {
  if (error instanceof QueueError) return error;
  const { code, errcode, message } = error as { code?: unknown; errcode?: unknown; message?: unknown };
  const isFull = (typeof errcode === "number" && (errcode & 0xff) === sqliteFull) || spaceErrors.has(String(code));
  const text = typeof message === "string" ? message : String(error);
  return new QueueError(isFull ? "full" : "io", isFull ? `no space left for the queue: ${text}` : text);
}

/** SQLITE_TOOBIG, _CONSTRAINT, _MISMATCH, _RANGE. */
const dataErrors = new Set([18, 19, 20, 25]);

/** True if the fault lies in what was to be written; a disk or a lock that fails does so for whoever comes next, too. */
export function isOfOneChange(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode !== "number" || dataErrors.has(errcode & 0xff);
}
