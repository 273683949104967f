/**
 * What Surehop does: the facts that `gather` would have under an attack, the real planner over them, and what the plan's requirement
 * makes of whoever answers. Attempt follows attempt, hours apart, with the history that the real courier would keep, until the message is
 * with somebody, or has waited for longer than patience lasts (TLS-4).
 */
import { domain, ip, type DomainName, type Instant, type TlsFault } from "../base/index.ts";
import {
  plan,
  updateHistory,
  type DeliveryHistory,
  type Facts,
  type HostFact,
  type MemoryFact,
  type MxFact,
  type PlannedHost,
  type StsFact,
  type TlsaFact,
} from "../policy/index.ts";
import { allowsCleartext, type NamedProof, type Proof } from "../tls/index.ts";
import { isAtWork, passedBefore } from "./aim.ts";
import { arrivedAt, fitsTlsa, isOfOwnAuthority, isTrusted, peerOf, type Peer, type Shown } from "./peer.ts";
import type { AttackEffect, Outcome, ReceiverSetup, SurehopMode } from "./types.ts";

/** When attempts are made, in minutes: past the hour that a host which failed at TLS is given (TLS-4). */
export const attemptsAtMinutes = [0, 45, 90, 135] as const;

export function surehopOutcome(mode: SurehopMode, setup: ReceiverSetup, attack: AttackEffect | "none"): Outcome {
  return surehopCourse(mode, setup, attack).outcome;
}

export interface Course {
  readonly outcome: Outcome;
  /** Of the message itself; what is asked of the DNS alone makes none. */
  readonly connections: number;
}

/** How a message fares, attempt by attempt. An attacker who comes and goes is met, or is not, at each of them. */
export function surehopCourse(mode: SurehopMode, setup: ReceiverSetup, attack: AttackEffect | "none"): Course {
  const aim = attack === "none" ? undefined : attack.aim;
  const before = passedBefore(aim);
  const known = {
    setup: before >= deliveriesToRemember ? metOften(mode, setup) : setup,
    attack: later(attack, before),
  };
  const beginsAt = aim?.kind === "minutes" ? aim.from : 0;
  let history: DeliveryHistory = {};
  let connections = 0;
  for (const minutes of attemptsAtMinutes) {
    const moment = { connection: before + connections + 1, minute: beginsAt + minutes };
    const effect = isAtWork(aim, moment) ? known.attack : "none";
    const facts = factsUnder(mode, known.setup, effect, history, start + minutes * minuteMs);
    const decided = plan(facts);
    if (decided.kind === "bounce") return { outcome: "bounced", connections };
    if (decided.kind === "defer") continue;
    for (const host of decided.hosts) {
      connections++;
      const met = sessionWith(host, known.setup, effect);
      if (met.kind === "sent") return { outcome: met.outcome, connections };
      if (met.kind === "unproven") {
        if (met.fault === "requiretls-missing") return { outcome: "bounced", connections };
        history = updateHistory(history, host.host, met, facts.now);
      }
    }
  }
  return { outcome: "held", connections };
}

/** One was delivered when the sender met the domain, and each that passed before came a day later: with two of them it is remembered. */
const deliveriesToRemember = 2;

function metOften(mode: SurehopMode, setup: ReceiverSetup): ReceiverSetup {
  return mode.remember && setup.tls !== undefined ? { ...setup, remembered: "encrypted" } : setup;
}

/** Whoever lets a message pass before has missed the first contact. */
function later(attack: AttackEffect | "none", before: number): AttackEffect | "none" {
  if (attack === "none" || before === 0) return attack;
  const { atFirstContact: _, ...rest } = attack;
  return rest;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const start: Instant = 100 * dayMs;

const recipients = domain("victim.example");
const honest = domain("mx.victim.example");
const attackers = domain("mx.attacker.example");
/** Whom a certificate for another name is for. */
const elsewhere = domain("mx.elsewhere.example");
/** Stands for an authority of which nothing but its being trusted is known. */
const trusted = { id: "threats", pem: "", exclusive: false } as const;
/** Stands for the one authority of a receiver's own. */
const pinned = { id: "pinned", pem: "", exclusive: true } as const;
const digest = new Uint8Array(32);

/** What a gatherer would have, with the attacker between it and the DNS, and between it and the policy host. */
export function factsUnder(
  mode: SurehopMode,
  setup: ReceiverSetup,
  effect: AttackEffect | "none",
  history: DeliveryHistory,
  now: Instant,
): Facts {
  const dns = effect === "none" ? undefined : effect.dns;
  const isSigned = setup.zone === "signed";
  const status = isSigned ? "secure" : "insecure";
  const isLedAway = dns?.of === "mx" && !isSigned;
  const mx: MxFact = dns?.of === "mx" && isSigned ? bogus : { kind: "records", status };
  return {
    now,
    domain: recipients,
    nextHop: recipients,
    ...ruleFor(setup),
    mx,
    hosts: mx.kind === "failed" ? [] : [hostFact(setup, isLedAway ? attackers : honest, effect)],
    sts: mode.mtaSts ? stsFact(setup, effect, now) : { kind: "not-asked" },
    memory: mode.remember ? memoryFact(setup, now) : { kind: "off" },
    history,
    message: { requireTls: setup.requireTls !== undefined },
    enforce: mode.enforce,
    memoryTerms: { patienceMs: dayMs, afterwards: "bounce" },
    authorities: trusted,
    defaultRequire: mode.require,
    smtpPort: 25,
    tlsRetry: { tries: 3, overMs: 3_600_000 },
  };
}

function ruleFor({ rule }: ReceiverSetup): Pick<Facts, "rule"> {
  if (rule === undefined) return {};
  const named = { pattern: recipients, require: "authenticated", match: [honest] } as const;
  return { rule: rule === "authority" ? { ...named, ca: pinned } : named };
}

const bogus = { kind: "failed", status: "bogus", failure: "bogus", detail: "forged" } as const;

function hostFact(setup: ReceiverSetup, host: DomainName, effect: AttackEffect | "none"): HostFact {
  const common = { name: host, host, preference: 10, isUs: false } as const;
  const isSigned = setup.zone === "signed" && host === honest;
  if (isSigned && effect !== "none" && effect.dns?.of === "address") {
    return { ...common, addresses: { kind: "failed", status: "bogus", failure: "bogus" }, tlsa: { kind: "not-asked" } };
  }
  return {
    ...common,
    addresses: { kind: "known", status: isSigned ? "secure" : "insecure", addresses: [ip("192.0.2.1")] },
    tlsa: isSigned ? tlsaFact(setup, effect) : { kind: "not-asked" },
  };
}

/** DANE-2: an answer that was taken away, or that lost its signatures, is no absence. */
function tlsaFact({ tlsa }: ReceiverSetup, effect: AttackEffect | "none"): TlsaFact {
  if (effect !== "none" && effect.dns?.of === "tlsa") {
    return effect.dns.how === "failed"
      ? { kind: "failed", status: "indeterminate", failure: "servfail", detail: "kept back" }
      : bogus;
  }
  if (tlsa === undefined) return { kind: "none", status: "secure" };
  const record = { usage: tlsa.usage, selector: tlsa.usage === 3 ? 1 : 0, matching: 1, association: digest };
  return { kind: "records", base: honest, records: [record] };
}

/** At first contact, whoever keeps a policy back wins (RFC 8461 §10.2); later the kept one counts (trap 17). */
function stsFact({ sts }: ReceiverSetup, effect: AttackEffect | "none", now: Instant): StsFact {
  if (sts === undefined) return { kind: "none" };
  const trouble = { result: "sts-policy-fetch-error", detail: "kept back" } as const;
  const isMeddled = effect !== "none" && (effect.policyHost !== undefined || effect.dns?.of === "sts-record");
  if (effect !== "none" && isMeddled && effect.atFirstContact === true) return { kind: "none", failure: trouble };
  return {
    kind: "policy",
    policy: { mode: sts, mx: [honest], maxAgeSeconds: 604_800 },
    id: "1",
    fetchedAt: now - minuteMs,
    expiresAt: now + dayMs,
    ...(isMeddled ? { stale: trouble } : {}),
  };
}

function memoryFact({ remembered }: ReceiverSetup, now: Instant): MemoryFact {
  const often = { deliveries: 3, days: 2, firstAt: now - 3 * dayMs, lastAt: now - dayMs };
  const ofDomain = remembered === undefined ? {} : { [honest]: { [remembered]: often } };
  return { kind: "known", ofDomain, ofHosts: {} };
}

type Met =
  | { readonly kind: "sent"; readonly outcome: Outcome }
  | { readonly kind: "unproven"; readonly fault: TlsFault; readonly offeredTls: boolean }
  /** TLS was all that was asked for, and then there was no mail server. */
  | { readonly kind: "lost" };

function sessionWith(host: PlannedHost, setup: ReceiverSetup, effect: AttackEffect | "none"): Met {
  const peer = peerOf(setup, effect);
  const { tls } = peer;
  const mayGoInClear = allowsCleartext(host);
  if (mayGoInClear && (host.skipTls === true || tls.kind === "not-offered")) return inClear(peer);
  switch (tls.kind) {
    case "not-offered":
      return { kind: "unproven", fault: "starttls-missing", offeredTls: false };
    case "refused":
      return { kind: "unproven", fault: "starttls-refused", offeredTls: true };
    case "broken":
      return { kind: "unproven", fault: brokenAs[tls.by], offeredTls: true };
    case "injected":
      return { kind: "unproven", fault: "injected-bytes", offeredTls: true };
    case "shown":
      return inTls(host, setup, peer, tls);
  }
}

const brokenAs = {
  reset: "handshake-reset",
  garbage: "handshake-garbage",
  silence: "handshake-timeout",
  alert: "handshake-failed",
} as const satisfies Record<string, TlsFault>;

function inClear(peer: Peer): Met {
  return { kind: "sent", outcome: peer.isOverheard ? "exposed-cleartext" : arrivedAt(peer) };
}

function inTls(host: PlannedHost, setup: ReceiverSetup, peer: Peer, shown: Shown): Met {
  const { who } = peer;
  const fault = faultOf(host, setup, shown);
  if (fault !== undefined) return { kind: "unproven", fault, offeredTls: true };
  if (!shown.speaksSmtp) return { kind: "lost" };
  if (setup.requireTls?.offered === false && who === "honest") {
    return { kind: "unproven", fault: "requiretls-missing", offeredTls: true };
  }
  return { kind: "sent", outcome: who === "honest" ? arrivedAt(peer) : "exposed-to-attacker" };
}

/** The first thing that a requirement misses in what is shown; undefined if it has all of it. */
function faultOf({ host, proof, also }: PlannedHost, setup: ReceiverSetup, shown: Shown): TlsFault | undefined {
  const asksWho = isIdentity(proof) || also !== undefined;
  if (asksWho && shown.isOld) return "protocol-too-old";
  if (proof.kind === "dane" && !fitsTlsa(setup, shown)) return "dane-mismatch";
  const named = [proof, also].flatMap((one) => (one !== undefined && isNamed(one) ? [one] : []));
  return named.map((one) => namedFault(host, one, setup, shown)).find((fault) => fault !== undefined);
}

function namedFault(
  host: DomainName,
  { names, ca }: NamedProof,
  setup: ReceiverSetup,
  shownHere: Shown,
): TlsFault | undefined {
  const { presented } = shownHere;
  if (!(ca?.exclusive === true ? isOfOwnAuthority(setup, shownHere) : isTrusted(presented)))
    return presented.dates === "valid" ? "certificate-untrusted" : "certificate-expired";
  const shown = presented.name === "right" ? host : elsewhere;
  const isNamed = names.some((pattern) => (pattern.startsWith(".") ? shown.endsWith(pattern) : shown === pattern));
  return isNamed ? undefined : "certificate-name-mismatch";
}

function isIdentity(proof: Proof): boolean {
  return proof.kind === "dane" || isNamed(proof);
}

function isNamed(proof: Proof): proof is NamedProof {
  return proof.kind === "rule-names" || proof.kind === "secure-mx" || proof.kind === "mta-sts";
}
