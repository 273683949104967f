/**
 * Most replays are signed with DSA or RSA/SHA-1 and anchored by SHA-1 digests, which a validator of today takes for unknown
 * (SEC-2, RFC 9905): played as they stand they would all be insecure, and nothing would be tested. So such a replay is signed
 * anew before it is played: each retired key gives way to one of today's, key tags and DS digests follow, and every signature that
 * verifies (checked here with the retired algorithm) becomes one that verifies, every other one that does not. Names, times, labels,
 * denials and what is missing stay as they are.
 *
 * A key of today's algorithms stays too, unless it signed something that had to change.
 */
import { createHash } from "node:crypto";
import type { WireName } from "../../src/dns/index.ts";
import {
  dsDigest,
  keyTagOf,
  readSignature,
  rrsetKey,
  sameBytes,
  signedBytes,
  typeOf,
  writeSignature,
  type Signature,
} from "./canonical.ts";
import { replacementFor, successors, verifies, type Replacement } from "./keys.ts";
import { withTheirSignatures } from "./reading.ts";
import type { Entry, Replay } from "./replay.ts";
import { nameBytes, type RawRecord } from "./zonetext.ts";

export interface Resigned {
  readonly replay: Replay;
  readonly anchors: readonly RawRecord[];
  /** False if there was nothing to do. */
  readonly changed: boolean;
}

export function resign(original: Replay, anchors: readonly RawRecord[]): Resigned {
  const replay = withEntries(original, (entry) => ({ ...entry, sections: withTheirSignatures(entry.sections) }));
  const entries = [
    ...replay.ranges.flatMap((range) => range.entries),
    ...replay.steps.flatMap((step) => (step.entry === undefined ? [] : [step.entry])),
  ];
  const sections = [...entries.flatMap(({ sections: all }) => [all.answer, all.authority, all.additional]), anchors];
  const work = new Resigning(sections);
  if (!work.needed) return { replay, anchors, changed: false };
  const entry = (old: Entry): Entry => ({
    ...old,
    sections: {
      answer: work.section(old.sections.answer),
      authority: work.section(old.sections.authority),
      additional: work.section(old.sections.additional),
    },
  });
  return {
    changed: true,
    anchors: work.section(anchors),
    replay: withEntries(replay, entry),
  };
}

function withEntries(replay: Replay, change: (entry: Entry) => Entry): Replay {
  return {
    ...replay,
    ranges: replay.ranges.map((range) => ({ ...range, entries: range.entries.map(change) })),
    steps: replay.steps.map((step) => (step.entry === undefined ? step : { ...step, entry: change(step.entry) })),
  };
}

/** A DNSKEY of the replay, at one owner and with one set of flags. */
interface ZoneKey {
  readonly owner: WireName;
  readonly rdata: Uint8Array;
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
  readonly tag: number;
  /** One for all owners and flags. */
  readonly id: string;
}

class Resigning {
  readonly #keys: readonly ZoneKey[];
  readonly #replaced = new Map<string, Replacement>();
  /** The digest types of each DS RRset's owner. */
  readonly #digestTypes = new Map<WireName, Set<number>>();
  /** What became of a signature, by its owner and old bytes: for those that stand alone. */
  readonly #done = new Map<string, RawRecord>();

  constructor(sections: readonly (readonly RawRecord[])[]) {
    const records = sections.flat();
    this.#keys = distinctKeys(records);
    for (const { owner, rdata } of records.filter(({ type }) => type === typeOf.DS))
      this.#digestTypes.set(owner, (this.#digestTypes.get(owner) ?? new Set()).add(rdata[3] ?? 0));
    for (const key of this.#keys) if (successors.has(key.algorithm)) this.#replace(key);
    // What a changed record is signed with must change too, and then the DS of that key, and so on.
    let before = -1;
    while (before !== this.#replaced.size) {
      before = this.#replaced.size;
      for (const section of sections) this.#spread(section);
    }
    for (const section of sections) this.section(section);
  }

  get needed(): boolean {
    return this.#replaced.size > 0 || [...this.#digestTypes.values()].some((types) => digestTypeAfter(1, types) !== 1);
  }

  section(records: readonly RawRecord[]): readonly RawRecord[] {
    return records.map((record) => (record.type === typeOf.RRSIG ? this.#rrsig(record, records) : this.#plain(record)));
  }

  #replace(key: ZoneKey): void {
    if (!this.#replaced.has(key.id)) this.#replaced.set(key.id, replacementFor(key.algorithm, key.publicKey));
  }

  #spread(section: readonly RawRecord[]): void {
    for (const record of section) {
      const signature = record.type === typeOf.RRSIG ? readSignature(record.rdata) : undefined;
      if (signature === undefined) continue;
      const covered = coveredBy(record, signature, section);
      if (covered.every((one) => this.#plain(one) === one)) continue;
      const key = this.#signerOf(signature, covered);
      if (key !== undefined) this.#replace(key);
    }
  }

  #plain(record: RawRecord): RawRecord {
    if (record.type === typeOf.DNSKEY) {
      const key = this.#keys.find((key) => sameBytes(key.rdata, record.rdata));
      const after = key === undefined ? undefined : this.#keyAfter(key);
      return after === undefined ? record : { ...record, rdata: after };
    }
    return record.type === typeOf.DS ? this.#ds(record) : record;
  }

  #keyAfter(key: ZoneKey): Uint8Array | undefined {
    const replacement = this.#replaced.get(key.id);
    if (replacement === undefined) return undefined;
    return Buffer.concat([key.rdata.subarray(0, 3), Buffer.of(replacement.algorithm), replacement.publicKey]);
  }

  #ds(record: RawRecord): RawRecord {
    const [tag, algorithm, digestType] = dsFields(record.rdata);
    const digest = record.rdata.subarray(4);
    const after = digestTypeAfter(digestType, this.#digestTypes.get(record.owner) ?? new Set());
    const mentioned = this.#keys.filter(
      (key) => key.tag === tag && key.algorithm === algorithm && key.owner === record.owner,
    );
    const key = mentioned.find((key) =>
      sameBytes(dsDigest(key.owner, key.rdata, digestType) ?? digest.subarray(1), digest),
    );
    const keyAfter = key === undefined ? undefined : this.#keyAfter(key);
    if (key !== undefined && keyAfter === undefined && after === digestType) return record;
    if (key !== undefined) {
      const rdata = keyAfter ?? key.rdata;
      return {
        ...record,
        rdata: writeDs(keyTagOf(rdata), rdata[3] ?? 0, after, dsDigest(key.owner, rdata, after) ?? digest),
      };
    }
    // It stands for no key that there is, and must not come to stand for one.
    const successor = successors.get(algorithm) ?? algorithm;
    if (successor === algorithm && after === digestType) return record;
    const nobody = after === digestType ? digest : createHash("sha256").update(digest).digest();
    return { ...record, rdata: writeDs(this.#tagAfter(tag, mentioned), successor, after, nobody) };
  }

  #rrsig(record: RawRecord, section: readonly RawRecord[]): RawRecord {
    const signature = readSignature(record.rdata);
    if (signature === undefined) return record;
    const name = `${record.owner} ${Buffer.from(record.rdata).toString("hex")}`;
    const covered = coveredBy(record, signature, section);
    const known = this.#done.get(name);
    if (covered.length === 0 && known !== undefined) return { ...record, rdata: known.rdata };
    const after = this.#signatureAfter(signature, covered);
    const done = after === undefined ? record : { ...record, rdata: writeSignature(after) };
    if (covered.length > 0) this.#done.set(name, done);
    return done;
  }

  /** Undefined if it may stay as it is. */
  #signatureAfter(signature: Signature, covered: readonly RawRecord[]): Signature | undefined {
    const key = this.#signerOf(signature, covered);
    const replacement = key === undefined ? undefined : this.#replaced.get(key.id);
    const keyAfter = key === undefined ? undefined : this.#keyAfter(key);
    if (key !== undefined && (replacement === undefined || keyAfter === undefined)) return undefined;
    if (replacement !== undefined && keyAfter !== undefined) {
      const next = { ...signature, algorithm: replacement.algorithm, keyTag: keyTagOf(keyAfter) };
      const plain = covered.map((record) => this.#plain(record));
      return { ...next, signature: replacement.sign(signedBytes(next, plain) ?? new Uint8Array()) };
    }
    const mentioned = this.#mentionedBy(signature);
    const successor = successors.get(signature.algorithm) ?? signature.algorithm;
    if (successor === signature.algorithm && !mentioned.some((key) => this.#replaced.has(key.id))) return undefined;
    const broken = createHash("shake256", { outputLength: signatureBytes[successor] ?? 256 });
    return {
      ...signature,
      algorithm: successor,
      keyTag: this.#tagAfter(signature.keyTag, mentioned),
      signature: broken.update(signature.signature).digest(),
    };
  }

  #mentionedBy(signature: Signature): readonly ZoneKey[] {
    return this.#keys.filter(
      (key) =>
        key.tag === signature.keyTag &&
        key.algorithm === signature.algorithm &&
        sameBytes(nameBytes(key.owner), signature.signer),
    );
  }

  #signerOf(signature: Signature, covered: readonly RawRecord[]): ZoneKey | undefined {
    const data = signedBytes(signature, covered);
    if (data === undefined) return undefined;
    return this.#mentionedBy(signature).find((key) =>
      verifies(key.algorithm, key.publicKey, data, signature.signature),
    );
  }

  #tagAfter(tag: number, mentioned: readonly ZoneKey[]): number {
    const after = mentioned.map((key) => this.#keyAfter(key)).find((rdata) => rdata !== undefined);
    return after === undefined ? tag : keyTagOf(after);
  }
}

/** Octets; RSA's depends on the key. */
const signatureBytes: Readonly<Record<number, number>> = { 13: 64, 14: 96, 15: 64, 16: 114 };

/**
 * SHA-256 for SHA-1, where SHA-1 is all there is. Beside a better digest SHA-1 does not count anyway (RFC 4509 §3), and may show
 * that it does not.
 */
function digestTypeAfter(digestType: number, beside: ReadonlySet<number>): number {
  return digestType === 1 && beside.has(1) && !beside.has(2) && !beside.has(4) ? 2 : digestType;
}

function distinctKeys(records: readonly RawRecord[]): readonly ZoneKey[] {
  const keys = new Map<string, ZoneKey>();
  for (const { owner, type, rdata } of records) {
    if (type !== typeOf.DNSKEY || rdata.length < 5) continue;
    const id = Buffer.from(rdata.subarray(3)).toString("hex");
    const [algorithm = 0, publicKey] = [rdata[3], rdata.subarray(4)];
    keys.set(`${owner} ${rdata[0]} ${rdata[1]} ${id}`, {
      owner,
      rdata,
      algorithm,
      publicKey,
      tag: keyTagOf(rdata),
      id,
    });
  }
  return [...keys.values()];
}

function coveredBy(record: RawRecord, signature: Signature, section: readonly RawRecord[]): readonly RawRecord[] {
  const key = rrsetKey({ ...record, type: signature.covered });
  return section.filter((one) => rrsetKey(one) === key);
}

function dsFields(rdata: Uint8Array): [tag: number, algorithm: number, digestType: number] {
  return [((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0), rdata[2] ?? 0, rdata[3] ?? 0];
}

function writeDs(tag: number, algorithm: number, digestType: number, digest: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(tag >> 8, tag & 0xff, algorithm, digestType), digest]);
}
