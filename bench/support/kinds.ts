/** The kinds of domains of `bench/plan`, and where they are. */
import { domain, type DomainName } from "../../src/base/index.ts";

/** `dane`: signed, TLSA. `sts`: not signed, a policy in mode enforce. `open`: neither, whatever there is. */
export const kinds = ["dane", "sts", "open"] as const;

export type Kind = (typeof kinds)[number];

/** The domain of this kind with this number. */
export function domainName(kind: Kind, place: number): DomainName {
  return domain(`d${place}.${kind}.example`);
}

/** All domains of a kind have one host. */
export function hostName(kind: Kind): DomainName {
  return domain(`mx.${kind}.example`);
}
