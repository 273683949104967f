/**
 * What NSEC3 records prove (RFC 5155 §8, RFC 9276). Pure but for the count of work: every fact here was signed by the zone.
 *
 * An NSEC3 record says the same as an NSEC record, of hashes. That a name does not exist is shown by its closest encloser (the
 * longest name above it that exists: a hash that is an owner) and the next closer name (one label more: a hash in a gap).
 * Where the gap has opt-out set, delegations without DS may lie in it, and the proof is no more than insecure (§9.2).
 */
import { createHash } from "node:crypto";
import { below, lastLabels, labelCount } from "../name.ts";
import { hasType, isWithin, nameOctets, parentName, rootName, type Nsec3Data, type WireName } from "../wire.ts";
import { lacksType } from "./nsec.ts";
import type { CutProof, DenialProver, Proven } from "./proofs.ts";
import type { Work } from "./work.ts";

export interface Nsec3Fact {
  readonly owner: WireName;
  readonly data: Nsec3Data;
}

interface Link {
  readonly hash: Buffer;
  readonly next: Buffer;
  readonly bitmap: Uint8Array;
  readonly optOut: boolean;
}

interface Encloser {
  readonly name: WireName;
  /** The gap in which the name one label longer lies; absent if the name itself exists. */
  readonly gap?: Link;
}

/**
 * Undefined if no record is one that can be used (RFC 5155 §8.1, §8.2). Records with different parameters prove nothing together:
 * those like the first that can be computed are taken.
 */
export function nsec3Prover(
  zone: WireName,
  facts: readonly Nsec3Fact[],
  { work, nsec3IterationsMax }: { readonly work: Work; readonly nsec3IterationsMax: number },
): DenialProver | undefined {
  const usable = facts.filter(({ data }) => data.hashAlgorithm === sha1 && (data.flags & ~optOutFlag) === 0);
  if (usable.length === 0) return undefined;
  const first = usable.find(({ data }) => data.iterations <= nsec3IterationsMax);
  if (first === undefined) return tooManyIterations;
  const links = usable.filter(({ data }) => sameParameters(data, first.data)).flatMap((fact) => linkOf(zone, fact));
  return new Nsec3Prover(zone, links, first.data, work);
}

class Nsec3Prover implements DenialProver {
  readonly #zone: WireName;
  readonly #links: readonly Link[];
  readonly #parameters: Nsec3Data;
  readonly #work: Work;
  readonly #hashes = new Map<WireName, Buffer | undefined>();

  constructor(zone: WireName, links: readonly Link[], parameters: Nsec3Data, work: Work) {
    this.#zone = zone;
    this.#links = links;
    this.#parameters = parameters;
    this.#work = work;
  }

  /** RFC 5155 §8.5 to 8.7. */
  nodata(name: WireName, code: number): Proven | undefined {
    const own = this.#at(name);
    if (own !== undefined) return lacksType(own.bitmap, code, name === rootName) ? secure("NSEC3") : undefined;
    const encloser = this.#closestEncloser(name);
    if (encloser?.gap === undefined) return undefined;
    const wildcard = this.#at(below("*", encloser.name));
    if (wildcard !== undefined) {
      if (!lacksType(wildcard.bitmap, code, false)) return undefined;
      return proven(encloser.gap, "NSEC3, wildcard without the type");
    }
    // §8.6 for DS; an empty non-terminal above nothing but insecure delegations has no record either (RFC 5155 erratum 3441).
    return encloser.gap.optOut ? { status: "insecure", detail: "NSEC3 with opt-out" } : undefined;
  }

  /** RFC 5155 §8.4. */
  nxdomain(name: WireName): Proven | undefined {
    const encloser = this.#closestEncloser(name);
    if (encloser?.gap === undefined) return undefined;
    const wildcard = this.#covering(below("*", encloser.name));
    return wildcard === undefined ? undefined : proven(encloser.gap, "NSEC3");
  }

  /** RFC 5155 §8.8. */
  noCloser(name: WireName, encloser: WireName): Proven | undefined {
    const gap = this.#covering(lastLabels(name, labelCount(encloser) + 1));
    return gap === undefined ? undefined : proven(gap, "NSEC3");
  }

  /** RFC 5155 §8.6, §8.9. */
  cut(name: WireName): CutProof | undefined {
    const own = this.#at(name);
    if (own !== undefined) {
      if (hasType(own.bitmap, types.soa) || hasType(own.bitmap, types.ds)) return undefined;
      return { kind: hasType(own.bitmap, types.ns) ? "delegation" : "no-cut", detail: "NSEC3" };
    }
    const gap = this.#closestEncloser(name)?.gap;
    if (gap === undefined) return undefined;
    return gap.optOut ? { kind: "opt-out", detail: "NSEC3 with opt-out" } : { kind: "absent", detail: "NSEC3" };
  }

  /** RFC 5155 §8.3. The search goes up from the name; each step is a hash, and hashes are counted (CVE-2023-50868). */
  #closestEncloser(name: WireName): Encloser | undefined {
    let nextCloser: WireName | undefined;
    for (let at: WireName | undefined = name; at !== undefined && isWithin(at, this.#zone); at = parentName(at)) {
      const own = this.#at(at);
      if (own === undefined) {
        nextCloser = at;
        continue;
      }
      // From the parent's side of a cut, or from above a DNAME, nothing is proven about what lies below.
      if (nextCloser === undefined) return { name: at };
      if (hasType(own.bitmap, types.dname) || (hasType(own.bitmap, types.ns) && !hasType(own.bitmap, types.soa))) {
        return undefined;
      }
      const gap = this.#covering(nextCloser);
      return gap === undefined ? undefined : { name: at, gap };
    }
    return undefined;
  }

  #at(name: WireName): Link | undefined {
    const hash = this.#hash(name);
    return hash === undefined ? undefined : this.#links.find((link) => link.hash.equals(hash));
  }

  #covering(name: WireName): Link | undefined {
    const hash = this.#hash(name);
    return hash === undefined ? undefined : this.#links.find((link) => covers(link, hash));
  }

  /** Undefined when the work that a question may take is done. */
  #hash(name: WireName): Buffer | undefined {
    if (this.#hashes.has(name)) return this.#hashes.get(name);
    const { salt, iterations } = this.#parameters;
    const hash = this.#work.mayHash(1 + iterations) ? nsec3Hash(name, salt, iterations) : undefined;
    this.#hashes.set(name, hash);
    return hash;
  }
}

/** RFC 5155 §5. */
export function nsec3Hash(name: WireName, salt: Uint8Array, iterations: number): Buffer {
  let hash = createHash("sha1").update(nameOctets(name)).update(salt).digest();
  for (let round = 0; round < iterations; round++) hash = createHash("sha1").update(hash).update(salt).digest();
  return hash;
}

/** RFC 4648 §7, in lower case and without padding. */
export function base32hex(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const octet of bytes) {
    value = ((value << 8) | octet) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += base32hexDigits[(value >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + base32hexDigits[(value << (5 - bits)) & 31];
}

const base32hexDigits = "0123456789abcdefghijklmnopqrstuv";
const sha1 = 1;
const sha1Octets = 20;
const optOutFlag = 1;
const types = { ns: 2, soa: 6, dname: 39, ds: 43 } as const;

/** RFC 9276 §3.2: signed by the zone, but not computed. */
const tooManyIterations: DenialProver = {
  nodata: () => uncomputed,
  nxdomain: () => uncomputed,
  noCloser: () => uncomputed,
  cut: () => ({ kind: "iterations", detail: "NSEC3 with too many iterations" }),
};
const uncomputed: Proven = { status: "insecure", detail: "NSEC3 with too many iterations" };

function sameParameters(a: Nsec3Data, b: Nsec3Data): boolean {
  return a.iterations === b.iterations && Buffer.compare(a.salt, b.salt) === 0;
}

/** RFC 5155 §3: the owner is the hash as one label, right below the zone. */
function linkOf(zone: WireName, { owner, data }: Nsec3Fact): readonly Link[] {
  if (parentName(owner) !== zone || data.nextHash.length !== sha1Octets) return [];
  const hash = readHash(owner.slice(0, zone === rootName ? undefined : owner.length - zone.length - 1));
  if (hash === undefined) return [];
  return [{ hash, next: Buffer.from(data.nextHash), bitmap: data.bitmap, optOut: (data.flags & optOutFlag) !== 0 }];
}

function readHash(label: string): Buffer | undefined {
  if (!/^[0-9a-v]{32}$/.test(label)) return undefined;
  const octets: number[] = [];
  let bits = 0;
  let value = 0;
  for (const digit of label) {
    value = ((value << 5) | base32hexDigits.indexOf(digit)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    octets.push((value >> bits) & 0xff);
  }
  return Buffer.from(octets);
}

/** The last record's next hash is the first of the zone. */
function covers({ hash, next }: Link, name: Buffer): boolean {
  const after = Buffer.compare(hash, name) < 0;
  const before = Buffer.compare(name, next) < 0;
  return Buffer.compare(hash, next) < 0 ? after && before : after || before;
}

function proven(gap: Link, detail: string): Proven {
  return gap.optOut ? { status: "insecure", detail: `${detail}, with opt-out` } : secure(detail);
}

function secure(detail: string): Proven {
  return { status: "secure", detail };
}
