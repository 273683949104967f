/** What a replay's configuration says to a validator and its upstream: trust anchors, the time, where the resolver begins. */
import { err, ok, parseIp, type Result } from "../../src/base/index.ts";
import { parseWireName, rootName, type TrustAnchor, type WireName } from "../../src/dns/index.ts";
import { dsDigest, keyTagOf, readSignature, typeOf } from "./canonical.ts";
import { optionsOf, serverOptions } from "./config.ts";
import { ipv4, ipv6, time } from "./fields.ts";
import { addressText } from "./reading.ts";
import type { Zone } from "./recursor.ts";
import type { Clause, Replay } from "./replay.ts";
import { readRecord, type RawRecord } from "./zonetext.ts";

/** The `trust-anchor:` records, DS or DNSKEY. */
export function anchorRecords(config: readonly Clause[]): Result<readonly RawRecord[], string> {
  const records: RawRecord[] = [];
  for (const text of serverOptions(config, "trust-anchor")) {
    const record = readRecord(text, { origin: ".", ttlSeconds: 3600 });
    if (!record.ok) return err(`trust anchor: ${record.error.detail}`);
    records.push(record.value);
  }
  return ok(records);
}

/** A key counts as the digest that stands for it. */
export function trustAnchors(records: readonly RawRecord[]): readonly TrustAnchor[] {
  return records.flatMap(({ owner, type, rdata }) => {
    if (type === typeOf.DS)
      return [
        {
          zone: owner,
          keyTag: ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0),
          algorithm: rdata[2] ?? 0,
          digestType: rdata[3] ?? 0,
          digest: rdata.subarray(4),
        },
      ];
    const digest = dsDigest(owner, rdata, 2);
    if (type !== typeOf.DNSKEY || digest === undefined) return [];
    return [{ zone: owner, keyTag: keyTagOf(rdata), algorithm: rdata[3] ?? 0, digestType: 2, digest }];
  });
}

/**
 * Milliseconds since 1970 at which the replay begins. `val-override-date: -1` means that dates do not count: then a time at which
 * every signature counts; undefined if there is none.
 */
export function startOf(replay: Replay): number | undefined {
  const date = serverOptions(replay.config, "val-override-date").at(-1);
  if (date === undefined || date === "0") return 0;
  if (date !== "-1") return time(date) * 1000;
  const entries = replay.ranges.flatMap((range) => range.entries);
  const records = entries.flatMap(({ sections }) => [...sections.answer, ...sections.authority]);
  const signatures = records.flatMap((record) =>
    record.type === typeOf.RRSIG ? (readSignature(record.rdata) ?? []) : [],
  );
  const from = Math.max(0, ...signatures.map(({ inception }) => inception));
  const to = Math.min(0xffffffff, ...signatures.map(({ expiration }) => expiration));
  return from <= to ? Math.floor((from + to) / 2) * 1000 : undefined;
}

/** The zones that the configuration names servers for: stubs, which are authoritative, forwarders, which resolve, and the root. */
export function zonesOf(config: readonly Clause[]): readonly Zone[] {
  const zones = config.flatMap((clause) => {
    const recursive = clause.name === "forward-zone";
    if (!recursive && clause.name !== "stub-zone") return [];
    const prefix = recursive ? "forward" : "stub";
    const addresses = optionsOf(clause, `${prefix}-addr`).map(normalAddress);
    const servers = optionsOf(clause, `${prefix}-host`).flatMap(named);
    return optionsOf(clause, "name")
      .flatMap(named)
      .map((name) => ({ name, addresses, servers, recursive, expiresAt: Infinity }));
  });
  const root = { name: rootName, addresses: rootServers, servers: [], recursive: false, expiresAt: Infinity };
  return zones.some(({ name }) => name === rootName) ? zones : [...zones, root];
}

/** What unbound knows without being told. */
const rootServers = [
  "198.41.0.4",
  "170.247.170.2",
  "192.33.4.12",
  "199.7.91.13",
  "192.203.230.10",
  "192.5.5.241",
  "192.112.36.4",
  "198.97.190.53",
  "192.36.148.17",
  "192.58.128.30",
  "193.0.14.129",
  "199.7.83.42",
  "202.12.27.33",
];

export function familiesOf(config: readonly Clause[]): readonly ("A" | "AAAA")[] {
  const on = (option: string): boolean => serverOptions(config, option).at(-1) !== "no";
  return [...(on("do-ip4") ? (["A"] as const) : []), ...(on("do-ip6") ? (["AAAA"] as const) : [])];
}

/** One spelling for each address; a port or a TLS name behind it is dropped. What is no address stays as it is, and reaches nobody. */
export function normalAddress(text: string): string {
  const bare = text.replace(/[@#].*$/, "");
  if (!parseIp(bare).ok) return bare;
  return addressText(bare.includes(":") ? ipv6(bare) : ipv4(bare));
}

function named(text: string): readonly WireName[] {
  const name = parseWireName(text);
  return name.ok ? [name.value] : [];
}
