/**
 * What the resolver of a replay remembers, each thing until its time to live ends: answers by question, sets of records by owner
 * and type, names that do not exist, what referrals said instead of a DS, denials, and addresses of name servers.
 */
import { isWithin, parentName, type WireName } from "../../src/dns/index.ts";
import { typeOf } from "./canonical.ts";
import { aged, denialsIn, ofType } from "./reading.ts";
import type { RecursiveReply } from "./recursor.ts";
import { synthesized } from "./synthesis.ts";
import type { RawRecord } from "./zonetext.ts";

const nxdomain = 3;

export class Memory {
  readonly #now: () => number;
  readonly #answers: Shelf<RecursiveReply>;
  readonly #addresses: Shelf<readonly string[]>;
  /** What a referral said instead of a DS, by the name of the cut. */
  readonly #undelegated: Shelf<readonly RawRecord[]>;
  /** RRsets with their signatures, by owner and type, from answers. */
  readonly #sets: Shelf<readonly RawRecord[]>;
  /** Names that do not exist, with the answer that said so (RFC 8020). */
  readonly #absent: Shelf<RecursiveReply>;
  /** Denials with the SOA that stood beside them, in the order in which they were seen. */
  readonly #denials: Shelf<readonly RawRecord[]>;

  /** Milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#answers = new Shelf(now);
    this.#addresses = new Shelf(now);
    this.#undelegated = new Shelf(now);
    this.#sets = new Shelf(now);
    this.#absent = new Shelf(now);
    this.#denials = new Shelf(now);
  }

  answer(name: WireName, type: number): RecursiveReply | undefined {
    const kept = this.#answers.get(key(name, type));
    return kept === undefined ? undefined : aged(kept.value, this.#now() - kept.storedAt);
  }

  /** An answer without records is not kept: it does not say for how long it holds. */
  keepAnswer(name: WireName, type: number, reply: RecursiveReply): void {
    const records = [...reply.answer, ...reply.authority];
    if (records.length > 0) this.#answers.put(key(name, type), reply, leastTtl(records));
  }

  addresses(server: WireName): readonly string[] | undefined {
    return this.#addresses.get(server)?.value;
  }

  keepAddresses(server: WireName, addresses: readonly string[], seconds: number): void {
    this.#addresses.put(server, addresses, seconds);
  }

  /** What stood beside a delegation: its DS, or why it has none. */
  keepReferral(cut: WireName, authority: readonly RawRecord[]): void {
    const ds = authority.filter((record) => record.owner === cut && ofType(record, typeOf.DS));
    if (ds.some(({ type }) => type === typeOf.DS))
      this.keepAnswer(cut, typeOf.DS, { rcode: 0, answer: ds, authority: [] });
    const denials = denialsIn(authority);
    if (denials.length > 0) this.#undelegated.put(cut, denials, leastTtl(denials));
  }

  /** What an answer of a name server teaches beyond its own question. */
  learn(name: WireName, { rcode, answer, authority }: RecursiveReply): void {
    if (rcode === nxdomain && answer.length === 0 && authority.length > 0)
      this.#absent.put(name, { rcode, answer, authority }, leastTtl(authority));
    for (const { owner, type, ttlSeconds } of answer) {
      if (type === typeOf.RRSIG) continue;
      const set = answer.filter((record) => record.owner === owner && ofType(record, type));
      this.#sets.put(key(owner, type), set, ttlSeconds);
    }
    const denials = denialsIn(authority);
    const soa = authority.filter((record) => ofType(record, typeOf.SOA));
    if (denials.length > 0)
      this.#denials.put(key(name, this.#denials.size), [...denials, ...soa], leastTtl([...denials, ...soa]));
  }

  /** RFC 8198: what NSEC records that were seen say of a name and a type. */
  denied(name: WireName, type: number): RecursiveReply | undefined {
    return synthesized(name, type, this.#denials.values().toReversed().flat());
  }

  /** For a question that no server answers: what can be put together of what was seen. */
  derived(name: WireName, type: number): RecursiveReply | undefined {
    const set = this.#sets.get(key(name, type)) ?? this.#sets.get(key(name, typeOf.CNAME));
    if (set !== undefined) return { rcode: 0, answer: set.value, authority: [] };
    if (type === typeOf.DS) return this.answer(name, type) ?? this.#withoutDs(name);
    for (const at of upwards(name)) {
      const absent = this.#absent.get(at);
      if (absent !== undefined) return absent.value;
      const redirect = at === name ? undefined : this.#sets.get(key(at, typeOf.DNAME));
      if (redirect !== undefined) return { rcode: 0, answer: redirect.value, authority: [] };
    }
    return undefined;
  }

  /** The referral's denial; or the hashed denials of the zone, of which one may speak of the name. */
  #withoutDs(name: WireName): RecursiveReply | undefined {
    const referral = this.#undelegated.get(name);
    if (referral !== undefined) return { rcode: 0, answer: [], authority: referral.value };
    const seen = this.#denials.values().flat();
    const hashed = seen.filter(
      (record) => ofType(record, typeOf.NSEC3) && isWithin(name, parentName(record.owner) ?? record.owner),
    );
    const distinct = new Map(
      hashed.map((record) => [`${record.owner} ${Buffer.from(record.rdata).toString("hex")}`, record]),
    );
    return distinct.size === 0 ? undefined : { rcode: 0, answer: [], authority: [...distinct.values()] };
  }
}

/** The name and every one above it. */
export function upwards(name: WireName): readonly WireName[] {
  const above = parentName(name);
  return above === undefined ? [name] : [name, ...upwards(above)];
}

/** Seconds. */
export function leastTtl(records: readonly RawRecord[]): number {
  return Math.min(...records.map(({ ttlSeconds }) => ttlSeconds));
}

function key(name: WireName, number: number): string {
  return `${name} ${number}`;
}

interface Kept<T> {
  readonly value: T;
  readonly storedAt: number;
  readonly expiresAt: number;
}

class Shelf<T> {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept<T>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#kept.size;
  }

  put(name: string, value: T, seconds: number): void {
    const storedAt = this.#now();
    this.#kept.set(name, { value, storedAt, expiresAt: storedAt + seconds * 1000 });
  }

  get(name: string): Kept<T> | undefined {
    const kept = this.#kept.get(name);
    return kept !== undefined && kept.expiresAt > this.#now() ? kept : undefined;
  }

  values(): readonly T[] {
    return [...this.#kept.values()].filter(({ expiresAt }) => expiresAt > this.#now()).map(({ value }) => value);
  }
}
