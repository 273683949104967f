/** Questions about a made-up internet: of every kind that has its own way of being answered or denied. */
import type { WireName } from "../../src/dns/index.ts";
import { createDice, type Dice } from "./dice.ts";
import { nameOf } from "./servers/daemon.ts";
import { hostTypes } from "./world/data.ts";
import { below, type World, type Zone } from "./world/shape.ts";
import { words } from "./world/words.ts";

export interface Question {
  readonly name: WireName;
  readonly type: string;
}

/** `count` different questions. */
export function makeQuestions(world: World, count: number): readonly Question[] {
  const dice = createDice(world.seed, "questions");
  const owners = new Set(world.zones.flatMap((zone) => zone.landmarks.owners));
  const questions = new Map<string, Question>();
  for (let tries = count * 20; questions.size < count && tries > 0; tries--) {
    const text = nameFor(dice, dice.pick(world.zones));
    // Names made by adding labels may grow past what a name can hold.
    if (text.length > 240) continue;
    const type = typeFor(dice);
    // Of an alias, servers give the NSEC (RFC 4035 §2.5), but caches follow the alias: both are right.
    if (type === "NSEC" && !owners.has(text)) continue;
    const question = { name: nameOf(text), type };
    questions.set(`${question.name} ${question.type}`, question);
  }
  return [...questions.values()];
}

function typeFor(dice: Dice): string {
  return dice.weigh([
    [30, () => dice.pick(["A", "A", "AAAA", "MX", "MX", "TXT", "TLSA"])],
    [10, () => dice.pick(hostTypes)],
    [6, () => dice.pick(["NS", "SOA", "DNSKEY", "DS", "DS"])],
    [3, () => dice.pick(["CNAME", "DNAME"])],
    [1, () => dice.pick(["NSEC", "NSEC3PARAM", "TYPE65281", "ANY"])],
  ])();
}

function nameFor(dice: Dice, zone: Zone): string {
  const { owners, empty, wildcards, aliases, subtrees, cuts } = zone.landmarks;
  const or = (list: readonly string[]): string => (list.length === 0 ? zone.name : dice.pick(list));
  const word = (): string => dice.pick(words);
  return dice.weigh([
    [8, () => or(owners)],
    [6, () => or(aliases)],
    [4, () => zone.name],
    [3, () => or(empty)],
    // Under wildcards, a label or two deep, and the wildcard by its own name.
    [6, () => below(word(), or(wildcards))],
    [2, () => below(`${word()}.${word()}`, or(wildcards))],
    [1, () => below("*", or(wildcards))],
    [2, () => below(word(), below("*", or(wildcards)))],
    // Missing: beside, below and beyond what exists.
    [4, () => below(word(), zone.name)],
    [2, () => below(`${word()}.${word()}`, zone.name)],
    [3, () => below(word(), or(owners))],
    [2, () => below(word(), or(empty))],
    [1, () => below(word(), or(aliases))],
    [4, () => below(dice.pick(["ns", word()]), or(subtrees))],
    [2, () => below(`${word()}.${word()}`, or(subtrees))],
    [1, () => or(subtrees)],
    // At and below the cuts.
    [3, () => or(cuts)],
    [2, () => below(dice.pick(["ns", word()]), or(cuts))],
    [1, () => below(word(), ".")],
  ])();
}
