/** What stands in a zone: its names first, then its records, for aliases point at the names of any zone. */
import type { Dice } from "../dice.ts";
import { dataFor, hostTypes } from "./data.ts";
import { below, type Landmarks, type Zone, type ZoneRecord } from "./shape.ts";
import { words } from "./words.ts";

/** A zone before its contents. */
export type Outline = Omit<Zone, "parent" | "records" | "landmarks"> & { readonly parent: Outline | undefined };

/** The names of a zone. `taken` are the first labels of its child zones. */
export function nameZone(dice: Dice, zone: Outline, children: readonly Outline[]): Landmarks {
  const cuts = children.map((child) => child.name);
  const none = { owners: [], empty: [], wildcards: [], aliases: [], subtrees: [], cuts };
  // A whole zone that is elsewhere (RFC 6672 §2.3): nothing can stand below its apex.
  if (zone.depth > 1 && cuts.length === 0 && dice.chance(0.05)) return { ...none, subtrees: [zone.name] };
  const label = freshLabels(dice, new Set(cuts.map((cut) => cut.split(".")[0] ?? "")));
  const at = (labels: string): string => below(labels, zone.name);
  const owners: string[] = [at("ns")];
  const empty: string[] = [];
  const wildcards: string[] = [];
  for (let count = dice.between(3, 7); count > 0; count--) owners.push(at(label()));
  for (let count = dice.between(0, 2); count > 0; count--) {
    const [top, middle, bottom] = [label(), label(), label()];
    owners.push(at(`${bottom}.${middle}.${top}`));
    empty.push(at(`${middle}.${top}`), at(top));
  }
  if (dice.chance(0.3)) owners.push(at(`_25._tcp.${label()}`));
  if (dice.chance(0.25)) owners.push(at(dice.pick(oddLabels)(label())));
  for (let count = dice.between(0, 2); count > 0; count--) wildcards.push(at(label()));
  if (zone.depth > 0 && dice.chance(0.2)) wildcards.push(zone.name);
  for (const wildcard of wildcards) {
    if (!dice.chance(0.5)) continue;
    // A name that exists beside the wildcard, and one that makes an empty name there (RFC 4592 §2.2.1).
    owners.push(below(label(), wildcard));
    if (dice.chance(0.5)) owners.push(below(`${label()}.${label()}`, wildcard));
  }
  const aliases = Array.from({ length: dice.between(1, 5) }, () => at(label()));
  const subtrees = Array.from({ length: dice.chance(0.4) ? 1 : 0 }, () => at(label()));
  return { owners, empty, wildcards, aliases, subtrees, cuts };
}

/**
 * The records, without what signing adds and without the DS of the children. `moved` are the zones with a DNAME at their apex:
 * they have no names below, so their servers have theirs elsewhere.
 */
export function fillZone(
  dice: Dice,
  zone: Outline,
  landmarks: Landmarks,
  everywhere: readonly Landmarks[],
  moved: ReadonlySet<string>,
): readonly ZoneRecord[] {
  const records: ZoneRecord[] = [];
  const add = (owner: string, type: string, rdata: string, ttlSeconds = 3600): void => {
    records.push({ owner, ttlSeconds, type, rdata });
  };
  const target = (): string => aim(dice, dice.chance(0.35) ? landmarks : dice.pick(everywhere));
  const host = (owner: string, count: number): void => {
    for (const type of new Set(Array.from({ length: count }, () => dice.pick(hostTypes)))) {
      const ttlSeconds = dice.pick([0, 60, 300, 3600, 86_400]);
      const lines = new Set(Array.from({ length: dice.between(1, 3) }, () => dataFor(dice, type, target)));
      for (const rdata of lines) add(owner, type, rdata, ttlSeconds);
    }
  };
  const server = below("ns", zone.name);
  add(zone.name, "SOA", `${server} ${below("admin", zone.name)} 1 7200 3600 1209600 ${dice.pick([60, 300, 3600])}`);
  add(zone.name, "NS", landmarks.owners.length === 0 ? "ns.lost.nowhere." : server);
  if (dice.chance(0.5)) for (const type of ["A", "MX"]) add(zone.name, type, dataFor(dice, type, target));
  for (const owner of landmarks.owners) {
    if (owner === server) add(owner, "A", "127.0.0.1");
    else host(owner, dice.between(1, 3));
  }
  for (const wildcard of landmarks.wildcards) {
    const owner = below("*", wildcard);
    if (dice.chance(0.25)) add(owner, "CNAME", target());
    else host(owner, dice.between(1, 2));
  }
  for (const alias of landmarks.aliases) add(alias, "CNAME", dice.chance(0.02) ? alias : target());
  for (const subtree of landmarks.subtrees) add(subtree, "DNAME", aimSubtree(dice, subtree, everywhere));
  for (const cut of landmarks.cuts) {
    const outside = moved.has(cut);
    add(cut, "NS", outside ? server : below("ns", cut));
    if (!outside) add(below("ns", cut), "A", "127.0.0.1");
  }
  return records;
}

/** Some name, existing or not, for an alias to point at. */
function aim(dice: Dice, { owners, empty, wildcards, aliases, subtrees, cuts }: Landmarks): string {
  const [some = "ns.lost.nowhere."] = owners;
  const choose = (list: readonly string[]): string => (list.length === 0 ? some : dice.pick(list));
  return dice.weigh([
    [10, () => choose(owners)],
    [5, () => choose(aliases)],
    [3, () => below(dice.pick(words), choose(wildcards))],
    [2, () => below(dice.pick(words), choose(owners))],
    [2, () => below(dice.pick(["ns", ...words]), choose(subtrees))],
    [1, () => choose(empty)],
    [1, () => choose(cuts)],
  ])();
}

/** Where a DNAME leads: never to a name at or below itself, which would only grow. */
function aimSubtree(dice: Dice, owner: string, everywhere: readonly Landmarks[]): string {
  const { owners, wildcards, cuts, subtrees } = dice.pick(everywhere);
  const found = dice.pick([
    ...owners.map((name) => name.slice(name.indexOf(".") + 1)),
    ...wildcards,
    ...cuts,
    ...subtrees,
    "",
  ]);
  return found === "" || found === owner || found.endsWith(`.${owner}`) ? "lost.nowhere." : found;
}

const oddLabels: readonly ((label: string) => string)[] = [
  (label) => label.toUpperCase(),
  (label) => `${label}\\.${label}`,
  (label) => `\\000${label}`,
  (label) => `${label}\\255`,
  // An asterisk that is no wildcard (RFC 4592 §2.1.1).
  (label) => `${label}.*.${label}`,
  (label) => `*${label}`,
  (label) => label.padEnd(63, "x"),
];

function freshLabels(dice: Dice, taken: Set<string>): () => string {
  return () => {
    for (;;) {
      const label = `${dice.pick(words)}${dice.chance(0.2) ? dice.below(1000) : ""}`;
      if (taken.has(label)) continue;
      taken.add(label);
      return label;
    }
  };
}
