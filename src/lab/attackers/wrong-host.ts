/**
 * A false server with a certificate that a trusted authority has signed, for another name: anybody can have one for a name of
 * his own. It defeats whoever checks the chain alone, or compares names loosely.
 */
import type { DomainName } from "../../base/index.ts";
import type { LeafOptions } from "../ca.ts";
import { impersonating } from "./impostor.ts";
import { attacker, type StartAttack } from "./types.ts";

export const wrongHost = attacker("wrong-host", {
  "own-name": withNames(() => ({ names: ["mx.attacker.example"] })),
  // A domain that begins with the host's name, and one that ends in the recipient's domain's: anybody can register either. A name below the
  // recipient's domain is nobody else's to have, and Postfix's `secure` takes it with good reason.
  affixed: withNames((host) => ({ names: [`${host}.attacker.example`, host.replace(".", ".x")] })),
  // RFC 9525 §2: the subject's CN names nobody.
  "common-name": withNames((host) => ({ names: ["mx.attacker.example"], commonName: host })),
  // RFC 9525 §6.3: a wildcard is the whole left-most label and stands for one label.
  "wide-wildcard": withNames((host) => {
    const labels = host.split(".");
    return { names: [`*.${labels.slice(2).join(".")}`, `*.*.${labels.at(-1)}`, "*"] };
  }),
  "no-name": withNames(() => ({})),
});

function withNames(leaf: (host: DomainName) => LeafOptions): StartAttack {
  return impersonating(({ authority }, { host }) => authority.issue(leaf(host)));
}
