/** Absences by NSEC3: as NSEC, with hashes in place of names (RFC 5155 §7). */
import { createHash } from "node:crypto";
import {
  nameOctets,
  typeCode,
  writeBitmap,
  type Nsec3Data,
  type ResourceRecord,
  type WireName,
} from "../../dns/index.ts";
import { denialTtlSeconds, unique, type Denial, type ZoneView } from "./denial.ts";
import { ancestors, below, nextCloser } from "./names.ts";

export interface Nsec3Parameters {
  /** Beyond the first; default 0 (RFC 9276 §3.1). */
  readonly iterations?: number;
  readonly salt?: Uint8Array;
  /** Delegations that are not signed are left out. */
  readonly optOut?: boolean;
}

export function nsec3Denial(
  zone: ZoneView,
  { iterations = 0, salt = new Uint8Array(), optOut = false }: Nsec3Parameters,
): Denial {
  const owners = zone.owners.filter((name) => !(optOut && zone.isInsecureCut(name)));
  // Names that only have names below them are in the chain too.
  const hashed = new Set(owners.flatMap((name) => [name, ...ancestors(name, zone.name)]));
  const chain = [...hashed]
    .map((name) => ({ name, hash: hash(name) }))
    .toSorted((a, b) => Buffer.compare(a.hash, b.hash));

  function hash(name: WireName): Buffer {
    let digest = createHash("sha1").update(nameOctets(name)).update(salt).digest();
    for (let round = 0; round < iterations; round++) digest = createHash("sha1").update(digest).update(salt).digest();
    return digest;
  }

  function record(place: number): readonly ResourceRecord[] {
    const link = chain[place];
    if (link === undefined) return [];
    const types = zone.typesAt(link.name);
    const isUnsigned = types.size === 0 || zone.isInsecureCut(link.name);
    const data: Nsec3Data = {
      type: "NSEC3",
      hashAlgorithm: 1,
      flags: optOut ? 1 : 0,
      iterations,
      salt,
      nextHash: new Uint8Array(chain[(place + 1) % chain.length]?.hash ?? link.hash),
      bitmap: writeBitmap(isUnsigned ? types : [...types, typeCode("RRSIG")]),
    };
    return zone.signed({ name: below(base32(link.hash), zone.name), ttlSeconds: denialTtlSeconds, data });
  }

  function at(name: WireName): readonly ResourceRecord[] {
    return record(chain.findIndex((link) => link.name === name));
  }

  function over(name: WireName): readonly ResourceRecord[] {
    const own = hash(name);
    const before = chain.findLastIndex((link) => Buffer.compare(link.hash, own) < 0);
    return record(before < 0 ? chain.length - 1 : before);
  }

  /** RFC 5155 §7.2.1. */
  function enclosure(name: WireName): readonly ResourceRecord[] {
    const encloser = ancestors(name, zone.name).find((above) => hashed.has(above)) ?? zone.name;
    return unique([...at(encloser), ...over(nextCloser(name, encloser))]);
  }

  return {
    at,
    over,
    nodata(name) {
      const own = at(name);
      // A delegation that opt-out leaves out of the chain (RFC 5155 §7.2.4).
      return own.length > 0 ? own : enclosure(name);
    },
    nxdomain: (name, encloser) => unique([...enclosure(name), ...over(below("*", encloser))]),
    noCloser: (name, encloser) => unique([...at(encloser), ...over(nextCloser(name, encloser))]),
  };
}

/** RFC 4648 §7, which JavaScript's own radix 32 happens to be. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((octet) => octet.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => Number.parseInt(five, 2).toString(32)).join("");
}
