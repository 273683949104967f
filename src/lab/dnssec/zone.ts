/**
 * A zone, signed or not, and what it says about a name at or below it (RFC 1034 §4.3.2, RFC 4035 §3.1, RFC 5155 §7.2): records, an
 * alias, or a proven absence. Signatures are made when they are first asked for, and kept.
 */
import { codeOf, isWithin, rcodes, typeCode } from "../../dns/index.ts";
import type { RecordData, ResourceRecord, TrustAnchor, WireName } from "../../dns/index.ts";
import { denialTtlSeconds, type Denial, type ZoneView } from "./denial.ts";
import { ancestors, below, wire } from "./names.ts";
import { nsecDenial } from "./nsec.ts";
import { nsec3Denial, type Nsec3Parameters } from "./nsec3.ts";
import { anchorOf, dsRecord, signSet, type SigningKey, type Validity } from "./signer.ts";

export interface ZoneSigning {
  /** Each signs everything. */
  readonly keys: readonly SigningKey[];
  readonly validity: Validity;
  /** Default: NSEC. */
  readonly nsec3?: Nsec3Parameters;
  /** No signature fits but those of the keys: as if all records had been changed and not signed anew. */
  readonly broken?: boolean;
}

export interface LabZoneOptions {
  /** Records by owner; a name without a final dot is below the zone, `@` is the zone itself. */
  readonly records?: Readonly<Record<string, readonly RecordData[]>>;
  /** Absent: the zone is not signed. */
  readonly signing?: ZoneSigning;
  /** Default 3600. */
  readonly ttlSeconds?: number;
}

/** What a zone says, before it is a message. `next`: an alias's target, which is not looked up. */
export interface Said {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly next?: WireName;
}

type Sets = Map<number, ResourceRecord[]>;

export class LabZone {
  readonly name: WireName;
  readonly keys: readonly SigningKey[];
  readonly #signing: ZoneSigning | undefined;
  readonly #names = new Map<WireName, Sets>();
  readonly #ttlSeconds: number;
  readonly #signatures = new Map<string, readonly ResourceRecord[]>();
  #denial: Denial | undefined;

  constructor(name: string, { records = {}, signing, ttlSeconds = 3600 }: LabZoneOptions) {
    this.name = wire(name);
    this.keys = signing?.keys ?? [];
    this.#signing = signing;
    this.#ttlSeconds = ttlSeconds;
    this.#add(this.name, {
      type: "SOA",
      mname: below("ns", this.name),
      rname: below("hostmaster", this.name),
      serial: 1,
      refresh: 3600,
      retry: 600,
      expire: 86_400,
      minimum: denialTtlSeconds,
    });
    this.#add(this.name, { type: "NS", target: below("ns", this.name) });
    for (const key of this.keys) this.#add(this.name, key.data);
    for (const [owner, all] of Object.entries(records)) for (const data of all) this.add(owner, data);
  }

  get signed(): boolean {
    return this.keys.length > 0;
  }

  /** `owner` as in the options. */
  add(owner: string, data: RecordData, ttlSeconds?: number): void {
    this.#add(this.#absolute(owner), data, ttlSeconds);
  }

  /** `ds` false: the delegation says that the child is not signed. */
  delegate(child: LabZone, ds = child.signed): void {
    this.#add(child.name, { type: "NS", target: below("ns", child.name) });
    if (ds) for (const key of child.keys) this.#add(child.name, dsRecord(child.name, key));
  }

  anchors(): readonly TrustAnchor[] {
    return this.keys.map((key) => anchorOf(this.name, key));
  }

  /** A set with its signatures. */
  set(name: WireName, code: number): readonly ResourceRecord[] {
    const set = this.#names.get(name)?.get(code) ?? [];
    return set.length === 0 ? [] : [...set, ...this.sign(set)];
  }

  sign(set: readonly ResourceRecord[]): readonly ResourceRecord[] {
    const [first] = set;
    if (first === undefined || this.#signing === undefined) return [];
    const code = codeOf(first.data);
    if (this.#isBelowCut(first.name, code)) return [];
    const id = `${first.name} ${code}`;
    const made = this.#signatures.get(id) ?? this.#sign(set, code, this.#signing);
    this.#signatures.set(id, made);
    return made;
  }

  answer(name: WireName, code: number): Said {
    const dname = ancestors(name, this.name).find((above) => this.#has(above, types.dname));
    if (dname !== undefined) return this.#throughDname(name, dname);
    if (this.#exists(name)) return this.#atName(name, name, code);
    const encloser = ancestors(name, this.name).find((above) => this.#exists(above)) ?? this.name;
    const wildcard = below("*", encloser);
    if (!this.#exists(wildcard)) return absent(rcodes.nxdomain, this.soa(), this.#denials?.nxdomain(name, encloser));
    const made = this.#atName(name, wildcard, code);
    return { ...made, authorities: [...made.authorities, ...(this.#denials?.noCloser(name, encloser) ?? [])] };
  }

  soa(): readonly ResourceRecord[] {
    return this.set(this.name, types.soa);
  }

  /** The NSEC or NSEC3 set of a name that exists. */
  denialAt(name: WireName): readonly ResourceRecord[] {
    return this.#denials?.at(name) ?? [];
  }

  /** The NSEC or NSEC3 set in whose gap a name lies. */
  denialOver(name: WireName): readonly ResourceRecord[] {
    return this.#denials?.over(name) ?? [];
  }

  get #denials(): Denial | undefined {
    if (this.#signing === undefined) return undefined;
    const { nsec3 } = this.#signing;
    this.#denial ??= nsec3 === undefined ? nsecDenial(this.#view()) : nsec3Denial(this.#view(), nsec3);
    return this.#denial;
  }

  #view(): ZoneView {
    return {
      name: this.name,
      owners: [...this.#names.keys()].filter((name) => !this.#isBelowCut(name, types.nsec)),
      typesAt: (name) => this.#typesAt(name),
      isInsecureCut: (name) => this.#isCut(name) && !this.#has(name, types.ds),
      signed: (record) => [record, ...this.sign([record])],
    };
  }

  /** `owner` is the name itself, or the wildcard that stands for it. */
  #atName(name: WireName, owner: WireName, code: number): Said {
    const found = this.#recordsAt(owner, code);
    if (found.length > 0) return present(found, name);
    const cname = this.#names.get(owner)?.get(types.cname)?.[0]?.data;
    if (cname?.type === "CNAME") return { ...present(this.set(owner, types.cname), name), next: cname.target };
    return absent(rcodes.noerror, this.soa(), this.#denials?.nodata(owner));
  }

  #recordsAt(owner: WireName, code: number): readonly ResourceRecord[] {
    const codes = [...(this.#names.get(owner)?.keys() ?? [])];
    switch (code) {
      case types.any:
        return codes.flatMap((one) => this.set(owner, one));
      case types.rrsig:
        return codes.flatMap((one) => this.set(owner, one)).filter(({ data }) => data.type === "RRSIG");
      case types.nsec:
        return this.#signing?.nsec3 === undefined ? this.denialAt(owner) : [];
      default:
        return this.set(owner, code);
    }
  }

  /** RFC 6672 §3.1: with the CNAME that it comes to for this name. */
  #throughDname(name: WireName, owner: WireName): Said {
    const data = this.#names.get(owner)?.get(types.dname)?.[0]?.data;
    if (data?.type !== "DNAME") throw new Error("no DNAME");
    const next = wire(`${name.slice(0, -owner.length - 1)}.${data.target}`);
    const cname: ResourceRecord = { name, ttlSeconds: this.#ttlSeconds, data: { type: "CNAME", target: next } };
    return { rcode: rcodes.noerror, answers: [...this.set(owner, types.dname), cname], authorities: [], next };
  }

  #sign(set: readonly ResourceRecord[], code: number, { validity, broken }: ZoneSigning): readonly ResourceRecord[] {
    const signatures = this.keys.map((key) => signSet(set, { zone: this.name, key, validity }));
    return broken === true && code !== types.dnskey ? signatures.map(spoilt) : signatures;
  }

  #typesAt(name: WireName): ReadonlySet<number> {
    const codes = [...(this.#names.get(name)?.keys() ?? [])];
    return new Set(this.#isCut(name) ? codes.filter((code) => code === types.ns || code === types.ds) : codes);
  }

  #isCut(name: WireName): boolean {
    return name !== this.name && this.#has(name, types.ns);
  }

  /** The zone speaks of a delegation's DS and absence, and of nothing else at it or below it. */
  #isBelowCut(name: WireName, code: number): boolean {
    if (ancestors(name, this.name).some((above) => this.#isCut(above))) return true;
    return this.#isCut(name) && code !== types.ds && code !== types.nsec;
  }

  #exists(name: WireName): boolean {
    return [...this.#names.keys()].some((one) => isWithin(one, name));
  }

  #has(name: WireName, code: number): boolean {
    return this.#names.get(name)?.has(code) ?? false;
  }

  #absolute(owner: string): WireName {
    if (owner === "@") return this.name;
    return owner.endsWith(".") ? wire(owner) : below(owner, this.name);
  }

  /** What was worked out before no longer holds. */
  #add(name: WireName, data: RecordData, ttlSeconds = this.#ttlSeconds): void {
    const sets: Sets = this.#names.get(name) ?? new Map();
    this.#names.set(name, sets);
    sets.set(codeOf(data), [...(sets.get(codeOf(data)) ?? []), { name, ttlSeconds, data }]);
    this.#signatures.clear();
    this.#denial = undefined;
  }
}

function present(records: readonly ResourceRecord[], name: WireName): Said {
  return { rcode: rcodes.noerror, answers: records.map((record) => ({ ...record, name })), authorities: [] };
}

function absent(rcode: number, soa: readonly ResourceRecord[], proof: readonly ResourceRecord[] = []): Said {
  return { rcode, answers: [], authorities: [...soa, ...proof] };
}

function spoilt(record: ResourceRecord): ResourceRecord {
  if (record.data.type !== "RRSIG") return record;
  const signature = record.data.signature.map((octet, place) => (place === 0 ? octet ^ 1 : octet));
  return { ...record, data: { ...record.data, signature } };
}

const types = {
  ns: typeCode("NS"),
  cname: typeCode("CNAME"),
  soa: typeCode("SOA"),
  dname: typeCode("DNAME"),
  ds: typeCode("DS"),
  rrsig: typeCode("RRSIG"),
  nsec: typeCode("NSEC"),
  dnskey: typeCode("DNSKEY"),
  any: typeCode("ANY"),
} as const;
