/**
 * `facts.db`: what a relay has learned and must still know tomorrow, in one SQLite file of its data directory. Policies that domains
 * publish, levels that hosts have met, sessions to be reported: each part keeps its own tables here, and nobody else's.
 *
 *   openFactStore(directory) ──► FactStore ──adopt(tables of a part)──► the part prepares its statements, and uses them
 *
 * - Who opens it: the one relay of a directory, and beside it, while it runs, an operator's commands. WAL lets readers read whatever a
 *   writer does; writers wait for each other for a bounded time.
 * - What a part promises: its tables carry its name in front (`sts_policy`), its rows are bounded in count and size by limits of its own,
 *   and its transactions are short, because they are made on the thread that calls.
 * - What is durable: `write` is atomic, and survives the process whatever happens to it. If the power fails, what was written in the
 *   last moments may be gone, unless `durable` was asked for: then it is on the disk when `write` returns.
 * - What goes wrong is thrown: `StoreError` on opening, what SQLite throws afterwards (`storeFault` gives it plain words). A part that
 *   cannot read says so; it never takes that for "nothing there".
 *
 * Formats are counted by part. A relay brings the tables of an older version up to date; a newer one is refused. An operator's command
 * makes tables that are not there yet and changes none that are.
 */
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { storeLimits } from "./limits.ts";

/** The tables of one part of the program. */
export interface TableModule {
  /** Lower case; stands in front of its tables' names. */
  readonly name: string;
  /** Statements that lead from each format to the next: the first makes the tables, further ones change them. Never edited, only added to. */
  readonly steps: readonly string[];
}

export interface FactStore {
  /** The file, or `:memory:`. */
  readonly path: string;
  /** Makes the tables of a part, or brings them up to date. Throws StoreError. Asking twice does nothing the second time. */
  adopt(tables: TableModule): void;
  prepare(sql: string): StatementSync;
  /** All of `work` or nothing of it; throws what `work` or SQLite throws. Not to be nested. */
  write<T>(work: () => T, options?: { readonly durable?: boolean }): T;
  /** No use of it afterwards. Asking twice does nothing the second time. */
  close(): void;
}

export interface FactStoreOptions {
  /** The relay's data directory; the relay makes it if need be. */
  readonly directory: string;
  /** `operator`: beside a relay or without one. In a directory without the file it sees an empty store, and makes nothing. */
  readonly role: "relay" | "operator";
}

/** `newer`: written by a newer Surehop. `older`: an operator's command may not change formats, the relay has to be started once. */
export type StoreErrorCode = "io" | "full" | "foreign" | "newer" | "older";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws StoreError if the file cannot be opened, or is not ours. */
export function openFactStore({ directory, role }: FactStoreOptions): FactStore {
  const file = factsFile(directory);
  try {
    if (role === "relay") prepareFile(directory, file);
    const path = role === "relay" || existsSync(file) ? file : ":memory:";
    return new SqliteFactStore(path, role);
  } catch (error) {
    throw storeFault(error);
  }
}

/** Where a relay with this data directory keeps it. */
export function factsFile(dataDirectory: string): string {
  return join(dataDirectory, "facts.db");
}

const sqliteFull = 13;
const sqliteNotADatabase = 26;
const spaceErrors = new Set(["ENOSPC", "EDQUOT"]);

/** An error of SQLite or of the file system as the store's own. */
export function storeFault(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, errcode, message } = error as { code?: unknown; errcode?: unknown; message?: unknown };
  const text = typeof message === "string" ? message : String(error);
  const primary = typeof errcode === "number" ? errcode & 0xff : undefined;
  if (primary === sqliteFull || spaceErrors.has(String(code))) {
    return new StoreError("full", `no space left for facts.db: ${text}`);
  }
  return new StoreError(primary === sqliteNotADatabase ? "foreign" : "io", `facts.db: ${text}`);
}

/** `SHF1`: tells our database from anybody else's file. */
const applicationId = 0x53484631;

const moduleTable = "CREATE TABLE module (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT";

class SqliteFactStore implements FactStore {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #role: FactStoreOptions["role"];

  constructor(path: string, role: FactStoreOptions["role"]) {
    this.path = path;
    this.#role = role;
    const timeout = role === "relay" ? storeLimits.relayBusyTimeoutMs : storeLimits.operatorBusyTimeoutMs;
    this.#database = new DatabaseSync(path, { timeout });
    try {
      this.#database.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA journal_size_limit = ${storeLimits.walKeptMaxBytes};
        PRAGMA cache_size = -${storeLimits.pageCacheMaxBytes / 1024};
        PRAGMA max_page_count = ${Math.floor(storeLimits.factsMaxBytes / this.#pragma("page_size"))};
      `);
      this.write(() => this.#claim());
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  adopt({ name, steps }: TableModule): void {
    try {
      this.write(() => this.#bringUpToDate(name, steps));
    } catch (error) {
      throw storeFault(error);
    }
  }

  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  write<T>(work: () => T, { durable = false }: { readonly durable?: boolean } = {}): T {
    const database = this.#database;
    // Outside of a transaction only: inside, SQLite ignores it.
    if (durable) database.exec("PRAGMA synchronous = FULL");
    try {
      database.exec("BEGIN IMMEDIATE");
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    } finally {
      if (durable) database.exec("PRAGMA synchronous = NORMAL");
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #claim(): void {
    const isEmpty = this.#database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
    if (!isEmpty && this.#pragma("application_id") !== applicationId) {
      throw new StoreError("foreign", `${this.path} is not a file of Surehop's`);
    }
    if (isEmpty) this.#database.exec(`${moduleTable}; PRAGMA application_id = ${applicationId}`);
  }

  #bringUpToDate(name: string, steps: readonly string[]): void {
    const row = this.#database.prepare("SELECT version FROM module WHERE name = ?").get(name);
    const version = Number(row?.["version"] ?? 0);
    if (version === steps.length) return;
    const formats = `${name} format ${version}; this one knows ${steps.length}`;
    if (version > steps.length) {
      throw new StoreError("newer", `${this.path} was written by a newer Surehop (${formats}): update Surehop`);
    }
    if (version > 0 && this.#role === "operator") {
      throw new StoreError("older", `${this.path} was written by an older Surehop (${formats}): start the relay once`);
    }
    for (const step of steps.slice(version)) this.#database.exec(step);
    this.#database.prepare("INSERT OR REPLACE INTO module (name, version) VALUES (?, ?)").run(name, steps.length);
  }

  #pragma(name: string): number {
    return Number(Object.values(this.#database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  }
}

/**
 * Ours alone to read. A file that exists is not even opened here: closing any descriptor of it would drop the process's locks on it
 * (POSIX), SQLite's among them.
 */
function prepareFile(directory: string, file: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
