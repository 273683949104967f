/** What is remembered, and what was forgotten, in sentences. */
import { displayDomain, satisfies, unreachable, type Level } from "../base/index.ts";
import {
  establishedLevel,
  memoryLimits,
  type Forgettable,
  type Forgetting,
  type MemoryRow,
  type RememberedLevel,
} from "../policy/index.ts";
import type { Words } from "../words/index.ts";
import { printable } from "./terminal.ts";

/** What is known of a host, since when, what is expected of it, what is suspected. */
export function tellRemembered(words: Words, row: MemoryRow): readonly string[] {
  const { remembered } = row;
  const domain = displayDomain(row.domain);
  const met = remembered.encrypted;
  const proven = remembered.authenticated;
  return [
    met === undefined
      ? words.say("cli-memory-no-past", { domain })
      : tellMet(words, "cli-memory-encrypted", domain, met),
    ...(proven === undefined ? [] : [tellMet(words, "cli-memory-authenticated", domain, proven)]),
    tellExpected(words, establishedLevel(remembered)),
    ...tellSuspicion(words, row),
  ];
}

export function tellForgetting(words: Words, { at, by, why, what, count }: Forgetting): string {
  return words.say("cli-memory-forgetting", {
    at: words.time(at),
    by: printable(by),
    name: printable(forgettableName(what)),
    count,
    why: printable(why),
  });
}

export function forgettableName({ domain, host }: Forgettable): string {
  return [domain === undefined ? [] : [displayDomain(domain)], host ?? []].flat().join(", ");
}

function tellMet(words: Words, key: string, domain: string, level: RememberedLevel): string {
  const { deliveries, days, firstAt, lastAt } = level;
  return words.say(key, { domain, deliveries, days, first: words.time(firstAt), last: words.time(lastAt) });
}

function tellExpected(words: Words, level: Level): string {
  switch (level) {
    case "cleartext": {
      const { establishedDeliveriesMin, establishedDaysMin } = memoryLimits;
      return words.say("cli-memory-expects-nothing", {
        deliveries: establishedDeliveriesMin,
        days: establishedDaysMin,
      });
    }
    case "encrypted":
      return words.say("cli-memory-expects-encryption");
    case "authenticated":
      return words.say("cli-memory-expects-proof");
    default:
      return unreachable(level);
  }
}

function tellSuspicion(words: Words, { host, remembered, suspicion }: MemoryRow): readonly string[] {
  if (suspicion === undefined || remembered.suspectedSince === undefined) return [];
  const { expected, fault, lastAt } = suspicion;
  const isOwn = satisfies(establishedLevel(remembered), expected);
  return [
    ...(isOwn ? [] : [words.say("cli-memory-expected-of-others")]),
    words.say("cli-memory-suspicion", {
      since: words.time(remembered.suspectedSince),
      last: words.time(lastAt),
    }),
    ...(fault === undefined ? [] : [words.say(`fault-${fault}`, { host: printable(host) })]),
  ];
}
