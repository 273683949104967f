/**
 * What was seen of each host, and since when: a small file, so that the waiting times of a roll-over outlast this process. A
 * record that is gone for one look has to wait anew. A look that failed says nothing about anything, so it changes nothing.
 */
import { err, ok, parseDomain, type DomainName, type Instant, type Result } from "../base/index.ts";
import type { TlsaRecord } from "../dns/index.ts";
import { publishLimits } from "./limits.ts";
import { keyRecords, tlsaText } from "./tlsa.ts";
import type { KeyFact, Looked } from "./types.ts";

export interface Sighting {
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
}

export interface HostLedger {
  /** By the record's text, `3 1 1 …`: those that senders go by, as secure. */
  readonly records: Readonly<Record<string, Sighting>>;
  /** Keys that the server has shown, by their SHA-256. */
  readonly keys: Readonly<Record<string, Sighting>>;
  /** The longest TTL of the set that some cache may still go by. */
  readonly ttl?: { readonly seconds: number; readonly lastSeenAt: Instant };
}

export interface Ledger {
  readonly version: 1;
  readonly hosts: Readonly<Record<string, HostLedger>>;
}

export const emptyLedger: Ledger = { version: 1, hosts: {} };
const emptyHost: HostLedger = { records: {}, keys: {} };

export interface Look {
  readonly host: DomainName;
  readonly tlsa: Looked<TlsaRecord>;
  /** Undefined: the server was not looked at. */
  readonly live: readonly KeyFact[] | undefined;
}

export function hostLedger(ledger: Ledger, host: DomainName): HostLedger {
  return ledger.hosts[host] ?? emptyHost;
}

/** Pure. */
export function enter(ledger: Ledger, now: Instant, looks: readonly Look[]): Ledger {
  const entered = looks.map((look) => [look.host, enterHost(hostLedger(ledger, look.host), now, look)] as const);
  return { version: 1, hosts: { ...ledger.hosts, ...Object.fromEntries(entered) } };
}

function enterHost(host: HostLedger, now: Instant, { tlsa, live }: Look): HostLedger {
  const seen =
    live === undefined
      ? host.keys
      : carried(
          host.keys,
          now,
          live.map(({ sha256 }) => sha256),
        );
  if (tlsa.kind === "failed") return { ...host, keys: seen };
  const isOut = tlsa.kind === "records" && tlsa.status === "secure";
  const records = carried(host.records, now, isOut ? keyRecords(tlsa.records).map(tlsaText) : []);
  const ttl = isOut ? longest(host.ttl, now, tlsa.ttlSeconds) : host.ttl;
  return { records, keys: seen, ...(ttl === undefined ? {} : { ttl }) };
}

function carried(
  before: Readonly<Record<string, Sighting>>,
  now: Instant,
  names: readonly string[],
): Readonly<Record<string, Sighting>> {
  return Object.fromEntries(
    names.slice(0, publishLimits.sightingsMax).map((name) => {
      const firstSeenAt = Math.min(before[name]?.firstSeenAt ?? now, now);
      return [name, { firstSeenAt, lastSeenAt: now }];
    }),
  );
}

/** A longer TTL of before counts until two of it have passed without its being seen. */
function longest(before: HostLedger["ttl"], now: Instant, seconds: number): HostLedger["ttl"] {
  const isOver = before === undefined || now >= before.lastSeenAt + 2 * before.seconds * 1000;
  return isOver || seconds >= before.seconds ? { seconds, lastSeenAt: now } : before;
}

export function ledgerText(ledger: Ledger): string {
  return `${JSON.stringify(ledger, undefined, 1)}\n`;
}

/** What somebody has spoilt is an error and never an empty ledger: that would be told as "never seen", and wait for no reason. */
export function parseLedger(text: string): Result<Ledger, "unreadable"> {
  if (text.length > publishLimits.ledgerMaxChars) return err("unreadable");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err("unreadable");
  }
  if (!isObject(value) || value["version"] !== 1 || !isObject(value["hosts"])) return err("unreadable");
  const hosts: Record<string, HostLedger> = {};
  for (const [name, entry] of Object.entries(value["hosts"])) {
    const host = parseHost(entry);
    if (!parseDomain(name).ok || host === undefined) return err("unreadable");
    hosts[name] = host;
  }
  return ok({ version: 1, hosts });
}

function parseHost(value: unknown): HostLedger | undefined {
  if (!isObject(value)) return undefined;
  const records = parseSightings(value["records"]);
  const keys = parseSightings(value["keys"]);
  if (records === undefined || keys === undefined) return undefined;
  const { ttl } = value;
  if (ttl === undefined) return { records, keys };
  if (!isObject(ttl) || !isTime(ttl["seconds"]) || !isTime(ttl["lastSeenAt"])) return undefined;
  return { records, keys, ttl: { seconds: ttl["seconds"], lastSeenAt: ttl["lastSeenAt"] } };
}

function parseSightings(value: unknown): Readonly<Record<string, Sighting>> | undefined {
  if (!isObject(value) || Object.keys(value).length > publishLimits.sightingsMax) return undefined;
  const sightings: [string, Sighting][] = [];
  for (const [name, entry] of Object.entries(value)) {
    if (!isObject(entry)) return undefined;
    const { firstSeenAt, lastSeenAt } = entry;
    if (!isTime(firstSeenAt) || !isTime(lastSeenAt)) return undefined;
    sightings.push([name, { firstSeenAt, lastSeenAt }]);
  }
  return Object.fromEntries(sightings);
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
