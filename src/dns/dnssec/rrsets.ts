/** Records put together as the sets that are signed (RFC 2181 §5, RFC 4035 §2.2). */
import type { RecordType } from "../types.ts";
import { canonicalRdata, codeOf, typeName, type ResourceRecord, type RrsigData, type WireName } from "../wire.ts";

export class RecordSet {
  readonly name: WireName;
  readonly code: number;
  readonly records: ResourceRecord[] = [];
  readonly signatures: RrsigData[] = [];
  /** Seconds: the least of the records and their signatures, as they came. */
  ttlSeconds = 0x7fffffff;
  #sorted: readonly Uint8Array[] | undefined;

  constructor(name: WireName, code: number) {
    this.name = name;
    this.code = code;
  }

  get type(): RecordType {
    return typeName(this.code);
  }

  /** The data of each record in the form that is signed, in canonical order, each once (RFC 4034 §6.3). */
  get sortedData(): readonly Uint8Array[] {
    this.#sorted ??= sorted(this.records);
    return this.#sorted;
  }
}

/** The sets of a section, by name and type. */
export class RecordSets {
  readonly #byName = new Map<WireName, Map<number, RecordSet>>();

  /** Some servers put signatures into another section than the records; a signature proves itself wherever it stands. */
  constructor(section: readonly ResourceRecord[], elsewhere: readonly ResourceRecord[] = []) {
    for (const record of section) {
      const code = codeOf(record.data);
      const covered = record.data.type === "RRSIG" ? record.data.covered : undefined;
      const set = this.#set(record.name, covered ?? code);
      if (record.data.type === "RRSIG") set.signatures.push(record.data);
      else set.records.push(record);
      set.ttlSeconds = Math.min(set.ttlSeconds, record.ttlSeconds);
    }
    for (const { name, data } of elsewhere) {
      if (data.type === "RRSIG") this.#byName.get(name)?.get(data.covered)?.signatures.push(data);
    }
  }

  /** Undefined if there is no record, even if there are signatures. */
  get(name: WireName, code: number): RecordSet | undefined {
    const set = this.#byName.get(name)?.get(code);
    return set === undefined || set.records.length === 0 ? undefined : set;
  }

  at(name: WireName): readonly RecordSet[] {
    return [...(this.#byName.get(name)?.values() ?? [])].filter((set) => set.records.length > 0);
  }

  ofType(code: number): readonly RecordSet[] {
    const found: RecordSet[] = [];
    for (const sets of this.#byName.values()) {
      const set = sets.get(code);
      if (set !== undefined && set.records.length > 0) found.push(set);
    }
    return found;
  }

  #set(name: WireName, code: number): RecordSet {
    let sets = this.#byName.get(name);
    if (sets === undefined) this.#byName.set(name, (sets = new Map<number, RecordSet>()));
    let set = sets.get(code);
    if (set === undefined) sets.set(code, (set = new RecordSet(name, code)));
    return set;
  }
}

function sorted(records: readonly ResourceRecord[]): readonly Uint8Array[] {
  const all = records.map((record) => canonicalRdata(record.data));
  if (all.length === 1) return all;
  all.sort((a, b) => Buffer.compare(a, b));
  return all.filter((data, index) => index === 0 || Buffer.compare(data, all[index - 1] ?? data) !== 0);
}
