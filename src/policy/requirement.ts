/**
 * What one host must prove before mail passes to it. Pure.
 *
 *   published   DANE, else MTA-STS (STS-6), else nothing          the recipient's own word
 *   floor       the rule or the default, memory, REQUIRETLS       ours, and the sender's
 *   asked       whatever is more of both
 *   lowered     an exception; `enforce = "report"`                the operator's word, told each time
 *
 * Each source can only add to what another asks; the two that lower are named in the plan and looked at all the same
 * (`HopRequirement.watch`). A source that could not be read takes the host out.
 */
import {
  compareLevels,
  satisfies,
  strongest,
  type DomainName,
  type Level,
  type MailEvent,
  type PlanReason,
  type ReportedPolicy,
} from "../base/index.ts";
import { usableTlsa, type DaneProof, type HopRequirement, type NamedProof, type TrustedCas } from "../tls/index.ts";
import { historyOf } from "./history.ts";
import { rememberedFloor, suspectedSince } from "./memory/index.ts";
import { matchesMx } from "./sts-match.ts";
import { reportedPolicy } from "./reported.ts";
import type { Facts, HostFact, HostHistory, TlsRetry } from "./types.ts";

/** A host that has a name, and addresses to go to. */
export type ReachableHost = HostFact & {
  readonly host: DomainName;
  readonly addresses: Extract<HostFact["addresses"], { readonly kind: "known" }>;
};

export type SkipReason = Extract<MailEvent, { readonly code: "host-skipped" }>["why"];

export type Demand =
  | {
      readonly kind: "ask";
      readonly requirement: HopRequirement;
      readonly reported: ReportedPolicy;
      readonly why: readonly PlanReason[];
      /** Unproven now means returned: the operator's patience is over (MEM-1). */
      readonly isLastChance: boolean;
    }
  | { readonly kind: "skip"; readonly why: SkipReason };

export function demandOf(facts: Facts, fact: ReachableHost): Demand {
  const published = publishedBy(facts, fact);
  const strict = askedOf(facts, fact, published, floorOf(facts, fact, levelOf(published)));
  if (facts.enforce === "report") return onlyReported(facts, fact, strict);
  return facts.exception === undefined || facts.message.requireTls
    ? strict
    : excepted(facts, fact, strict, facts.exception);
}

/** What the recipient publishes about a host. */
type Published =
  | { readonly kind: "nothing"; readonly why: readonly PlanReason[] }
  | { readonly kind: "encrypted"; readonly why: readonly PlanReason[] }
  | { readonly kind: "proof"; readonly proof: DaneProof | NamedProof; readonly why: readonly PlanReason[] }
  | { readonly kind: "skip"; readonly why: SkipReason };

function publishedBy(facts: Facts, fact: ReachableHost): Published {
  if (ignoresPolicies(facts)) return { kind: "nothing", why: [{ code: "tls-not-required" }] };
  const { tlsa } = fact;
  // DANE-2: whoever keeps the answer back must not decide that there is nothing to ask for.
  if (tlsa.kind === "failed") return skip(tlsa.status === "bogus" ? "tlsa-bogus" : "tlsa-unavailable");
  // Trap 17: what is kept and cannot be read may be a promise, or a memory of what was kept.
  if (facts.sts.kind === "unreadable" || facts.memory.kind === "unreadable") return skip("policy-unreadable");
  const sts = enforcedBySts(facts, fact);
  // STS-6: the policy limits which hosts there are, whatever those publish.
  if (sts === "mismatch") return skip("sts-mismatch");
  const why: PlanReason[] = [];
  if (sts !== undefined) why.push({ code: "mta-sts", mode: "enforce" });
  else if (isTesting(facts)) why.push({ code: "mta-sts", mode: "testing" });
  else if (facts.sts.kind === "none" && facts.sts.failure !== undefined) {
    why.push({ code: "mta-sts-unknown", result: facts.sts.failure.result });
  }
  const dane = daneProof(facts, fact, sts !== undefined);
  if (dane !== undefined) {
    return { kind: "proof", proof: dane, why: [{ code: "dane", mxProven: dane.mxProven }, ...why] };
  }
  if (tlsa.kind === "records") why.unshift({ code: "dane-unusable" });
  if (sts !== undefined) return { kind: "proof", proof: sts, why };
  return { kind: tlsa.kind === "records" ? "encrypted" : "nothing", why };
}

/** What is published comes to by itself. */
function levelOf(published: Published): Level {
  switch (published.kind) {
    case "nothing":
    case "skip":
      return "cleartext";
    case "encrypted":
      return "encrypted";
    case "proof":
      return suffices(published.proof) ? "authenticated" : "encrypted";
  }
}

/** DANE-7: a match with a host whose name nobody vouches for proves no more than encryption. */
function suffices(proof: DaneProof | NamedProof): boolean {
  return proof.kind !== "dane" || proof.mxProven;
}

/** REQ-2: never where the sender asked for the opposite. */
function ignoresPolicies({ message }: Facts): boolean {
  return message.tlsOptional === true && !message.requireTls;
}

function isTesting({ sts }: Facts): boolean {
  return sts.kind === "policy" && sts.policy.mode === "testing";
}

/** RFC 8461 §4.1: the certificate is for the MX host's own name, never for the pattern (trap 19). */
function enforcedBySts(
  { sts, authorities, rule }: Facts,
  { host }: ReachableHost,
): NamedProof | "mismatch" | undefined {
  if (sts.kind !== "policy" || sts.policy.mode !== "enforce") return undefined;
  return matchesMx(sts.policy, host) ? stsProof(host, rule?.ca ?? authorities) : "mismatch";
}

function stsProof(host: DomainName, ca: TrustedCas | undefined): NamedProof {
  return { kind: "mta-sts", names: [host], ...withCa(ca) };
}

function daneProof(facts: Facts, fact: ReachableHost, isNamedBySts: boolean): DaneProof | undefined {
  const { tlsa, host } = fact;
  if (tlsa.kind !== "records" || usableTlsa(tlsa.records).length === 0) return undefined;
  return {
    kind: "dane",
    base: tlsa.base,
    records: tlsa.records,
    // RFC 7672 §3.2.2: the TLSA base domain, the MX host and the next-hop domain.
    names: [...new Set([tlsa.base, host, facts.nextHop])],
    mxProven: isNamedBySts || isMxProven(facts),
  };
}

/** Nobody who stands between us and the DNS can have chosen the host's name (DANE-7). */
function isMxProven({ mx }: Facts): boolean {
  switch (mx.kind) {
    case "records":
    case "implicit":
      return mx.status === "secure";
    case "routed":
    case "literal":
      return true;
    case "nxdomain":
    case "null-mx":
    case "failed":
      return false;
  }
}

interface Floor {
  readonly level: Level;
  readonly why: readonly PlanReason[];
  readonly isLastChance: boolean;
}

/**
 * The least that we, the operator, or the sender ask for, whatever is published. What is remembered counts only for what it adds to
 * all that: a promise of the domain's own is waited for as long as any.
 */
function floorOf(facts: Facts, { host }: ReachableHost, published: Level): Floor {
  const { rule, message, memory, memoryTerms } = facts;
  const why: PlanReason[] = [];
  let level: Level = rule?.require ?? facts.defaultRequire;
  let isLastChance = false;
  if (message.requireTls) {
    level = "authenticated";
    why.push({ code: "requiretls" });
  }
  const remembered = ignoresPolicies(facts) ? "cleartext" : rememberedFloor({ memory, host });
  if (compareLevels(remembered, strongest(level, published)) > 0) {
    const since = suspectedSince({ memory, host });
    const isOver = since !== undefined && facts.now - since >= memoryTerms.patienceMs;
    if (isOver && memoryTerms.afterwards === "deliver") why.push({ code: "memory-given-up", level: remembered });
    else {
      level = remembered;
      isLastChance = isOver;
      why.push({ code: "remembered", level });
    }
  }
  return { level, why, isLastChance };
}

/** What is published and what we ask for, together: the more of both. */
function askedOf(facts: Facts, fact: ReachableHost, published: Published, floor: Floor): Demand {
  if (published.kind === "skip") return published;
  const reported = reportedPolicy(facts, fact);
  const why = [...published.why, ...floor.why];
  const { isLastChance } = floor;
  const watch = isTesting(facts) && !ignoresPolicies(facts) ? testedBySts(facts, fact) : undefined;
  const watched = watch === undefined ? {} : { watch };
  if (published.kind === "proof" || floor.level === "authenticated") {
    const requirement = identified(facts, fact, published, floor.level);
    if (facts.message.requireTls && !keepsRequireTls(facts, requirement)) return skip("requiretls-unprovable");
    return { kind: "ask", requirement: { ...requirement, ...watched }, reported, why, isLastChance };
  }
  const level = strongest(floor.level, published.kind === "encrypted" ? "encrypted" : "cleartext");
  const plain =
    level === "cleartext" ? opportunistic(facts, fact.host) : { requirement: encrypted(fact.host), why: [] };
  return {
    kind: "ask",
    requirement: { ...plain.requirement, ...watched },
    reported,
    why: [...why, ...plain.why],
    isLastChance,
  };
}

/** A peer that has to say who it is. */
function identified(facts: Facts, { host }: ReachableHost, published: Published, floor: Level): HopRequirement {
  if (published.kind !== "proof") return { host, level: "authenticated", proof: namedProof(facts, host) };
  const { proof } = published;
  const isEnough = suffices(proof);
  const also = isNamedByRule(facts) || (floor === "authenticated" && !isEnough) ? namedProof(facts, host) : undefined;
  const level = isEnough || also !== undefined ? "authenticated" : "encrypted";
  return { host, level, proof, ...(also === undefined ? {} : { also }) };
}

/** The operator wrote down who the peer is: that is asked for whatever the domain publishes. */
function isNamedByRule({ rule }: Facts): boolean {
  return rule?.match !== undefined || rule?.ca !== undefined;
}

/** REQ-1, RFC 8689 §4.2.1: DANE, MTA-STS, a secure MX name, or a host that the operator (or the sender, as an address) named. */
function keepsRequireTls({ rule, mx }: Facts, { proof, also }: HopRequirement): boolean {
  if (proof.kind === "dane" && proof.mxProven) return true;
  if (proof.kind === "mta-sts" || proof.kind === "secure-mx") return true;
  const isNamed = rule?.match !== undefined || mx.kind === "routed" || mx.kind === "literal";
  return (proof.kind === "rule-names" || also?.kind === "rule-names") && isNamed;
}

/**
 * By which names a host may prove itself. The MX host's own name counts only if DNSSEC vouches for it: an attacker who
 * forges MX records names a host of their own, and has a good certificate for it (`spoof-mx`). Else the certificate must
 * be for the domain that the sender wrote, or for what the operator wrote down.
 */
function namedProof({ rule, mx, nextHop, authorities }: Facts, host: DomainName): NamedProof {
  const ca = withCa(rule?.ca ?? authorities);
  if (rule?.match !== undefined) return { kind: "rule-names", names: rule.match, ...ca };
  if (mx.kind === "routed" || mx.kind === "literal") return { kind: "rule-names", names: [host], ...ca };
  const ofDomain = domainNames(nextHop);
  const isSecure = (mx.kind === "records" || mx.kind === "implicit") && mx.status === "secure";
  if (!isSecure) return { kind: "rule-names", names: ofDomain, ...ca };
  return { kind: "secure-mx", names: [...new Set([host, ...ofDomain])], ...ca };
}

/** The domain and all below it; below a top-level domain are strangers. */
function domainNames(domain: DomainName): readonly string[] {
  return domain.includes(".") ? [domain, `.${domain}`] : [domain];
}

function encrypted(host: DomainName): HopRequirement {
  return { host, level: "encrypted", proof: { kind: "any-tls" } };
}

/** TLS-4: whoever has offered TLS to this delivery and then failed is asked for it again before cleartext is considered. */
function opportunistic(
  { history, tlsRetry, now }: Facts,
  host: DomainName,
): { readonly requirement: HopRequirement; readonly why: readonly PlanReason[] } {
  const past = historyOf(history, host);
  const nothing: HopRequirement = { host, level: "cleartext", proof: { kind: "none" } };
  if (past === undefined || past.tlsFailures === 0) return { requirement: nothing, why: [] };
  const failures = past.tlsFailures;
  // Bytes before the handshake are an attacker's and no accident: he is never given cleartext, however often he comes (TLS-1).
  if (past.lastFault === "injected-bytes") return { requirement: encrypted(host), why: [{ code: "bytes-injected" }] };
  if (isGivenUp(past, tlsRetry, now)) {
    return { requirement: { ...nothing, skipTls: true }, why: [{ code: "tls-given-up", failures }] };
  }
  return { requirement: encrypted(host), why: [{ code: "tls-failed-before", failures, tries: tlsRetry.tries }] };
}

/** TLS-4: often enough, and over a time long enough; a failure at an unknown time is never long ago. */
function isGivenUp(past: HostHistory, retry: TlsRetry, now: number): boolean {
  return (
    past.firstFailureAt !== undefined && past.tlsFailures >= retry.tries && now - past.firstFailureAt >= retry.overMs
  );
}

/** STS-5: what a policy in testing would ask for, if it names the host. */
function testedBySts({ sts, rule, authorities }: Facts, { host }: ReachableHost): NamedProof | undefined {
  if (sts.kind !== "policy" || !matchesMx(sts.policy, host)) return undefined;
  return stsProof(host, rule?.ca ?? authorities);
}

/** The operator's exception: never more than its level is asked for, and what would be is looked at. */
function excepted(
  facts: Facts,
  fact: ReachableHost,
  strict: Demand,
  exception: NonNullable<Facts["exception"]>,
): Demand {
  const { pattern, level, until, why } = exception;
  if (strict.kind === "ask" && !asksMore(strict.requirement, level)) return strict;
  const reason: PlanReason = { code: "exception", pattern, level, until, why };
  return lowered(facts, fact, strict, level, [reason]);
}

/** `enforce = "report"`: rules and REQUIRETLS are enforced, everything else is looked at. */
function onlyReported(facts: Facts, fact: ReachableHost, strict: Demand): Demand {
  const { rule, message, exception } = facts;
  if (message.requireTls) return strict;
  const ofRule = rule?.require ?? "cleartext";
  const floor = exception !== undefined && satisfies(ofRule, exception.level) ? exception.level : ofRule;
  if (strict.kind === "ask" && !asksMore(strict.requirement, floor)) return strict;
  const would = strict.kind === "ask" ? strict.requirement.level : "authenticated";
  return lowered(facts, fact, strict, floor, [{ code: "report-only", would }]);
}

/** More than the level by itself: below `authenticated` nobody is asked who he is, not by DANE either. */
function asksMore({ level, proof }: HopRequirement, than: Level): boolean {
  return compareLevels(level, than) > 0 || (than !== "authenticated" && isIdentity(proof));
}

function isIdentity(proof: HopRequirement["proof"]): proof is DaneProof | NamedProof {
  return proof.kind !== "none" && proof.kind !== "any-tls";
}

/** Asks for `level` at most, and looks at what would be asked for. */
function lowered(facts: Facts, fact: ReachableHost, strict: Demand, level: Level, why: readonly PlanReason[]): Demand {
  const asked = askedOf(facts, fact, { kind: "nothing", why }, { level, why: [], isLastChance: false });
  if (asked.kind === "skip" || strict.kind === "skip") return asked;
  const { proof } = strict.requirement;
  return { ...asked, requirement: { ...asked.requirement, ...(isIdentity(proof) ? { watch: proof } : {}) } };
}

function withCa(ca: TrustedCas | undefined): { readonly ca?: TrustedCas } {
  return ca === undefined ? {} : { ca };
}

function skip(why: SkipReason): { readonly kind: "skip"; readonly why: SkipReason } {
  return { kind: "skip", why };
}
