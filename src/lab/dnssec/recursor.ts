/** A recursive resolver over zones that it has at hand: what an honest upstream says to one who wants the proofs too (DO, CD). */
import { isWithin, labelsOf, parentName, rcodes, typeCode, type RecordType, type WireName } from "../../dns/index.ts";
import { unique } from "./denial.ts";
import type { LabZone, Said } from "./zone.ts";

/** Aliases followed; a loop goes round until then. */
const linksMax = 12;

/** `atMost`: links of a chain of aliases that are looked at, as a server's that knows no other zone. */
export type Recursor = (name: WireName, type: RecordType, atMost?: number) => Omit<Said, "next">;

export function recursorOver(zones: readonly LabZone[]): Recursor {
  const deepestFirst = zones.toSorted((a, b) => labelsOf(b.name).length - labelsOf(a.name).length);
  const zoneOf = (name: WireName, code: number): LabZone | undefined => {
    // A delegation's DS is the parent's (RFC 4035 §3.1.4.1).
    const place = code === typeCode("DS") ? (parentName(name) ?? name) : name;
    return deepestFirst.find((zone) => isWithin(place, zone.name));
  };
  return (asked, type, atMost = linksMax) => {
    const code = typeCode(type);
    let found: Omit<Said, "next"> = { rcode: rcodes.noerror, answers: [], authorities: [] };
    let name: WireName | undefined = asked;
    for (let links = 0; name !== undefined && links < atMost; links++) {
      const said: Said | undefined = zoneOf(name, code)?.answer(name, code);
      if (said === undefined) return { rcode: rcodes.refused, answers: [], authorities: [] };
      found = {
        rcode: said.rcode,
        answers: unique([...found.answers, ...said.answers]),
        authorities: unique([...found.authorities, ...said.authorities]),
      };
      name = said.next;
    }
    return found;
  };
}
