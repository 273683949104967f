/**
 * The table of the dry run (`[policy] enforce = "report"`): per domain and UTC day, how many deliveries would have passed and how many
 * would have waited, and the latest reason why. Written behind, at most every second; bounded in rows.
 */
import type { Clock, DomainName, Instant, Log, Timer } from "../../base/index.ts";
import type { DryRunResult } from "../../delivery/index.ts";
import { storeFault, type FactStore, type TableModule } from "./open.ts";

export const dryRunLimits = { rowsMax: 200_000, waitingMax: 20_000, flushMs: 1_000, keepMs: 30 * 86_400_000 } as const;

const tables: TableModule = {
  name: "dryrun",
  steps: [
    `CREATE TABLE dryrun_day (
       domain TEXT NOT NULL,
       day INTEGER NOT NULL,
       pass INTEGER NOT NULL,
       wait INTEGER NOT NULL,
       reason TEXT,
       host TEXT,
       fault TEXT,
       seen INTEGER NOT NULL,
       PRIMARY KEY (domain, day)
     ) WITHOUT ROWID;
     CREATE INDEX dryrun_day_seen ON dryrun_day (seen);`,
  ],
};

/** What a dry run has shown of a domain, all days together. */
export interface DryRunDomain {
  readonly domain: DomainName;
  readonly wouldPass: number;
  readonly wouldWait: number;
  /** Of the latest that would have waited. */
  readonly reason?: string;
  readonly host?: string;
  readonly fault?: string;
  readonly waitedAt?: Instant;
}

export interface DryRunLog {
  /** Counts one delivery. Never throws. */
  note(result: DryRunResult): void;
  /** Those that would have waited most often first. Throws if the store cannot be read. */
  list(max: number): readonly DryRunDomain[];
  /** Writes what is not yet written. */
  close(): void;
}

interface Pending {
  pass: number;
  wait: number;
  last: DryRunResult | undefined;
  at: Instant;
}

export function openDryRunLog(
  facts: FactStore,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): DryRunLog {
  return new Counting(facts, clock, log);
}

class Counting implements DryRunLog {
  readonly #facts: FactStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #pending = new Map<string, Pending>();
  #timer: Timer | undefined;

  constructor(facts: FactStore, clock: Clock, log: Log) {
    facts.adopt(tables);
    this.#facts = facts;
    this.#clock = clock;
    this.#log = log;
  }

  note(result: DryRunResult): void {
    if (result.outcome === "unknown" || this.#pending.size >= dryRunLimits.waitingMax) return;
    const key = `${Math.floor(result.at / dayMs)} ${result.domain}`;
    const pending = this.#pending.get(key) ?? { pass: 0, wait: 0, last: undefined, at: result.at };
    if (result.outcome === "would-pass") pending.pass += 1;
    else {
      pending.wait += 1;
      pending.last = result;
    }
    pending.at = result.at;
    this.#pending.set(key, pending);
    this.#timer ??= this.#clock.after(dryRunLimits.flushMs, () => this.#flush());
  }

  list(max: number): readonly DryRunDomain[] {
    const rows = this.#facts
      .prepare(
        // SQLite takes the bare columns from the row that has the maximum.
        `SELECT domain, SUM(pass) AS passes, SUM(wait) AS waits, MAX(CASE WHEN wait > 0 THEN seen ELSE 0 END) AS waited,
           reason, host, fault
         FROM dryrun_day GROUP BY domain ORDER BY waits DESC, domain LIMIT ?`,
      )
      .all(max);
    return rows.map((row) => ({
      domain: String(row["domain"]) as DomainName,
      wouldPass: Number(row["passes"]),
      wouldWait: Number(row["waits"]),
      ...(Number(row["waited"]) > 0 ? { waitedAt: Number(row["waited"]) } : {}),
      ...named(row, "reason"),
      ...named(row, "host"),
      ...named(row, "fault"),
    }));
  }

  close(): void {
    this.#timer?.cancel();
    this.#flush();
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#pending.size === 0) return;
    const pending = [...this.#pending];
    this.#pending.clear();
    try {
      this.#facts.write(() => this.#write(pending));
    } catch (error) {
      this.#log.error("what a dry run has shown could not be written down", { error: storeFault(error).message });
    }
  }

  #write(pending: readonly (readonly [string, Pending])[]): void {
    const add = this.#facts.prepare(
      `INSERT INTO dryrun_day (domain, day, pass, wait, reason, host, fault, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (domain, day) DO UPDATE SET pass = pass + excluded.pass, wait = wait + excluded.wait, seen = excluded.seen,
         reason = coalesce(excluded.reason, reason), host = coalesce(excluded.host, host), fault = coalesce(excluded.fault, fault)`,
    );
    for (const [key, { pass, wait, last, at }] of pending) {
      const [day = "0", domain = ""] = key.split(" ");
      add.run(domain, Number(day), pass, wait, last?.reason ?? null, last?.host ?? null, last?.fault ?? null, at);
    }
    this.#facts.prepare("DELETE FROM dryrun_day WHERE seen < ?").run(this.#clock.now() - dryRunLimits.keepMs);
    this.#facts
      .prepare(
        `DELETE FROM dryrun_day WHERE (domain, day) IN
           (SELECT domain, day FROM dryrun_day ORDER BY seen DESC LIMIT -1 OFFSET ?)`,
      )
      .run(dryRunLimits.rowsMax);
  }
}

const dayMs = 86_400_000;

function named<K extends string>(row: Readonly<Record<string, unknown>>, key: K): { readonly [P in K]?: string } {
  const value = row[key];
  return (typeof value === "string" ? { [key]: value } : {}) as { readonly [P in K]?: string };
}
