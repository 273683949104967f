/** What goes wrong with zones after they were signed: edits of the signed text, each named by its fault. */
import type { Dice } from "../dice.ts";
import type { Fault, Zone, ZoneRecord } from "../world/shape.ts";
import { damageDenial, damageKeys } from "./damage-chain.ts";
import { readSignature, resigned, type SignatureText } from "./text.ts";

/** The same zone signed for other times. */
export interface Copies {
  readonly expired?: readonly ZoneRecord[];
  readonly future?: readonly ZoneRecord[];
}

/** Which copies the zone's faults need. */
export function copiesFor(zone: Zone): readonly ("expired" | "future")[] {
  const needs: ("expired" | "future")[] = [];
  if (zone.faults.some((fault) => fault === "expired-signature" || fault === "extra-expired-signature"))
    needs.push("expired");
  if (zone.faults.includes("future-signature")) needs.push("future");
  return needs;
}

export function damage(dice: Dice, zone: Zone, signed: readonly ZoneRecord[], copies: Copies): readonly ZoneRecord[] {
  return zone.faults.reduce((records, fault) => damageOnce(dice, zone, fault, records, copies), signed);
}

type Records = readonly ZoneRecord[];

function damageOnce(dice: Dice, zone: Zone, fault: Fault, records: Records, copies: Copies): Records {
  const some = someSets(dice, records);
  const change = (edit: (one: SignatureText) => Partial<SignatureText>): Records =>
    records.map((record) =>
      isSignatureOf(record, some) ? resigned(record, edit(readSignature(record.rdata))) : record,
    );
  const beside = (others: Records): Records => [...records, ...others.filter((record) => isSignatureOf(record, some))];
  const without = (): Records => records.filter((record) => !isSignatureOf(record, some));
  switch (fault) {
    case "flip-signature":
      return change(({ signature }) => ({ signature: flipped(dice, signature) }));
    case "drop-signature":
      return without();
    case "change-data":
      return records.map((record) => (some.has(keyOf(record.owner, record.type)) ? changed(dice, record) : record));
    case "add-data":
      return [...records, ...added(records, some)];
    case "wrong-labels":
      return change(({ labels }) => ({ labels: labels + 1 }));
    case "fewer-labels":
      return change(({ labels }) => ({ labels: Math.max(0, labels - 1) }));
    case "wrong-original-ttl":
      return change(({ originalTtl }) => ({ originalTtl: originalTtl + 1 }));
    case "longer-ttl":
      // Sound: the signature holds the true TTL (RFC 4035 §5.3.3). Every record of a set has one TTL (RFC 2181 §5.2).
      return records.map((record) =>
        some.has(keyOf(record.owner, record.type)) || isSignatureOf(record, some)
          ? { ...record, ttlSeconds: record.ttlSeconds + 1000 }
          : record,
      );
    case "wrong-signer":
      return change(() => ({ signer: zone.parent?.name ?? "nowhere." }));
    case "wrong-key-tag":
      return change(({ keyTag }) => ({ keyTag: (keyTag + 1) & 0xffff }));
    case "wrong-signature-algorithm":
      return change(({ algorithm }) => ({ algorithm: algorithm === 13 ? 8 : 13 }));
    case "stretched-expiry":
      return change(({ expiration }) => ({
        expiration: `${Number(expiration.slice(0, 4)) + 1}${expiration.slice(4)}`,
      }));
    case "expired-signature":
      return [...without(), ...(copies.expired ?? []).filter((record) => isSignatureOf(record, some))];
    case "future-signature":
      return [...without(), ...(copies.future ?? []).filter((record) => isSignatureOf(record, some))];
    case "extra-expired-signature":
      return beside(copies.expired ?? []);
    case "extra-broken-signature":
      return beside(
        records
          .filter((record) => isSignatureOf(record, some))
          .map((record) => resigned(record, { signature: flipped(dice, readSignature(record.rdata).signature) })),
      );
    case "drop-denial":
    case "drop-all-denials":
    case "drop-denial-signature":
    case "flip-denial-signature":
    case "lie-in-bitmap":
    case "lie-in-next-name":
      return damageDenial(dice, fault, records);
    default:
      return damageKeys(dice, zone.name, fault, records);
  }
}

/** A signature or other base64 text with one bit of its middle changed. */
export function flipped(dice: Dice, base64: string): string {
  const bytes = Buffer.from(base64, "base64");
  const at = dice.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
  return bytes.toString("base64");
}

/** About a third of the signed sets, at least one; keys and denials left out. */
function someSets(dice: Dice, records: Records): ReadonlySet<string> {
  const signed = new Set<string>();
  for (const { owner, type, rdata } of records) {
    if (type !== "RRSIG") continue;
    const { covered } = readSignature(rdata);
    if (!["NSEC", "NSEC3", "DNSKEY", "NSEC3PARAM"].includes(covered)) signed.add(keyOf(owner, covered));
  }
  const all = [...signed];
  if (all.length === 0) return signed;
  const chosen = all.filter(() => dice.chance(0.3));
  return new Set(chosen.length > 0 ? chosen : [dice.pick(all)]);
}

function isSignatureOf({ owner, type, rdata }: ZoneRecord, sets: ReadonlySet<string>): boolean {
  return type === "RRSIG" && sets.has(keyOf(owner, readSignature(rdata).covered));
}

function keyOf(owner: string, type: string): string {
  return `${owner.toLowerCase()} ${type}`;
}

/** Only types whose text is easily changed without making it something else. */
function changed(dice: Dice, record: ZoneRecord): ZoneRecord {
  switch (record.type) {
    case "A":
      return { ...record, rdata: `10.66.${dice.below(256)}.${dice.below(256)}` };
    case "AAAA":
      return { ...record, rdata: `2001:db8:66::${dice.below(9999)}` };
    case "TXT":
      return { ...record, rdata: '"changed"' };
    case "MX":
      return { ...record, rdata: "66 changed.nowhere." };
    case "CNAME":
    case "PTR":
      return { ...record, rdata: "changed.nowhere." };
    case "SOA":
      return { ...record, rdata: record.rdata.replace(/ 1 7200 /, " 2 7200 ") };
    case "DS":
    case "TLSA":
    case "SMIMEA":
      return { ...record, rdata: record.rdata.replace(/.$/, (last) => (last === "0" ? "1" : "0")) };
    default:
      return record;
  }
}

function added(records: Records, sets: ReadonlySet<string>): Records {
  const more = new Map<string, ZoneRecord>();
  for (const record of records) {
    const rdata = additions[record.type];
    const key = keyOf(record.owner, record.type);
    if (rdata !== undefined && sets.has(key)) more.set(key, { ...record, rdata });
  }
  return [...more.values()];
}

const additions: Readonly<Record<string, string>> = {
  A: "10.66.66.66",
  AAAA: "2001:db8:66::66",
  TXT: '"added"',
  MX: "0 added.nowhere.",
  TLSA: `3 1 1 ${"66".repeat(32)}`,
  NS: "ns.added.nowhere.",
};
