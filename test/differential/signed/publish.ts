/** From a planned world to zone files: keys, delegations, signatures, and then the damage. */
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createDice } from "../dice.ts";
import type { World, Zone, ZoneRecord } from "../world/shape.ts";
import { copiesFor, damage } from "./damage.ts";
import { delegationRecords, ds, makeKeys, makeRsaPool, type ZoneKey } from "./keys.ts";
import { signZone } from "./sign.ts";
import { readSignature, resigned, writeZone } from "./text.ts";

export interface Published {
  readonly world: World;
  readonly zones: readonly { readonly zone: Zone; readonly file: string }[];
  /** The root's DS, as text: `keyTag algorithm digestType hex`, one for each of its entry keys. */
  readonly anchors: readonly string[];
}

/** Signs with two processes at once: one zone takes some 20 ms. */
export async function publish(world: World, directory: string, now: number): Promise<Published> {
  const work = join(directory, "signing");
  mkdirSync(work, { recursive: true });
  const pool = await makeRsaPool();
  const keys = new Map<string, readonly ZoneKey[]>();
  for (const zone of world.zones) {
    keys.set(zone.name, await makeKeys(createDice(world.seed, `keys ${zone.name}`), zone, pool, work));
  }
  const keysOf = (zone: Zone): readonly ZoneKey[] => keys.get(zone.name) ?? [];
  const children = Map.groupBy(world.zones, (zone) => zone.parent?.name);
  const fileOf = (zone: Zone): string => join(directory, `${zone.name === "." ? "root." : zone.name}zone`);
  const publishOne = async (zone: Zone): Promise<void> => {
    const cuts = (children.get(zone.name) ?? []).flatMap((child) =>
      delegationRecords(createDice(world.seed, `delegation ${child.name}`), child, keysOf(child)),
    );
    const plain = [...zone.records, ...cuts];
    const own = keysOf(zone);
    const signed = await signZone(zone, plain, own, zone.signing?.window ?? "current", work, now);
    const copies: Record<string, readonly ZoneRecord[]> = {};
    for (const window of copiesFor(zone)) copies[window] = await signZone(zone, plain, own, window, work, now);
    const damaged = damage(createDice(world.seed, `damage ${zone.name}`), zone, signed, copies);
    await writeFile(fileOf(zone), writeZone(disguise(zone, own, damaged)));
  };
  const waiting = [...world.zones];
  const worker = async (): Promise<void> => {
    for (let zone = waiting.pop(); zone !== undefined; zone = waiting.pop()) await publishOne(zone);
  };
  await Promise.all([worker(), worker()]);
  const [root] = world.zones;
  if (root === undefined) throw new Error("a world without a root");
  return {
    world,
    zones: world.zones.map((zone) => ({ zone, file: fileOf(zone) })),
    anchors: keysOf(root)
      .filter((key) => key.secureEntry)
      .map((key) => ds(".", key, 2)),
  };
}

/** Writes another algorithm's number over the one that signed, as if nobody here knew it. */
function disguise(zone: Zone, keys: readonly ZoneKey[], records: readonly ZoneRecord[]): readonly ZoneRecord[] {
  const algorithm = zone.signing?.disguise;
  const [key] = keys;
  if (algorithm === undefined || key === undefined) return records;
  return records.map((record) => {
    if (record.type === "DNSKEY")
      return { ...record, rdata: record.rdata.replace(/^(\d+) 3 \d+/, `$1 3 ${algorithm}`) };
    if (record.type !== "RRSIG") return record;
    const entry = readSignature(record.rdata).covered === "DNSKEY";
    const signer = keys.find((one) => one.secureEntry === entry) ?? key;
    return resigned(record, { algorithm, keyTag: signer.keyTag });
  });
}
