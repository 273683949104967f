/**
 * The queue's database, synchronously: runs batches of changes, each batch in one transaction with one fsync, and answers
 * questions. It lives in a thread of its own (`thread.ts`), or, for an operator's command, where it is called.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { QueueError } from "../types.ts";
import { Changes } from "./changes.ts";
import { Listing } from "./listing.ts";
import type {
  Answers,
  Change,
  ChangeResult,
  FetchedRow,
  Opened,
  Position,
  Request,
  Tidings,
  WaitingRow,
} from "./protocol.ts";
import { openDatabase, states } from "./schema.ts";
import { databaseFault, isOfOneChange } from "./fault.ts";
import { removeOrphans, removeSpoolFile } from "./spool.ts";

/** Where a queue's parts lie. */
export interface StorePlace {
  /** Of the database; may be `:memory:`. */
  readonly path: string;
  readonly spool: string;
  /** The relay, not an operator's command. */
  readonly owner: boolean;
}

/** Said twice, because SQLite takes a partial index only for a query that repeats its condition word by word. */
const isWaiting = `state < ${states.done} AND state = ${states.waiting}`;

export class Store {
  readonly #database: DatabaseSync;
  readonly #changes: Changes;
  readonly #listing: Listing;
  readonly #spool: string;
  readonly #begin;
  readonly #end;
  readonly #undo;
  readonly #version;
  readonly #scan;
  readonly #scanDomain;
  readonly #next;
  readonly #fetch;
  readonly #body;
  readonly #state;
  #seenVersion = 0;
  #waiting = 0;
  #held = 0;

  /** Throws QueueError, or what SQLite throws, if the database cannot be used. */
  constructor({ path, spool, owner }: StorePlace) {
    const database = openDatabase(path);
    this.#database = database;
    this.#spool = spool;
    if (owner)
      database.exec(
        `UPDATE delivery SET state = ${states.waiting} WHERE state < ${states.done} AND state = ${states.marked}`,
      );
    this.#changes = new Changes(database);
    this.#listing = new Listing(database);
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#end = database.prepare("COMMIT");
    this.#undo = database.prepare("ROLLBACK");
    this.#version = database.prepare("PRAGMA data_version");
    this.#scan = new Scan(database, "");
    this.#scanDomain = new Scan(database, "AND domain = ?");
    this.#next = database.prepare(
      `SELECT due FROM delivery INDEXED BY open
        WHERE ${isWaiting} AND (due, id) > (?, ?) ORDER BY due, id LIMIT 1`,
    );
    this.#fetch = database.prepare(
      `SELECT d.id, d.state, d.attempts, d.domain, d.recipients, d.outcomes, d.memo, d.message,
          m.nonce, m.first, m.size, m.crc, m.head
        FROM delivery d JOIN message m ON m.id = d.message WHERE d.id = ?`,
    );
    this.#body = database.prepare("SELECT body FROM content WHERE message = ?");
    this.#state = database.prepare("SELECT state FROM delivery WHERE id = ?");
    this.#seenVersion = this.#dataVersion();
    this.#recount();
    if (owner) removeOrphans(spool, (message, nonce) => this.#listing.isOpen(message, nonce));
  }

  opened(): Opened {
    return { ...this.tidings(), lastSerial: this.#listing.lastSerial() };
  }

  tidings(): Tidings {
    const version = this.#dataVersion();
    const moved = version !== this.#seenVersion;
    this.#seenVersion = version;
    return { waiting: this.#waiting, held: this.#held, moved };
  }

  answer<K extends Request["kind"]>(request: Extract<Request, { kind: K }>): Answers[K];
  answer(request: Request): Answers[Request["kind"]] {
    switch (request.kind) {
      case "batch":
        return this.#run(request.changes, request.bodies);
      case "scan":
        return this.#scanWaiting(request.after, request.until, request.max, request.domain);
      case "fetch":
        return this.#fetchAll(request.deliveries, request.bodyMaxBytes);
      case "body":
        return this.#bodyOf(request.message);
      case "states":
        this.#recount();
        return request.deliveries.map((id) => this.#state.get(id)?.["state"] as number | undefined);
      case "doomed":
        return this.#listing.doomed();
      case "list":
        return this.#listing.list(request.request);
      case "show":
        return this.#listing.show(request.message, request.nonce);
      case "poll":
        return undefined;
      case "close":
        this.#database.close();
        return undefined;
    }
  }

  /** All in one transaction; if that fails each by itself, so that one bad change cannot take the others with it. */
  #run(changes: readonly Change[], bodies: ArrayBuffer): readonly ChangeResult[] {
    try {
      return this.#transaction(changes, bodies);
    } catch (error) {
      if (changes.length === 1 || !isOfOneChange(error)) return changes.map(() => failure(error));
    }
    return changes.map((change) => {
      try {
        return this.#transaction([change], bodies)[0] ?? { ok: true };
      } catch (error) {
        return failure(error);
      }
    });
  }

  #transaction(changes: readonly Change[], bodies: ArrayBuffer): ChangeResult[] {
    const run = this.#changes;
    run.start();
    this.#begin.run();
    let results: ChangeResult[];
    try {
      results = changes.map((change) => run.make(change, bodies));
      this.#end.run();
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (this.#database.isTransaction) this.#undo.run();
      throw error;
    }
    this.#waiting += run.waiting;
    this.#held += run.held;
    // Gone from the database first: a crash in between leaves a file that the next start removes.
    for (const id of run.spoolFilesDone) removeSpoolFile(this.#spool, id);
    return results;
  }

  #scanWaiting(after: Position, until: Position, max: number, domain: string | undefined): Answers["scan"] {
    if (domain !== undefined) return { rows: this.#scanDomain.run(after, until, max, domain), nextDue: undefined };
    const rows = this.#scan.run(after, until, max);
    if (rows.length === max) return { rows, nextDue: undefined };
    return { rows, nextDue: this.#next.get(until.due, until.id)?.["due"] as number | undefined };
  }

  #fetchAll(deliveries: readonly number[], bodyMaxBytes: number): FetchedRow[] {
    const rows: FetchedRow[] = [];
    let left = bodyMaxBytes;
    for (const id of deliveries) {
      const row = this.#fetch.get(id) as unknown as FetchedRow | undefined;
      if (row === undefined) continue;
      const fits = row.crc === null && row.size <= left;
      if (fits) left -= row.size;
      rows.push({ ...row, body: fits ? this.#bodyOf(row.message) : undefined });
    }
    return rows;
  }

  #bodyOf(message: number): Uint8Array | undefined {
    return this.#body.get(message)?.["body"] as Uint8Array | undefined;
  }

  #dataVersion(): number {
    return this.#version.get()?.["data_version"] as number;
  }

  #recount(): void {
    const counts = this.#listing.counts();
    this.#waiting = counts.waiting;
    this.#held = counts.held;
  }
}

/**
 * Reads waiting deliveries in order. In two steps, because SQLite would otherwise walk again over all that are due at the same
 * instant as the last one read, which after an operator's `retry` of everything is everything.
 */
class Scan {
  readonly #same: StatementSync;
  readonly #later: StatementSync;

  constructor(database: DatabaseSync, also: string) {
    const select = `SELECT id, message, due, domain FROM delivery INDEXED BY open WHERE ${isWaiting}`;
    this.#same = database.prepare(
      `${select} AND due = ? AND id > ? AND (due, id) <= (?, ?) ${also} ORDER BY id LIMIT ?`,
    );
    this.#later = database.prepare(`${select} AND due > ? AND (due, id) <= (?, ?) ${also} ORDER BY due, id LIMIT ?`);
  }

  run(after: Position, until: Position, max: number, ...also: readonly string[]): WaitingRow[] {
    const same = this.#same.all(after.due, after.id, until.due, until.id, ...also, max);
    const later = same.length >= max ? [] : this.#later.all(after.due, until.due, until.id, ...also, max - same.length);
    return [...same, ...later] as unknown as WaitingRow[];
  }
}

function failure(error: unknown): ChangeResult {
  const { code, message } = databaseFault(error);
  return { ok: false, code: code satisfies QueueError["code"], message };
}
