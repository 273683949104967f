/**
 * Where ours means to differ from unbound, each with the RFC that says so. A difference counts as explained only if a rule here
 * holds for it; a rule looks at how the zones on the way are made and at what both said, never at a name.
 */
import { isWithin, parentName, typeCode, type Message, type WireName } from "../../src/dns/index.ts";
import type { Question } from "./questions.ts";
import { nameOf } from "./servers/daemon.ts";
import type { Verdict } from "./verdict.ts";
import { chainOf, type World, type Zone } from "./world/shape.ts";

export interface Difference {
  readonly question: Question;
  readonly unbound: Verdict;
  readonly ours: Verdict;
  /** What the plain forwarder answered. */
  readonly plain: Message | undefined;
  /** Every zone on the way: from the root to each name that was passed. */
  readonly zones: readonly Zone[];
}

export interface Explanation {
  readonly rfc: string;
  readonly why: string;
  holds(difference: Difference): boolean;
}

export const explanations: readonly Explanation[] = [
  {
    rfc: "RFC 9905 §3, RFC 4035 §5.2",
    why: "a zone that only SHA-1 speaks for (its keys, or the DS for them) is insecure; unbound 1.17 still believes SHA-1",
    holds: ({ unbound, ours, zones }) =>
      zones.some(onlySha1) && (ours.status === "insecure" || ours.status === "bogus") && unbound.status !== ours.status,
  },
  {
    rfc: "RFC 4509 §3",
    why: "a SHA-1 DS counts for nothing beside one of SHA-256; unbound takes either unless harden-algo-downgrade is set",
    holds: ({ ours, zones }) =>
      ours.status === "bogus" && zones.some((zone) => zone.delegation === "broken-sha1-and-sha256"),
  },
  {
    rfc: "RFC 6672 §5.3.1",
    why: "the CNAME that a DNAME makes has no signature of its own; unbound looks for one if that CNAME or a DNAME is what was asked for, or if the DNAME was passed before",
    holds: ({ question, plain }) => {
      const enough = question.type === "CNAME" || question.type === "DNAME" ? 1 : 2;
      return plain?.answers.some(({ name, data }) => data.type === "DNAME" && madeBy(plain, name) >= enough) ?? false;
    },
  },
  {
    rfc: "RFC 4035 §3.2.3",
    why: "an absence whose SOA is not signed by its zone is bogus; unbound says so too, but overlooks that SOA behind an alias",
    holds: ({ unbound, ours, plain, zones }) =>
      ours.status === "bogus" &&
      unbound.status !== "bogus" &&
      plain !== undefined &&
      behindAlias(plain) &&
      hasStraySoa(plain, zones),
  },
  {
    rfc: "RFC 5155 §8.9, §12.2.3",
    why: "a name in an opt-out span may be a delegation that is not signed, whatever else the denial lacks: insecure; unbound says bogus",
    holds: ({ unbound, ours, zones }) =>
      unbound.status === "bogus" &&
      ours.status === "insecure" &&
      ours.detail.startsWith("opt-out") &&
      zones.some(optOutWithHoles),
  },
  {
    rfc: "RFC 4035 §3.1.3.4, §5.4",
    why: "a wildcard's own NSEC must show that it lacks the type; unbound takes the NSEC before the wildcard for enough",
    holds: ({ unbound, ours, plain }) =>
      unbound.status === "secure" &&
      ours.detail.startsWith("denial-missing") &&
      plain !== undefined &&
      lacksWildcard(plain),
  },
  {
    rfc: "RFC 4035 §4.3, RFC 4033 §5",
    why: "what is needed to judge cannot be had (the upstream says SERVFAIL): indeterminate, which unbound calls bogus",
    holds: ({ unbound, ours }) =>
      unbound.status === "bogus" && ours.status === "indeterminate" && ours.detail.startsWith("no-answer"),
  },
  {
    rfc: "RFC 9276 §3.2",
    why: "a zone with too many iterations whose denials are damaged besides: nothing is proven, and either word is right",
    holds: ({ unbound, ours, zones }) =>
      [unbound, ours].every(({ status }) => status === "bogus" || status === "insecure") &&
      zones.some(
        (zone) =>
          tooManyIterations(zone) && zone.faults.some((fault) => fault.includes("denial") || fault.startsWith("lie-")),
      ),
  },
];

export function explain(difference: Difference): Explanation | undefined {
  return explanations.find((one) => one.holds(difference));
}

/** The zones from the root down to each of the names. */
export function zonesOnTheWay(world: World, names: readonly WireName[]): readonly Zone[] {
  const byName = new Map(world.zones.map((zone) => [nameOf(zone.name), zone]));
  const found = new Set<Zone>();
  for (const name of names) {
    let at: WireName | undefined = name;
    while (at !== undefined && !byName.has(at)) at = parentName(at);
    const zone = at === undefined ? undefined : byName.get(at);
    if (zone !== undefined) for (const one of chainOf(zone)) found.add(one);
  }
  return [...found];
}

function onlySha1({ delegation, signing }: Zone): boolean {
  return (
    delegation === "sha1-only" ||
    (signing?.algorithms.every((algorithm) => algorithm === 5 || algorithm === 7) ?? false)
  );
}

/** How many aliases were made of the DNAME at `owner`. */
function madeBy({ answers }: Message, owner: WireName): number {
  return answers.filter(({ name, data }) => data.type === "CNAME" && name !== owner && isWithin(name, owner)).length;
}

function behindAlias(plain: Message): boolean {
  return plain.answers.some(({ data }) => data.type === "CNAME");
}

/** The SOA of a signed zone without a signature by that zone. */
function hasStraySoa({ authorities }: Message, zones: readonly Zone[]): boolean {
  return authorities.some(
    (soa) =>
      soa.data.type === "SOA" &&
      zones.some((zone) => zone.signing !== undefined && nameOf(zone.name) === soa.name) &&
      !authorities.some(
        ({ name, data }) =>
          name === soa.name && data.type === "RRSIG" && data.covered === soaType && data.signer === name,
      ),
  );
}

const soaType = typeCode("SOA");

function optOutWithHoles({ signing, faults }: Zone): boolean {
  return signing?.denial.kind === "nsec3" && signing.denial.optOut && faults.some((fault) => fault.includes("denial"));
}

/** An NSEC leads to a wildcard that no NSEC speaks for. */
function lacksWildcard({ authorities }: Message): boolean {
  const owners = new Set(authorities.flatMap(({ name, data }) => (data.type === "NSEC" ? [name] : [])));
  return authorities.some(({ data }) => data.type === "NSEC" && data.next.startsWith("*.") && !owners.has(data.next));
}

function tooManyIterations({ signing }: Zone): boolean {
  return signing?.denial.kind === "nsec3" && signing.denial.iterations > 100;
}
