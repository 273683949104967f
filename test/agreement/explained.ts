/**
 * Where we mean to do something else than Postfix, each with the RFC that says so. A difference counts as explained only if a rule
 * here holds for it; a rule looks at how the domain is made and at what came of both, never at its name.
 */
import type { Attempts, Level, Outcome } from "./outcome.ts";
import type { HostShape, Site } from "./table.ts";

export interface Difference {
  readonly site: Site;
  readonly level: Level;
  readonly postfix: Attempts;
  readonly surehop: Attempts;
  /** What Postfix does at its level `dane`, whatever level this is. */
  readonly postfixByDane: Attempts;
}

export interface Explanation {
  readonly rfc: string;
  readonly why: string;
  holds(difference: Difference): boolean;
}

export const explanations: readonly Explanation[] = [
  {
    rfc: "RFC 7672 §2.2",
    why: "where TLSA records are published, a refused STARTTLS means the next host or delayed delivery; Postfix takes a 502, which anybody can forge in clear, for the last word",
    holds: (difference) => isBounceHeld(difference) && refuses(difference) && publishesTlsa(difference),
  },
  {
    rfc: "RFC 3207 §6",
    why: "the reply to STARTTLS stands in clear and may have been altered on the way: where TLS is demanded a 502 is no reason to return mail for good",
    holds: (difference) => isBounceHeld(difference) && refuses(difference) && difference.level === "secure",
  },
  {
    rfc: "RFC 3207 §6",
    why: "a host that offers STARTTLS and then fails may have somebody before it: we ask again, over an hour, before cleartext is considered; Postfix goes without at once, or the next time",
    holds: ({ level, site, postfix, surehop }) =>
      level === "dane" &&
      hostsOf(site).some(({ mood }) => mood !== undefined && mood !== "absent") &&
      last(postfix) === "clear" &&
      surehop.every((outcome) => outcome === "deferred"),
  },
  {
    rfc: "RFC 7672 §2.2",
    why: "what the recipient publishes counts whatever else is demanded; the level `secure` of Postfix does not ask for TLSA records, its level `dane` does as we do",
    holds: (difference) =>
      difference.level === "secure" && publishesTlsa(difference) && same(difference.surehop, difference.postfixByDane),
  },
  {
    rfc: "RFC 8689 §4.2.1, RFC 9525 §6.1",
    why: "the name of a host that a signed MX record gives is proven, and a certificate for it proves the host; Postfix takes nothing but the domain for it",
    holds: ({ level, site, postfix, surehop }) =>
      level === "secure" &&
      (site.zone ?? "signed") === "signed" &&
      hostsOf(site).some(({ elsewhere, certificate = "good" }) => elsewhere !== undefined && certificate === "good") &&
      last(postfix) === "deferred" &&
      last(surehop) === "verified",
  },
  {
    rfc: "RFC 8198 §5.1",
    why: "the signed denial of the host's IPv6 address covers the name of its TLSA records too: that there are none is proven before anybody could fail to answer",
    holds: ({ level, site, postfix, surehop }) =>
      level === "dane" &&
      everyHost(site, ({ tlsa, tlsaFault }) => tlsa === undefined && tlsaFault === "servfail") &&
      last(postfix) === "deferred" &&
      last(surehop) === "unverified",
  },
];

export function same(a: Attempts, b: Attempts): boolean {
  return a.length === b.length && a.every((outcome, place) => outcome === b[place]);
}

function last(attempts: Attempts): Outcome {
  return attempts[1] ?? attempts[0];
}

function isBounceHeld({ postfix, surehop }: Difference): boolean {
  return last(postfix) === "bounced" && surehop.every((outcome) => outcome === "deferred");
}

function refuses({ site }: Difference): boolean {
  return hostsOf(site).some(({ mood }) => mood === "refuses-502");
}

function publishesTlsa({ site }: Difference): boolean {
  return hostsOf(site).some(({ tlsa }) => tlsa !== undefined);
}

/** Of none nothing is true. */
function everyHost(site: Site, holds: (host: HostShape) => boolean): boolean {
  return hostsOf(site).length > 0 && hostsOf(site).every(holds);
}

function hostsOf({ hosts = [] }: Site): readonly HostShape[] {
  return hosts;
}
