/** Damage to what a zone's other proofs hang on: its denials and its keys. */
import type { Dice } from "../dice.ts";
import type { Fault, ZoneRecord } from "../world/shape.ts";
import { flipped } from "./damage.ts";
import { readSignature, resigned } from "./text.ts";

type Records = readonly ZoneRecord[];

export function damageDenial(dice: Dice, fault: Fault, records: Records): Records {
  const owners = records.filter(isDenial).map((record) => record.owner);
  if (owners.length === 0) return records;
  const chosen = new Set(owners.filter(() => dice.chance(0.3)));
  if (chosen.size === 0) chosen.add(dice.pick(owners));
  const signs = (record: ZoneRecord): boolean =>
    record.type === "RRSIG" && /^NSEC3? /.test(record.rdata) && chosen.has(record.owner);
  const denies = (record: ZoneRecord): boolean => isDenial(record) && chosen.has(record.owner);
  switch (fault) {
    case "drop-denial":
      return records.filter((record) => !denies(record) && !signs(record));
    case "drop-all-denials":
      return records.filter((record) => !isDenial(record) && !/^NSEC3? /.test(record.rdata));
    case "drop-denial-signature":
      return records.filter((record) => !signs(record));
    case "flip-denial-signature":
      return records.map((record) =>
        signs(record) ? resigned(record, { signature: flipped(dice, readSignature(record.rdata).signature) }) : record,
      );
    case "lie-in-bitmap":
      return records.map((record) => (denies(record) ? { ...record, rdata: withoutType(record) } : record));
    case "lie-in-next-name":
      return records.map((record) =>
        denies(record) ? { ...record, rdata: withoutNext(record, dice.pick(owners)) } : record,
      );
    default:
      throw new TypeError(`not a fault of denials: ${fault}`);
  }
}

export function damageKeys(dice: Dice, apex: string, fault: Fault, records: Records): Records {
  const isKey = (record: ZoneRecord): boolean =>
    record.type === "DNSKEY" && record.owner.toLowerCase() === apex.toLowerCase();
  const signs = (record: ZoneRecord): boolean => record.type === "RRSIG" && record.rdata.startsWith("DNSKEY ");
  const keys = (pattern: RegExp, replacement: string): Records =>
    records.map((record) =>
      isKey(record) ? { ...record, rdata: record.rdata.replace(pattern, replacement) } : record,
    );
  switch (fault) {
    case "drop-dnskey":
      return records.filter((record) => !isKey(record) && !signs(record));
    case "drop-dnskey-signature":
      return records.filter((record) => !signs(record));
    case "flip-dnskey-signature":
      return records.map((record) =>
        signs(record) ? resigned(record, { signature: flipped(dice, readSignature(record.rdata).signature) }) : record,
      );
    case "drop-zone-signing-key":
      return records.filter((record) => !(isKey(record) && record.rdata.startsWith("256 ")));
    case "no-zone-key-flag":
      return keys(/^257 /, "1 ");
    case "wrong-protocol":
      return keys(/^(\d+) 3 /, "$1 4 ");
    case "revoked":
      return keys(/^257 /, "385 ");
    case "extra-unsigned-key":
      return [
        ...records,
        {
          owner: apex,
          ttlSeconds: 3600,
          type: "DNSKEY",
          rdata: `256 3 13 ${Buffer.from(dice.bytes(64)).toString("base64")}`,
        },
      ];
    default:
      throw new TypeError(`not a fault of keys: ${fault}`);
  }
}

function isDenial({ type }: ZoneRecord): boolean {
  return type === "NSEC" || type === "NSEC3";
}

/** The bitmap without its first type. */
function withoutType({ type, rdata }: ZoneRecord): string {
  const fields = rdata.split(/\s+/);
  fields.splice(type === "NSEC" ? 1 : 5, 1);
  return fields.join(" ");
}

function withoutNext({ type, rdata }: ZoneRecord, other: string): string {
  const fields = rdata.split(/\s+/);
  fields[type === "NSEC" ? 0 : 4] = type === "NSEC" ? other : (other.split(".")[0] ?? "");
  return fields.join(" ");
}
