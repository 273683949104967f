/** Absences by NSEC: each name of the zone says which one comes next (RFC 4034 §4, RFC 4035 §3.1.3). */
import { nsecData, typeCode, type ResourceRecord, type WireName } from "../../dns/index.ts";
import { denialTtlSeconds, unique, type Denial, type ZoneView } from "./denial.ts";
import { below, compareNames } from "./names.ts";

export function nsecDenial(zone: ZoneView): Denial {
  const chain = zone.owners.toSorted(compareNames);

  function at(name: WireName): readonly ResourceRecord[] {
    const place = chain.indexOf(name);
    if (place < 0) return [];
    const types = [...zone.typesAt(name), typeCode("RRSIG"), typeCode("NSEC")];
    const data = nsecData(chain[(place + 1) % chain.length] ?? name, types);
    return zone.signed({ name, ttlSeconds: denialTtlSeconds, data });
  }

  function over(name: WireName): readonly ResourceRecord[] {
    const before = chain.findLast((owner) => compareNames(owner, name) < 0) ?? chain.at(-1);
    return before === undefined ? [] : at(before);
  }

  return {
    at,
    over,
    nodata(name) {
      const own = at(name);
      // A name that only has names below it has no record of its own.
      return own.length > 0 ? own : over(name);
    },
    nxdomain: (name, encloser) => unique([...over(name), ...over(below("*", encloser))]),
    noCloser: (name) => over(name),
  };
}
