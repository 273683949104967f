/** Chance from a seed: the same seed makes the same zones, the same faults and the same questions. */

export interface Dice {
  /** A whole number from 0 to `count - 1`. */
  below(count: number): number;
  /** A whole number from `low` to `high`, both possible. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Picks by weight. */
  weigh<T>(list: readonly (readonly [weight: number, value: T])[]): T;
  bytes(count: number): Uint8Array;
  /** Dice of their own for a part, so that a change in one part leaves the others as they were. */
  fork(part: string): Dice;
}

export function createDice(seed: number, part = ""): Dice {
  let state = hash(`${seed}/${part}`);
  // splitmix32
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const below = (count: number): number => Math.floor((next() / 2 ** 32) * count);
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new RangeError("nothing to pick from");
    return list[below(list.length)] as T;
  };
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => next() / 2 ** 32 < probability,
    pick,
    weigh(list) {
      let left = below(list.reduce((sum, [weight]) => sum + weight, 0));
      for (const [weight, value] of list) {
        if (left < weight) return value;
        left -= weight;
      }
      throw new RangeError("nothing to pick from");
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
    fork: (name) => createDice(seed, `${part}/${name}`),
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value | 0;
}
