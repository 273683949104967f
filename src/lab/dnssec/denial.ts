/** How a zone proves that something is not there: what NSEC and NSEC3 have in common. */
import { codeOf, type ResourceRecord, type WireName } from "../../dns/index.ts";

/** Which records, with their signatures, go into the authority section for an absence. */
export interface Denial {
  /** The record of a name that exists; empty if it has none. */
  at(name: WireName): readonly ResourceRecord[];
  /** The record in whose gap a name lies. */
  over(name: WireName): readonly ResourceRecord[];
  /** The name is there, and the type is not. */
  nodata(name: WireName): readonly ResourceRecord[];
  /** Neither is the name, nor a wildcard below its closest encloser. */
  nxdomain(name: WireName, encloser: WireName): readonly ResourceRecord[];
  /** A wildcard right below `encloser` may stand for the name: nothing closer exists. */
  noCloser(name: WireName, encloser: WireName): readonly ResourceRecord[];
}

/** What a proof has to know about its zone. */
export interface ZoneView {
  readonly name: WireName;
  /** Names with records that the zone speaks of, its delegations among them. */
  readonly owners: readonly WireName[];
  /** Types at a name by number, as far as the zone speaks of them. */
  typesAt(name: WireName): ReadonlySet<number>;
  isInsecureCut(name: WireName): boolean;
  /** A record of denial with its signatures. */
  signed(record: ResourceRecord): readonly ResourceRecord[];
}

/** Seconds; that of the SOA's minimum (RFC 9077 §3). */
export const denialTtlSeconds = 600;

/** Each record once. */
export function unique(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const seen = new Set<string>();
  return records.filter((record) => {
    const id = JSON.stringify([record.name, codeOf(record.data), record.data], (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
    );
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}
