/**
 * MTA-STS policies in `facts.db`: one row a domain. What a row cannot be read as is thrown, never passed off as "no policy" (trap 17).
 */
import { parseDomain, type DomainName } from "../../base/index.ts";
import type { StoredSts, StsMode, StsPolicy, StsStore } from "../../policy/index.ts";
import type { FactStore, TableModule } from "./open.ts";

export const stsTables: TableModule = {
  name: "sts",
  steps: [
    `CREATE TABLE sts_policy (
       domain TEXT PRIMARY KEY,
       id TEXT NOT NULL,
       mode TEXT NOT NULL,
       mx TEXT NOT NULL,
       max_age INTEGER NOT NULL,
       fetched INTEGER NOT NULL,
       expires INTEGER NOT NULL,
       refresh INTEGER NOT NULL,
       used INTEGER NOT NULL,
       trouble TEXT
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX sts_policy_refresh ON sts_policy (refresh, used);
     CREATE INDEX sts_policy_expires ON sts_policy (expires, mode);
     CREATE INDEX sts_policy_used ON sts_policy (used)`,
  ],
};

/** Adopts its tables. Throws StoreError. */
export function openStsStore(facts: FactStore): StsStore {
  facts.adopt(stsTables);
  const read = facts.prepare("SELECT * FROM sts_policy WHERE domain = ?");
  const write = facts.prepare(
    `INSERT OR REPLACE INTO sts_policy (domain, id, mode, mx, max_age, fetched, expires, refresh, used, trouble)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const touch = facts.prepare("UPDATE sts_policy SET used = max(used, ?) WHERE domain = ?");
  const remove = facts.prepare("DELETE FROM sts_policy WHERE domain = ?");
  const due = facts.prepare("SELECT domain FROM sts_policy WHERE refresh <= ? AND used >= ? ORDER BY refresh LIMIT ?");
  const dropExpired = facts.prepare("DELETE FROM sts_policy WHERE expires < ?");
  const count = facts.prepare("SELECT count(*) AS number FROM sts_policy");
  const dropLeastUsed = facts.prepare(
    "DELETE FROM sts_policy WHERE domain IN (SELECT domain FROM sts_policy ORDER BY expires > ?, used LIMIT ?)",
  );
  const list = facts.prepare("SELECT * FROM sts_policy WHERE domain > ? ORDER BY domain LIMIT ?");
  const counts = facts.prepare("SELECT mode, count(*) AS number FROM sts_policy WHERE expires > ? GROUP BY mode");
  return {
    read(domain) {
      const row = read.get(domain);
      return row === undefined ? undefined : entryOf(row);
    },
    write({ domain, id, policy, fetchedAt, expiresAt, refreshAt, usedAt, trouble }) {
      const mx = JSON.stringify(policy.mx);
      const told = trouble === undefined ? null : JSON.stringify(trouble);
      const times = [fetchedAt, expiresAt, refreshAt, usedAt].map(Math.floor);
      // What a policy protects against is there tomorrow, too: it has to outlive a power cut.
      facts.write(() => write.run(domain, id, policy.mode, mx, policy.maxAgeSeconds, ...times, told), {
        durable: true,
      });
    },
    touch: (domain, usedAt) => void facts.write(() => touch.run(Math.floor(usedAt), domain)),
    remove: (domain) => void facts.write(() => remove.run(domain)),
    due: (now, usedSince, max) => due.all(Math.floor(now), Math.floor(usedSince), max).map((row) => domainOf(row)),
    tidy({ now, expiredBefore, max }) {
      facts.write(() => {
        dropExpired.run(Math.floor(expiredBefore));
        const surplus = Number(count.get()?.["number"]) - max;
        if (surplus > 0) dropLeastUsed.run(Math.floor(now), surplus);
      });
    },
    list: ({ after = "", max }) => list.all(after, max).map(entryOf),
    counts(now) {
      const found: Record<StsMode, number> = { enforce: 0, testing: 0, none: 0 };
      for (const row of counts.all(Math.floor(now))) found[modeOf(row)] = Number(row["number"]);
      return found;
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

function entryOf(row: Row): StoredSts {
  const trouble = row["trouble"] === null ? undefined : troubleOf(row);
  return {
    domain: domainOf(row),
    policy: policyOf(row),
    id: textOf(row, "id"),
    fetchedAt: numberOf(row, "fetched"),
    expiresAt: numberOf(row, "expires"),
    refreshAt: numberOf(row, "refresh"),
    usedAt: numberOf(row, "used"),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

function policyOf(row: Row): StsPolicy {
  const mode = modeOf(row);
  const mx: unknown = parsed(row, "mx");
  const isList = Array.isArray(mx) && mx.every((one): one is string => typeof one === "string");
  // One that matches nothing would put off all mail, one that is not looked at would let it pass anywhere.
  if (!isList || (mode !== "none" && mx.length === 0)) throw broken(row, "mx");
  return { mode, mx, maxAgeSeconds: numberOf(row, "max_age") };
}

function modeOf(row: Row): StsMode {
  const mode = row["mode"];
  if (mode !== "enforce" && mode !== "testing" && mode !== "none") throw broken(row, "mode");
  return mode;
}

function troubleOf(row: Row): NonNullable<StoredSts["trouble"]> {
  const { of, result, detail } = parsed(row, "trouble") as Readonly<Record<string, unknown>>;
  const isOne =
    (of === "record" || of === "policy") &&
    (result === "sts-policy-fetch-error" || result === "sts-policy-invalid" || result === "sts-webpki-invalid") &&
    typeof detail === "string";
  if (!isOne) throw broken(row, "trouble");
  return { of, result, detail };
}

function domainOf(row: Row): DomainName {
  const name = parseDomain(textOf(row, "domain"));
  if (!name.ok) throw broken(row, "domain");
  return name.value;
}

function parsed(row: Row, column: string): object {
  try {
    const value: unknown = JSON.parse(textOf(row, column));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below.
  }
  throw broken(row, column);
}

function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string" || value === "") throw broken(row, column);
  return value;
}

function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw broken(row, column);
  return value;
}

function broken(row: Row, column: string): Error {
  return new Error(`the row of ${JSON.stringify(row["domain"])} in sts_policy has a broken ${column}`);
}
