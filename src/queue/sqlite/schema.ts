/**
 * The tables, and how the database is opened.
 *
 * A message's deliveries have consecutive numbers from `message.first`. `content` holds small bodies; it has no row for a
 * body in a spool file (then `message.crc` is set) and none once all deliveries are done. `open` is the one index that
 * leasing reads: it covers what it asks, and finished deliveries are not in it.
 */
import { DatabaseSync } from "node:sqlite";
import { QueueError } from "../types.ts";

export const schemaVersion = 1;
/** `SHQ1`: tells our database from anybody else's file. */
const applicationId = 0x53485131;

/** A delivery's state as stored. `marked`: leased for so long that the owner wrote it down for operators to see. */
export const states = { waiting: 0, marked: 1, held: 2, done: 3, doomed: 4 } as const;

const busyTimeoutMs = 10_000;
/** Freed pages are used again and again within the log before they are copied to the database. */
const walPagesBeforeCheckpoint = 4000;
const walKeptMaxBytes = 64 * 1024 * 1024;
const cacheMaxKiB = 16_384;

const tables = `
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    nonce TEXT NOT NULL,
    received INTEGER NOT NULL,
    size INTEGER NOT NULL,
    crc INTEGER,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    head TEXT NOT NULL,
    story TEXT NOT NULL
  ) STRICT;
  CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL,
    state INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    domain TEXT NOT NULL,
    recipients TEXT NOT NULL,
    outcomes TEXT,
    memo TEXT,
    story TEXT
  ) STRICT;
  CREATE TABLE content (message INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
  CREATE INDEX open ON delivery (state, due, id, domain, message) WHERE state < ${states.done};
  CREATE INDEX doomed ON delivery (message) WHERE state = ${states.doomed};
  CREATE INDEX received ON message (received);
`;

/** Throws QueueError if the file is not a queue of ours, or a newer one. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: false });
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${walPagesBeforeCheckpoint};
      PRAGMA journal_size_limit = ${walKeptMaxBytes};
      PRAGMA cache_size = -${cacheMaxKiB};
      PRAGMA temp_store = MEMORY;
    `);
    prepareSchema(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareSchema(database: DatabaseSync, path: string): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = pragma(database, "user_version");
    const owner = pragma(database, "application_id");
    const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
    if (!isEmpty && owner !== applicationId) throw new QueueError("io", `${path} is not a Surehop queue`);
    if (version > schemaVersion) {
      throw new QueueError(
        "io",
        `${path} was written by a newer Surehop (queue format ${version}; this one knows ${schemaVersion}): update Surehop`,
      );
    }
    if (isEmpty) {
      database.exec(tables);
      database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`);
    }
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

export function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
}
