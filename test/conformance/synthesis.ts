/**
 * Answers made from NSEC records that were seen in other answers (RFC 8198 §5.1, 5.2), as resolvers do by themselves, unbound among
 * them. Only what the records deny completely is answered so; whether they are to be believed is the validator's part.
 */
import { isWithin, labelsOf, parentName, type WireName } from "../../src/dns/index.ts";
import { typeOf } from "./canonical.ts";
import { ofType, targetOf, typesIn } from "./reading.ts";
import type { RecursiveReply } from "./recursor.ts";
import type { RawRecord } from "./zonetext.ts";

/** Undefined if the records do not deny the name, or the type at it. */
export function synthesized(name: WireName, type: number, records: readonly RawRecord[]): RecursiveReply | undefined {
  if (type === typeOf.ANY || type === typeOf.RRSIG) return undefined;
  const soas = records.filter((record) => record.type === typeOf.SOA && isWithin(name, record.owner));
  const zone = soas.map(({ owner }) => owner).sort((a, b) => b.length - a.length)[0];
  if (zone === undefined) return undefined;
  const nsecs = records.filter((record) => record.type === typeOf.NSEC && isWithin(record.owner, zone));
  const proof = denialOf(name, type, nsecs);
  if (proof === undefined) return undefined;
  const authority = records.filter(
    (record) =>
      (record.owner === zone && ofType(record, typeOf.SOA)) ||
      (ofType(record, typeOf.NSEC) && proof.nsecs.some(({ owner }) => owner === record.owner)),
  );
  return { rcode: proof.rcode, answer: [], authority };
}

interface Denial {
  readonly rcode: number;
  readonly nsecs: readonly RawRecord[];
}

const nxdomain = 3;

function denialOf(name: WireName, type: number, nsecs: readonly RawRecord[]): Denial | undefined {
  const own = nsecs.find(({ owner }) => owner === name);
  if (own !== undefined) return lacks(own, type) ? { rcode: 0, nsecs: [own] } : undefined;
  const covering = nsecs.find((nsec) => covers(nsec, name));
  if (covering === undefined) return undefined;
  if (nextOf(covering).some((next) => isWithin(next, name))) return { rcode: 0, nsecs: [covering] };
  // The deepest ancestor that is known to exist, because one end of the gap lies at or below it.
  const ends = [covering.owner, ...nextOf(covering)];
  const encloser = ancestors(name).find((above) => ends.some((end) => isWithin(end, above)));
  const wildcard = `*.${encloser}` as WireName;
  const noWildcard = nsecs.find((nsec) => covers(nsec, wildcard));
  return noWildcard === undefined ? undefined : { rcode: nxdomain, nsecs: [covering, noWildcard] };
}

/** RFC 4034 §6.1: negative if `a` comes first. */
export function compareNames(a: WireName, b: WireName): number {
  const [left, right] = [labelsOf(a).toReversed(), labelsOf(b).toReversed()];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = Buffer.compare(left[at] ?? new Uint8Array(), right[at] ?? new Uint8Array());
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** RFC 6840 §4.1: a delegation's own record speaks of DS alone, and not of names below it. */
function lacks(nsec: RawRecord, type: number): boolean {
  const types = typesIn(nsec.rdata);
  if (types.has(type) || types.has(typeOf.CNAME)) return false;
  return type === typeOf.DS ? !types.has(typeOf.SOA) : !isDelegation(types);
}

function covers(nsec: RawRecord, name: WireName): boolean {
  const types = typesIn(nsec.rdata);
  if (isWithin(name, nsec.owner) && (isDelegation(types) || types.has(typeOf.DNAME))) return false;
  return nextOf(nsec).some((next) => {
    const last = compareNames(nsec.owner, next) >= 0;
    return compareNames(nsec.owner, name) < 0 && (last ? isWithin(name, next) : compareNames(name, next) < 0);
  });
}

function isDelegation(types: ReadonlySet<number>): boolean {
  return types.has(typeOf.NS) && !types.has(typeOf.SOA);
}

function nextOf(nsec: RawRecord): readonly WireName[] {
  return targetOf(nsec.rdata);
}

function ancestors(name: WireName): readonly WireName[] {
  const above = parentName(name);
  return above === undefined ? [] : [above, ...ancestors(above)];
}
