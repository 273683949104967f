/**
 * A false server with a certificate for the right name by a trusted authority, outside of its dates: its key was stolen, and
 * all that protects anybody from it is that it has run out.
 */
import { impersonating } from "./impostor.ts";
import { attacker } from "./types.ts";

export const expired = attacker("expired", {
  "run-out": impersonating(({ authority }, { host }) => authority.issue({ names: [host], fromDays: -90, toDays: -1 })),
  "not-yet": impersonating(({ authority }, { host }) => authority.issue({ names: [host], fromDays: 1, toDays: 90 })),
});
