/** A false server with a certificate for the right name that no trusted authority has signed. */
import { makeAuthority, selfSigned as makeSelfSigned } from "../ca.ts";
import { impersonating } from "./impostor.ts";
import { attacker } from "./types.ts";

export const selfSigned = attacker("self-signed", {
  "own-key": impersonating(({ clock }, { host }) => makeSelfSigned(clock, { names: [host] })),
  "own-authority": impersonating(({ clock }, { host }) =>
    makeAuthority(clock, "Attacker CA")
      .intermediate("Attacker Intermediate")
      .issue({ names: [host] }),
  ),
  // An authority of the very name that the sender trusts, with another key.
  "namesake-authority": impersonating(({ clock, authority }, { host }) =>
    makeAuthority(clock, authority.commonName).issue({ names: [host] }),
  ),
});
