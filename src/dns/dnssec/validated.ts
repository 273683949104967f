/** The only place where a `Validated` is made. The type's brand says so to the compiler, the WeakSet at run time. */
import type { Validated } from "./types.ts";

const made = new WeakSet<object>();

/** True if the validator made this very object. */
export function isValidated(value: unknown): value is Validated {
  return typeof value === "object" && value !== null && made.has(value);
}

export type ValidatedParts = { readonly [Key in keyof Validated as Key extends string ? Key : never]: Validated[Key] };

/** For the validator alone; not to be found behind the folder's door. */
export function makeValidated(parts: ValidatedParts): Validated {
  const value = Object.freeze(parts) as Validated;
  made.add(value);
  return value;
}

/** The same with fewer seconds left. */
export function aged(value: Validated, ttlSeconds: number): Validated {
  return made.has(value) ? makeValidated({ ...value, ttlSeconds: Math.min(ttlSeconds, value.ttlSeconds) }) : value;
}
