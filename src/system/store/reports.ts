/**
 * TLS reports in `facts.db`: the sessions counted for them, our own on their way, and others' that came in. A policy and a kind of failure are known by digests of all that tells
 * them apart, so that the indexes stay small whatever stands in them.
 */
import { createHash } from "node:crypto";
import type { StatementSync } from "node:sqlite";
import { deflateSync, inflateSync } from "node:zlib";
import type { DomainName, Instant, ReportedPolicy, TlsPolicyType, TlsResultType } from "../../base/index.ts";
import {
  reportLimits,
  type CountedFailure,
  type CountedMore,
  type CountedPolicy,
  type CountStore,
  type Outgoing,
  type OutgoingStore,
  type ReceivedReport,
  type ReceivedStore,
  isToBelieve,
  type UtcDay,
} from "../../report/index.ts";
import type { FactStore, TableModule } from "./open.ts";

export const reportTables: TableModule = {
  name: "report",
  steps: [
    `CREATE TABLE report_policy (
       id INTEGER PRIMARY KEY,
       day TEXT NOT NULL,
       domain TEXT NOT NULL,
       key TEXT NOT NULL,
       type TEXT NOT NULL,
       strings TEXT NOT NULL,
       mx TEXT NOT NULL,
       successes INTEGER NOT NULL,
       UNIQUE (day, domain, key)
     ) STRICT;
     CREATE TABLE report_failure (
       policy INTEGER NOT NULL,
       key TEXT NOT NULL,
       result TEXT NOT NULL,
       facts TEXT NOT NULL,
       sessions INTEGER NOT NULL,
       PRIMARY KEY (policy, key)
     ) STRICT, WITHOUT ROWID;`,
    `CREATE TABLE report_outgoing (
       day TEXT NOT NULL,
       domain TEXT NOT NULL,
       id TEXT NOT NULL UNIQUE,
       due INTEGER,
       facts TEXT NOT NULL,
       body BLOB,
       PRIMARY KEY (day, domain)
     ) STRICT;
     CREATE INDEX report_outgoing_due ON report_outgoing (due) WHERE due IS NOT NULL;`,
    `CREATE TABLE report_received (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       key TEXT NOT NULL UNIQUE,
       report TEXT NOT NULL,
       at INTEGER NOT NULL,
       source TEXT NOT NULL,
       proof TEXT NOT NULL,
       body BLOB NOT NULL
     ) STRICT;
     CREATE INDEX report_received_report ON report_received (report);
     CREATE INDEX report_received_at ON report_received (at);`,
  ],
};

export type ReportStore = CountStore & OutgoingStore & ReceivedStore;

/** Throws StoreError. */
export function openReports(store: FactStore): ReportStore {
  store.adopt(reportTables);
  return new SqliteReports(store);
}

type Row = Readonly<Record<string, unknown>>;

class SqliteReports implements ReportStore {
  readonly #store: FactStore;
  readonly #statements = new Map<string, StatementSync>();
  /** Policies of each day that was written to; the relay alone writes. */
  readonly #sizes = new Map<UtcDay, number>();

  constructor(store: FactStore) {
    this.#store = store;
  }

  add(more: readonly CountedMore[]): number {
    try {
      return this.#store.write(() => more.reduce((leftOut, one) => leftOut + this.#addOne(one), 0));
    } catch (error) {
      // The rows of a transaction that failed were counted, too.
      this.#sizes.clear();
      throw error;
    }
  }

  counted(day: UtcDay, domain: DomainName): readonly CountedPolicy[] {
    const rows = this.#sql(
      "SELECT id, type, strings, mx, successes FROM report_policy WHERE day = ? AND domain = ? ORDER BY id",
    ).all(day, domain) as Row[];
    return rows.map((row) => ({
      policy: {
        type: row["type"] as TlsPolicyType,
        strings: JSON.parse(String(row["strings"])) as string[],
        mxHosts: JSON.parse(String(row["mx"])) as string[],
      },
      successes: Number(row["successes"]),
      failures: this.#failuresOf(Number(row["id"])),
    }));
  }

  countedDays(before: UtcDay): readonly UtcDay[] {
    const rows = this.#sql("SELECT DISTINCT day FROM report_policy WHERE day < ? ORDER BY day").all(before) as Row[];
    return rows.map((row) => row["day"] as UtcDay);
  }

  countedDomains(day: UtcDay, after: string, max: number): readonly DomainName[] {
    const rows = this.#sql(
      "SELECT DISTINCT domain FROM report_policy WHERE day = ? AND domain > ? ORDER BY domain LIMIT ?",
    ).all(day, after, max) as Row[];
    return rows.map((row) => row["domain"] as DomainName);
  }

  forgetCounts(before: UtcDay): void {
    this.#store.write(() => {
      this.#sql("DELETE FROM report_failure WHERE policy IN (SELECT id FROM report_policy WHERE day < ?)").run(before);
      this.#sql("DELETE FROM report_policy WHERE day < ?").run(before);
    });
    for (const day of this.#sizes.keys()) if (day < before) this.#sizes.delete(day);
  }

  plan(reports: readonly Pick<Outgoing, "day" | "domain" | "reportId" | "dueAt">[]): void {
    const facts = JSON.stringify({ state: { kind: "planned", attempts: 0 }, targets: [] } satisfies OutgoingFacts);
    this.#store.write(() => {
      for (const { day, domain, reportId, dueAt } of reports) {
        this.#sql("INSERT OR IGNORE INTO report_outgoing (day, domain, id, due, facts) VALUES (?, ?, ?, ?, ?)").run(
          day,
          domain,
          reportId,
          dueAt ?? null,
          facts,
        );
      }
    });
  }

  due(now: Instant, max: number): readonly Outgoing[] {
    const rows = this.#sql("SELECT * FROM report_outgoing WHERE due <= ? ORDER BY due LIMIT ?").all(now, max) as Row[];
    return rows.map(readOutgoing);
  }

  nextDue(): Instant | undefined {
    const due = this.#sql("SELECT MIN(due) AS due FROM report_outgoing WHERE due IS NOT NULL").get()?.["due"];
    return due === null || due === undefined ? undefined : Number(due);
  }

  save({ reportId, dueAt, body, firstAt, state, targets }: Outgoing): void {
    const write = this.#sql("UPDATE report_outgoing SET due = ?, facts = ?, body = ? WHERE id = ?");
    const facts: OutgoingFacts = { state, targets, ...(firstAt === undefined ? {} : { firstAt }) };
    const text = JSON.stringify(facts);
    this.#store.write(() => write.run(dueAt ?? null, text, body ?? null, reportId), { durable: true });
  }

  postpone(reportId: string, dueAt: Instant): void {
    const write = this.#sql("UPDATE report_outgoing SET due = ? WHERE id = ? AND due IS NOT NULL");
    this.#store.write(() => write.run(dueAt, reportId));
  }

  outgoing(max: number): readonly Outgoing[] {
    const rows = this.#sql("SELECT * FROM report_outgoing ORDER BY day DESC, domain LIMIT ?").all(max) as Row[];
    return rows.map(readOutgoing);
  }

  forgetOutgoing(before: UtcDay): void {
    this.#store.write(() => this.#sql("DELETE FROM report_outgoing WHERE day < ?").run(before));
  }

  keep({ receivedAt, source, proof, report }: Omit<ReceivedReport, "id">): "kept" | "known" | "full" {
    // By signer too: a report that anybody could have written must not take the place of one that is yet to come.
    const signer = proof.kind === "signed" ? proof.by : isToBelieve(proof) ? "" : "nobody";
    const key = digest(`${report.organization.toLowerCase()}\n${report.reportId}\n${signer}`);
    return this.#store.write(
      () => {
        if (this.#sql("SELECT 1 FROM report_received WHERE key = ?").get(key) !== undefined) return "known";
        const count = Number(this.#sql("SELECT COUNT(*) AS count FROM report_received").get()?.["count"]);
        if (count >= reportLimits.receivedMax) return "full";
        const body = deflateSync(JSON.stringify(report));
        this.#sql("INSERT INTO report_received (key, report, at, source, proof, body) VALUES (?, ?, ?, ?, ?, ?)").run(
          key,
          report.reportId,
          receivedAt,
          source,
          JSON.stringify(proof),
          body,
        );
        return "kept";
      },
      { durable: true },
    );
  }

  received(max: number): readonly ReceivedReport[] {
    const rows = this.#sql("SELECT * FROM report_received ORDER BY id DESC LIMIT ?").all(max) as Row[];
    return rows.map(readReceived);
  }

  receivedOne(id: string): ReceivedReport | undefined {
    const row =
      (/^\d{1,15}$/.test(id) ? this.#sql("SELECT * FROM report_received WHERE id = ?").get(Number(id)) : undefined) ??
      this.#sql("SELECT * FROM report_received WHERE report = ? ORDER BY id DESC LIMIT 1").get(id);
    return row === undefined ? undefined : readReceived(row);
  }

  forgetReceived(before: Instant): void {
    this.#store.write(() => this.#sql("DELETE FROM report_received WHERE at < ?").run(before));
  }

  /** Prepared once. */
  #sql(text: string): StatementSync {
    const known = this.#statements.get(text) ?? this.#store.prepare(text);
    this.#statements.set(text, known);
    return known;
  }

  #failuresOf(policy: number): readonly CountedFailure[] {
    const rows = this.#sql(
      "SELECT result, facts, sessions FROM report_failure WHERE policy = ? ORDER BY sessions DESC, key",
    ).all(policy) as Row[];
    return rows.map((row) => ({
      result: row["result"] as TlsResultType,
      ...(JSON.parse(String(row["facts"])) as object),
      sessions: Number(row["sessions"]),
    }));
  }

  /** How many of its sessions were left out. */
  #addOne({ day, domain, policy, successes, failures }: CountedMore): number {
    const id = this.#policyId(day, domain, policy);
    if (id === undefined) return failures.reduce((sum, { sessions }) => sum + sessions, successes);
    if (successes > 0) {
      this.#sql("UPDATE report_policy SET successes = successes + ? WHERE id = ?").run(successes, id);
    }
    for (const failure of failures) this.#addFailure(id, failure);
    return 0;
  }

  #policyId(day: UtcDay, domain: DomainName, policy: ReportedPolicy): number | undefined {
    const strings = JSON.stringify(policy.strings);
    const mx = JSON.stringify(policy.mxHosts);
    const key = digest(`${policy.type} ${strings} ${mx}`);
    const known = this.#sql("SELECT id FROM report_policy WHERE day = ? AND domain = ? AND key = ?").get(
      day,
      domain,
      key,
    );
    if (known !== undefined) return Number(known["id"]);
    if (this.#isFull(day, domain)) return undefined;
    this.#sizes.set(day, this.#sizeOf(day) + 1);
    const made = this.#sql(
      "INSERT INTO report_policy (day, domain, key, type, strings, mx, successes) VALUES (?, ?, ?, ?, ?, ?, 0)",
    ).run(day, domain, key, policy.type, strings, mx);
    return Number(made.lastInsertRowid);
  }

  #isFull(day: UtcDay, domain: DomainName): boolean {
    if (this.#sizeOf(day) >= reportLimits.policiesPerDayMax) return true;
    const row = this.#sql("SELECT COUNT(*) AS count FROM report_policy WHERE day = ? AND domain = ?").get(day, domain);
    return Number(row?.["count"]) >= reportLimits.policiesPerDomainMax;
  }

  #sizeOf(day: UtcDay): number {
    const known = this.#sizes.get(day);
    if (known !== undefined) return known;
    const row = this.#sql("SELECT COUNT(*) AS count FROM report_policy WHERE day = ?").get(day);
    const size = Number(row?.["count"]);
    this.#sizes.set(day, size);
    return size;
  }

  #addFailure(policy: number, { result, sessions, ...facts }: CountedFailure): void {
    const text = JSON.stringify(facts);
    const key = digest(`${result} ${text}`);
    const added = this.#sql("UPDATE report_failure SET sessions = sessions + ? WHERE policy = ? AND key = ?").run(
      sessions,
      policy,
      key,
    );
    if (added.changes > 0) return;
    const kinds = this.#sql("SELECT COUNT(*) AS count FROM report_failure WHERE policy = ?").get(policy);
    const isFull = Number(kinds?.["count"]) >= reportLimits.failureKindsPerPolicyMax;
    if (isFull && text !== "{}") return this.#addFailure(policy, { result, sessions });
    this.#sql("INSERT INTO report_failure (policy, key, result, facts, sessions) VALUES (?, ?, ?, ?, ?)").run(
      policy,
      key,
      result,
      text,
      sessions,
    );
  }
}

type OutgoingFacts = Omit<Outgoing, "day" | "domain" | "reportId" | "dueAt" | "body">;

function readOutgoing(row: Row): Outgoing {
  const body = row["body"];
  return {
    day: row["day"] as UtcDay,
    domain: row["domain"] as DomainName,
    reportId: String(row["id"]),
    dueAt: row["due"] === null ? undefined : Number(row["due"]),
    ...(JSON.parse(String(row["facts"])) as OutgoingFacts),
    ...(body instanceof Uint8Array ? { body } : {}),
  };
}

function readReceived(row: Row): ReceivedReport {
  return {
    id: Number(row["id"]),
    receivedAt: Number(row["at"]),
    source: row["source"] as ReceivedReport["source"],
    proof: JSON.parse(String(row["proof"])) as ReceivedReport["proof"],
    report: JSON.parse(inflateSync(row["body"] as Uint8Array).toString()) as ReceivedReport["report"],
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
