/** What the lab's name server knows, as plain data, and how a name is looked up in it. */
import { ip } from "../../base/index.ts";
import {
  isWithin,
  parentName,
  parseWireName,
  rootName,
  typeCode,
  type RecordData,
  type RecordType,
  type ResourceRecord,
  type WireName,
} from "../../dns/index.ts";

interface Common {
  /** Seconds; `defaultTtlSeconds` if absent. */
  readonly ttl?: number;
}

export type ZoneRecord = Common &
  (
    | { readonly type: "A" | "AAAA" | "CNAME" | "NS"; readonly value: string }
    | { readonly type: "MX"; readonly value: string; readonly preference?: number }
    /** Several strings make one record of several character-strings; one longer than 255 octets is cut up. */
    | { readonly type: "TXT"; readonly value: string | readonly string[] }
    /** Any other type, by its name or as `TYPE123`, with its data as it stands on the wire. */
    | { readonly type: RecordType; readonly rdata: Uint8Array }
  );

/**
 * Records by the name that owns them, for example `{"example.test": [{type: "MX", value: "mx.example.test"}]}`.
 * `*.example.test` stands for every name below example.test that does not exist itself.
 */
export type Zones = Readonly<Record<string, readonly ZoneRecord[]>>;

export const defaultTtlSeconds = 300;

/** Throws a TypeError for a name, an address or a type that is none. */
export function recordsOf(zones: Zones): readonly ResourceRecord[] {
  return Object.entries(zones).flatMap(([text, records]) => {
    const name = nameOf(text);
    return records.map((record) => ({ name, ttlSeconds: record.ttl ?? defaultTtlSeconds, data: dataOf(record) }));
  });
}

export interface Lookup {
  /** Found records, aliases on the way first. */
  readonly answers: readonly ResourceRecord[];
  readonly outcome: "records" | "nodata" | "nxdomain";
  /** The last name looked at. */
  readonly owner: WireName;
}

export class ZoneData {
  readonly #records = new Map<WireName, readonly ResourceRecord[]>();
  /** Names that exist, also those that only have names below them (RFC 4592 §2.2.2). */
  readonly #existing = new Set<WireName>();

  /** Throws as `recordsOf`. */
  constructor(zones: Zones) {
    for (const [text, records] of Object.entries(zones)) {
      const name = nameOf(text);
      this.#records.set(name, recordsOf({ [text]: records }));
      for (let one: WireName | undefined = name; one !== undefined; one = parentName(one)) this.#existing.add(one);
    }
  }

  /** `followAliases` false: the answer ends with the first alias, as a server's does that knows no other zone. */
  lookup(name: WireName, type: RecordType, followAliases = true): Lookup {
    const answers: ResourceRecord[] = [];
    const passed = new Set<WireName>();
    for (let owner = name; ;) {
      const here = this.#at(owner);
      if (here === undefined) return { answers, outcome: "nxdomain", owner };
      const wanted = here.filter((record) => type === "ANY" || isOfType(record, type));
      if (wanted.length > 0) return { answers: [...answers, ...wanted], outcome: "records", owner };
      const alias = here.find((record) => record.data.type === "CNAME");
      if (alias?.data.type !== "CNAME") return { answers, outcome: "nodata", owner };
      answers.push(alias);
      passed.add(owner);
      // A loop is answered as far as it goes, as real servers do.
      if (!followAliases || passed.has(alias.data.target)) return { answers, outcome: "records", owner };
      owner = alias.data.target;
    }
  }

  /** The zone that a name counts as lying in: the shortest known name that it is within, else the root. */
  apexOf(name: WireName): WireName {
    const known = [...this.#records.keys()].filter((apex) => !apex.startsWith("*.") && isWithin(name, apex));
    return known.reduce((shortest, apex) => (apex.length < shortest.length ? apex : shortest), known[0] ?? rootName);
  }

  /** The records at a name, from a wildcard if the name itself does not exist; undefined if neither does. */
  #at(name: WireName): readonly ResourceRecord[] | undefined {
    if (this.#existing.has(name)) return this.#records.get(name) ?? [];
    // RFC 4592 §3.3.1: only the wildcard right below the closest encloser counts.
    let encloser = parentName(name);
    while (encloser !== undefined && !this.#existing.has(encloser)) encloser = parentName(encloser);
    const wild = this.#records.get(`*.${encloser ?? rootName}` as WireName);
    return wild?.map((record) => ({ ...record, name }));
  }
}

function isOfType(record: ResourceRecord, type: RecordType): boolean {
  return record.data.type === type || (record.data.type === "other" && record.data.code === typeCode(type));
}

function nameOf(text: string): WireName {
  const parsed = parseWireName(text);
  if (!parsed.ok) throw new TypeError(`not a name (${parsed.error}): ${JSON.stringify(text)}`);
  return parsed.value;
}

function dataOf(record: ZoneRecord): RecordData {
  if ("rdata" in record) return { type: "other", code: typeCode(record.type), rdata: record.rdata };
  switch (record.type) {
    case "A":
    case "AAAA":
      return { type: record.type, address: ip(record.value) };
    case "CNAME":
    case "NS":
      return { type: record.type, target: nameOf(record.value) };
    case "MX":
      return { type: "MX", preference: record.preference ?? 10, exchange: nameOf(record.value) };
    case "TXT":
      return { type: "TXT", strings: [record.value].flat().flatMap(characterStrings) };
  }
}

function characterStrings(text: string): readonly Uint8Array[] {
  const octets = Buffer.from(text);
  const strings: Uint8Array[] = [];
  for (let at = 0; at < octets.length || at === 0; at += 255) strings.push(octets.subarray(at, at + 255));
  return strings;
}
