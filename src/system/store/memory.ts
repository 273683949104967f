/**
 * The tables of the memory (`policy/memory`): what hosts have met, and what was forgotten.
 *
 * `memory_host` has a row for each domain and host. A level that was never met has NULLs. `memory_forgetting` is the operator's
 * log, and at the same time how a running relay learns of it: numbers grow and are never used again, so whoever knows the
 * last one asks for those behind it.
 */
import { levels, type DomainName, type Instant, type Level } from "../../base/index.ts";
import {
  isTlsFault,
  memoryLimits,
  type Forgettable,
  type Forgetting,
  type ForgettingNote,
  type MemoryCount,
  type MemoryKey,
  type MemoryRow,
  type MemoryStore,
  type RememberedHost,
  type RememberedLevel,
} from "../../policy/index.ts";
import type { FactStore, TableModule } from "./open.ts";

/** Takes its place in facts.db. Throws StoreError if its tables cannot be had. */
export function openMemoryStore(facts: FactStore): MemoryStore {
  facts.adopt(tables);
  return new MemoryTables(facts);
}

const tables: TableModule = {
  name: "memory",
  steps: [
    `CREATE TABLE memory_host (
       domain TEXT NOT NULL,
       host TEXT NOT NULL,
       seen INTEGER NOT NULL,
       encrypted_deliveries INTEGER,
       encrypted_days INTEGER,
       encrypted_first INTEGER,
       encrypted_last INTEGER,
       authenticated_deliveries INTEGER,
       authenticated_days INTEGER,
       authenticated_first INTEGER,
       authenticated_last INTEGER,
       suspected_since INTEGER,
       suspected_last INTEGER,
       suspected_level INTEGER,
       suspected_fault TEXT,
       PRIMARY KEY (domain, host)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX memory_host_encrypted ON memory_host (host, encrypted_days, encrypted_deliveries);
     CREATE INDEX memory_host_seen ON memory_host (seen);
     CREATE INDEX memory_host_suspected ON memory_host (suspected_since) WHERE suspected_since IS NOT NULL;
     CREATE TABLE memory_forgetting (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       at INTEGER NOT NULL,
       who TEXT NOT NULL,
       why TEXT NOT NULL,
       domain TEXT,
       host TEXT,
       count INTEGER NOT NULL,
       what TEXT NOT NULL
     ) STRICT;`,
  ],
};

type Stored = Readonly<Record<string, unknown>>;

const columns = [
  "domain",
  "host",
  "seen",
  "encrypted_deliveries",
  "encrypted_days",
  "encrypted_first",
  "encrypted_last",
  "authenticated_deliveries",
  "authenticated_days",
  "authenticated_first",
  "authenticated_last",
  "suspected_since",
  "suspected_last",
  "suspected_level",
  "suspected_fault",
];

class MemoryTables implements MemoryStore {
  readonly #facts: FactStore;
  readonly #sql: ReturnType<typeof statements>;

  constructor(facts: FactStore) {
    this.#facts = facts;
    this.#sql = statements(facts);
  }

  rowsOf(domain: DomainName): readonly MemoryRow[] {
    return this.#sql.rowsOf.all(domain, memoryLimits.hostsPerDomainMax).map(readRow);
  }

  encryptedAt(host: string): RememberedLevel | undefined {
    const { establishedDaysMin, establishedDeliveriesMin } = memoryLimits;
    const row = this.#sql.encryptedAt.get(host, establishedDaysMin, establishedDeliveriesMin);
    return row === undefined ? undefined : readLevel(row, "encrypted");
  }

  suspected(rowsMax: number): readonly MemoryRow[] {
    return this.#sql.suspected.all(rowsMax).map(readRow);
  }

  count(): MemoryCount {
    const row = this.#sql.count.get() ?? {};
    return { domains: whole(row, "domains"), hosts: whole(row, "hosts"), rows: whole(row, "pairs") };
  }

  rowCount(): number {
    return whole(this.#sql.rowCount.get() ?? {}, "pairs");
  }

  write(rows: readonly MemoryRow[], gone: readonly MemoryKey[], heeded: number): readonly Forgetting[] {
    return this.#facts.write(() => {
      const newer = this.forgettingsAfter(heeded);
      // So many cannot be looked at one by one: what is not written is no more than a second's learning.
      if (newer.length >= memoryLimits.forgettingsHeededMax) return newer;
      for (const { domain, host } of gone) this.#sql.remove.run(domain, host);
      for (const row of rows) {
        if (!newer.some(({ what }) => concerns(what, row))) this.#sql.put.run(...valuesOf(row));
      }
      return newer;
    });
  }

  prune(unseenSince: Instant, max: number): readonly MemoryKey[] {
    return this.#facts.write(() => this.#sql.prune.all(unseenSince, max).map(readKey));
  }

  forget(what: Forgettable, { at, by, why }: ForgettingNote): Forgetting {
    const { forgettingByMaxChars, forgettingWhyMaxChars, forgettingsMax } = memoryLimits;
    const [who, reason] = [by.slice(0, forgettingByMaxChars), why.slice(0, forgettingWhyMaxChars)];
    const { remove, key } = this.#way(what);
    return this.#facts.write(
      () => {
        const { count, rows } = this.matching(what);
        remove.run(...key);
        const [domain, host] = [what.domain ?? null, what.host ?? null];
        const note = this.#sql.note.run(Math.floor(at), who, reason, domain, host, count, JSON.stringify(rows));
        const id = Number(note.lastInsertRowid);
        this.#sql.dropNotes.run(id - forgettingsMax);
        return { id, at, by: who, why: reason, what, count, rows };
      },
      { durable: true },
    );
  }

  matching(what: Forgettable): Pick<Forgetting, "count" | "rows"> {
    const { count, show, key } = this.#way(what);
    return {
      count: whole(count.get(...key) ?? {}, "pairs"),
      rows: show.all(...key, memoryLimits.forgettingRowsMax).map(readRow),
    };
  }

  lastForgetting(): number {
    return whole(this.#sql.lastNote.get() ?? {}, "last");
  }

  forgettingsAfter(id: number): readonly Forgetting[] {
    return this.#sql.notesAfter.all(id, memoryLimits.forgettingsHeededMax).map(readForgetting);
  }

  forgettings({ domain, max }: { readonly domain?: DomainName; readonly max: number }): readonly Forgetting[] {
    const rows = domain === undefined ? this.#sql.notes.all(max) : this.#sql.notesOf.all(domain, domain, max);
    return rows.map(readForgetting);
  }

  #way(what: Forgettable) {
    const { ofDomain, ofHost, ofBoth } = this.#sql;
    if (what.domain === undefined) return { ...ofHost, key: [what.host] };
    return what.host === undefined ? { ...ofDomain, key: [what.domain] } : { ...ofBoth, key: [what.domain, what.host] };
  }
}

function statements(facts: FactStore) {
  const all = columns.join(", ");
  const ways = (condition: string) => ({
    show: facts.prepare(`SELECT ${all} FROM memory_host WHERE ${condition} ORDER BY seen DESC LIMIT ?`),
    count: facts.prepare(`SELECT count(*) AS pairs FROM memory_host WHERE ${condition}`),
    remove: facts.prepare(`DELETE FROM memory_host WHERE ${condition}`),
  });
  return {
    rowsOf: facts.prepare(`SELECT ${all} FROM memory_host WHERE domain = ? LIMIT ?`),
    encryptedAt: facts.prepare(
      `SELECT encrypted_deliveries, encrypted_days, encrypted_first, encrypted_last FROM memory_host
       WHERE host = ? AND encrypted_days >= ? AND encrypted_deliveries >= ? ORDER BY encrypted_days DESC LIMIT 1`,
    ),
    suspected: facts.prepare(
      `SELECT ${all} FROM memory_host WHERE suspected_since IS NOT NULL ORDER BY suspected_since DESC LIMIT ?`,
    ),
    count: facts.prepare(
      "SELECT count(DISTINCT domain) AS domains, count(DISTINCT host) AS hosts, count(*) AS pairs FROM memory_host",
    ),
    rowCount: facts.prepare("SELECT count(*) AS pairs FROM memory_host"),
    put: facts.prepare(`INSERT OR REPLACE INTO memory_host (${all}) VALUES (${columns.map(() => "?").join(", ")})`),
    remove: facts.prepare("DELETE FROM memory_host WHERE domain = ? AND host = ?"),
    prune: facts.prepare(
      `DELETE FROM memory_host WHERE (domain, host) IN
         (SELECT domain, host FROM memory_host WHERE seen < ? ORDER BY seen LIMIT ?)
       RETURNING domain, host`,
    ),
    ofDomain: ways("domain = ?"),
    ofHost: ways("host = ?"),
    ofBoth: ways("domain = ? AND host = ?"),
    note: facts.prepare(
      "INSERT INTO memory_forgetting (at, who, why, domain, host, count, what) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    dropNotes: facts.prepare("DELETE FROM memory_forgetting WHERE id <= ?"),
    lastNote: facts.prepare("SELECT coalesce(max(id), 0) AS last FROM memory_forgetting"),
    notesAfter: facts.prepare("SELECT * FROM memory_forgetting WHERE id > ? ORDER BY id LIMIT ?"),
    notes: facts.prepare("SELECT * FROM memory_forgetting ORDER BY id DESC LIMIT ?"),
    notesOf: facts.prepare(
      `SELECT * FROM memory_forgetting WHERE domain = ? OR
         domain IS NULL AND EXISTS (SELECT 1 FROM json_each(what) WHERE json_extract(value, '$.domain') = ?)
       ORDER BY id DESC LIMIT ?`,
    ),
  };
}

function concerns(what: Forgettable, { domain, host }: MemoryKey): boolean {
  return (what.domain ?? domain) === domain && (what.host ?? host) === host;
}

function valuesOf({ domain, host, seenAt, remembered, suspicion }: MemoryRow): (string | number | null)[] {
  return [
    domain,
    host,
    Math.floor(seenAt),
    ...levelValues(remembered.encrypted),
    ...levelValues(remembered.authenticated),
    integer(remembered.suspectedSince),
    integer(suspicion?.lastAt),
    suspicion === undefined ? null : levels.indexOf(suspicion.expected),
    suspicion?.fault ?? null,
  ];
}

function levelValues(level: RememberedLevel | undefined): (number | null)[] {
  return [level?.deliveries ?? null, level?.days ?? null, integer(level?.firstAt), integer(level?.lastAt)];
}

function integer(at: Instant | undefined): number | null {
  return at === undefined ? null : Math.floor(at);
}

function readKey(row: Stored): MemoryKey {
  return { domain: String(row["domain"]) as DomainName, host: String(row["host"]) };
}

/** Throws if a value is none that was ever written. */
function readRow(row: Stored): MemoryRow {
  const encrypted = readLevel(row, "encrypted");
  const authenticated = readLevel(row, "authenticated");
  const remembered: RememberedHost = {
    ...(encrypted === undefined ? {} : { encrypted }),
    ...(authenticated === undefined ? {} : { authenticated }),
  };
  const known = { ...readKey(row), seenAt: whole(row, "seen") };
  if (row["suspected_since"] === null) return { ...known, remembered };
  const fault = String(row["suspected_fault"]);
  return {
    ...known,
    remembered: { ...remembered, suspectedSince: whole(row, "suspected_since") },
    suspicion: {
      expected: readExpected(row),
      lastAt: whole(row, "suspected_last"),
      ...(isTlsFault(fault) ? { fault } : {}),
    },
  };
}

function readLevel(row: Stored, level: "encrypted" | "authenticated"): RememberedLevel | undefined {
  if (row[`${level}_deliveries`] === null) return undefined;
  return {
    deliveries: whole(row, `${level}_deliveries`),
    days: whole(row, `${level}_days`),
    firstAt: whole(row, `${level}_first`),
    lastAt: whole(row, `${level}_last`),
  };
}

function readExpected(row: Stored): Level {
  const level = levels[whole(row, "suspected_level")];
  if (level === undefined) throw new Error("facts.db: a level of the memory is none that there is");
  return level;
}

function readForgetting(row: Stored): Forgetting {
  const [domain, host] = [row["domain"] as DomainName | null, row["host"] as string | null];
  return {
    id: whole(row, "id"),
    at: whole(row, "at"),
    by: String(row["who"]),
    why: String(row["why"]),
    what: domain === null ? { host: host ?? "" } : { domain, ...(host === null ? {} : { host }) },
    count: whole(row, "count"),
    rows: JSON.parse(String(row["what"])) as MemoryRow[],
  };
}

function whole(row: Stored, column: string): number {
  const value = row[column];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new Error(`facts.db: ${column} of the memory is no number that was ever written`);
  }
  return value;
}
