/**
 * A false server with a certificate for the right name by an authority that the sender trusts: tricked, bought or broken into, as has
 * happened. All that WebPKI asks for is there. Only a domain that says which key is its own, DANE, is out of his reach.
 */
import { impersonating } from "./impostor.ts";
import { attacker } from "./types.ts";

export const forgedCa = attacker("forged-ca", {
  issued: impersonating(({ authority }, { host }) => authority.issue({ names: [host] })),
});
