/** Record data at random, as text. */
import type { Dice } from "../dice.ts";

export const hostTypes: readonly string[] = [
  "A",
  "A",
  "AAAA",
  "MX",
  "TXT",
  "TLSA",
  "SMIMEA",
  "OPENPGPKEY",
  "CAA",
  "HTTPS",
  "PTR",
  "SRV",
  "NAPTR",
  "TYPE65280",
];

export function dataFor(dice: Dice, type: string, target: () => string): string {
  const hex = (count: number): string => Buffer.from(dice.bytes(count)).toString("hex");
  switch (type) {
    case "A":
      return `10.${dice.below(256)}.${dice.below(256)}.${dice.below(256)}`;
    case "AAAA":
      return `2001:db8:${hex(2)}::${hex(2)}`;
    case "MX":
      return `${dice.pick([0, 10, 20])} ${dice.chance(0.1) ? "." : target()}`;
    case "TXT":
      return Array.from({ length: dice.between(1, 3) }, () => `"${hex(dice.pick([0, 8, 100]))}"`).join(" ");
    case "TLSA":
    case "SMIMEA":
      return `${dice.pick([2, 3])} ${dice.pick([0, 1])} 1 ${hex(32)}`;
    case "OPENPGPKEY":
      return Buffer.from(dice.bytes(dice.pick([30, 300, 1500]))).toString("base64");
    case "CAA":
      return `0 issue "${hex(5)}.nowhere"`;
    case "HTTPS":
      return `1 ${dice.chance(0.5) ? "." : target()} alpn="h2" port=${dice.between(1, 65_535)}`;
    case "PTR":
      return target();
    case "SRV":
      return `0 ${dice.below(10)} ${dice.between(1, 65_535)} ${target()}`;
    case "NAPTR":
      return `${dice.below(100)} 10 "u" "E2U+sip" "!^.*$!sip:${hex(3)}!" .`;
    case "TYPE65280":
      return `\\# 4 ${hex(4)}`;
    default:
      throw new TypeError(`no data for ${type}`);
  }
}
