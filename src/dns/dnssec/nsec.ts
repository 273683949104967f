/**
 * What NSEC records prove (RFC 4035 §5.4, RFC 6840 §4.1 to 4.4). Pure: every fact here was signed by the zone.
 *
 * An NSEC record says two things: which types its owner has, and that no name lies between its owner and the next. Neither may be
 * taken from the parent's side of a zone cut for anything but DS, nor for names below a DNAME.
 */
import { below, commonAncestor, compareNames } from "../name.ts";
import { hasType, isWithin, rootName, typeCode, typesOf, type NsecData, type WireName } from "../wire.ts";
import type { CutProof, DenialProver, Proven } from "./proofs.ts";

export interface NsecFact {
  readonly owner: WireName;
  readonly data: NsecData;
}

export class NsecProver implements DenialProver {
  readonly #facts: readonly NsecFact[];
  readonly #zone: WireName;

  constructor(zone: WireName, facts: readonly NsecFact[]) {
    this.#zone = zone;
    this.#facts = facts.filter(({ owner, data }) => isWithin(owner, zone) && isWithin(data.next, zone));
  }

  /** RFC 4035 §3.1.3.1, §3.1.3.4; a name that only has names below it has no types either (RFC 7129 §5.1). */
  nodata(name: WireName, code: number): Proven | undefined {
    const own = this.#at(name);
    if (own !== undefined) return lacks(own, code) ? secure("NSEC") : undefined;
    const gap = this.#covering(name);
    if (gap === undefined) return undefined;
    if (isWithin(gap.data.next, name)) return secure("NSEC, empty non-terminal");
    const wildcard = this.#at(wildcardUnder(gap, name));
    return wildcard !== undefined && lacks(wildcard, code) ? secure("NSEC, wildcard without the type") : undefined;
  }

  /** RFC 4035 §3.1.3.2. */
  nxdomain(name: WireName): Proven | undefined {
    const gap = this.#covering(name);
    if (gap === undefined || isWithin(gap.data.next, name)) return undefined;
    const wildcard = wildcardUnder(gap, name);
    const wildcardGap = this.#covering(wildcard);
    if (wildcardGap === undefined || isWithin(wildcardGap.data.next, wildcard)) return undefined;
    return secure("NSEC");
  }

  /** RFC 4035 §3.1.3.3, §5.3.4: no name is closer to `name` than the wildcard that made its records. */
  noCloser(name: WireName, encloser: WireName): Proven | undefined {
    const gap = this.#covering(name);
    if (gap === undefined || isWithin(gap.data.next, name)) return undefined;
    return closestEncloser(gap, name) === encloser ? secure("NSEC") : undefined;
  }

  cut(name: WireName): CutProof | undefined {
    const own = this.#at(name);
    if (own !== undefined) {
      if (hasType(own.data.bitmap, types.soa) || hasType(own.data.bitmap, types.ds)) return undefined;
      return { kind: hasType(own.data.bitmap, types.ns) ? "delegation" : "no-cut", detail: "NSEC" };
    }
    const gap = this.#covering(name);
    if (gap === undefined) return undefined;
    return isWithin(gap.data.next, name)
      ? { kind: "no-cut", detail: "NSEC, empty non-terminal" }
      : { kind: "absent", detail: "NSEC" };
  }

  #at(name: WireName): NsecFact | undefined {
    return this.#facts.find((fact) => fact.owner === name);
  }

  /** The record in whose gap the name lies, if it may speak about the name at all. */
  #covering(name: WireName): NsecFact | undefined {
    if (!isWithin(name, this.#zone)) return undefined;
    return this.#facts.find((fact) => covers(fact, name) && !isBeyond(fact, name));
  }
}

const types = { ns: 2, cname: 5, soa: 6, dname: 39, ds: 43, rrsig: 46, nsec: 47, any: typeCode("ANY") } as const;

/** The wildcard that would have made records for a name in the gap. */
export function wildcardUnder(gap: NsecFact, name: WireName): WireName {
  return below("*", closestEncloser(gap, name));
}

/** RFC 4034 §4.1.1: the last record's next name is the zone's apex. */
function covers({ owner, data }: NsecFact, name: WireName): boolean {
  if (compareNames(owner, name) >= 0) return false;
  return compareNames(owner, data.next) >= 0 || compareNames(name, data.next) < 0;
}

/** RFC 6840 §4.1: a delegation's or DNAME's record says nothing about the names below it. */
function isBeyond({ owner, data }: NsecFact, name: WireName): boolean {
  if (name === owner || !isWithin(name, owner)) return false;
  return hasType(data.bitmap, types.dname) || isDelegation(data.bitmap);
}

function isDelegation(bitmap: Uint8Array): boolean {
  return hasType(bitmap, types.ns) && !hasType(bitmap, types.soa);
}

function lacks({ owner, data }: NsecFact, code: number): boolean {
  return lacksType(data.bitmap, code, owner === rootName);
}

/**
 * True if the owner of the bitmap proves to have neither the type nor an alias. The parent's side of a cut speaks of DS alone,
 * the child's side of everything else (RFC 6840 §4.1, RFC 4035 §3.1.4.1).
 */
export function lacksType(bitmap: Uint8Array, code: number, isRoot: boolean): boolean {
  if (code === types.any) return typesOf(bitmap).every((type) => type === types.rrsig || type === types.nsec);
  if (hasType(bitmap, code) || hasType(bitmap, types.cname)) return false;
  return code === types.ds ? isRoot || !hasType(bitmap, types.soa) : !isDelegation(bitmap);
}

/** The longest name that exists above a name that does not: it shares it with one end of the gap. */
function closestEncloser({ owner, data }: NsecFact, name: WireName): WireName {
  const [left, right] = [commonAncestor(name, owner), commonAncestor(name, data.next)];
  return isWithin(left, right) ? left : right;
}

function secure(detail: string): Proven {
  return { status: "secure", detail };
}
