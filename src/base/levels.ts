/**
 * What a hop proves, from least to most. One ordered table for every part of the program.
 *
 * | level         | who can read the message on this hop                             |
 * |---------------|------------------------------------------------------------------|
 * | cleartext     | anyone on the path                                               |
 * | encrypted     | an active attacker (the peer was not proven, or its name was not)|
 * | authenticated | the two servers                                                  |
 *
 * `sealed` is a property of a message, not of a hop, and so is not in this table.
 */
export const levels = ["cleartext", "encrypted", "authenticated"] as const;

export type Level = (typeof levels)[number];

const rank: Readonly<Record<Level, number>> = { cleartext: 0, encrypted: 1, authenticated: 2 };

/** True if `got` is at least as strong as `needed`. */
export function satisfies(got: Level, needed: Level): boolean {
  return rank[got] >= rank[needed];
}

/** Negative if `a` is weaker than `b`, zero if equal, positive if stronger. */
export function compareLevels(a: Level, b: Level): number {
  return rank[a] - rank[b];
}

export function strongest(a: Level, b: Level): Level {
  return rank[a] >= rank[b] ? a : b;
}

export function weakest(a: Level, b: Level): Level {
  return rank[a] <= rank[b] ? a : b;
}
