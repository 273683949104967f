/**
 * The token without which no mail leaves. An `AuthorizedChannel` says: this very byte stream has met this very
 * requirement. Only this folder can make one: the class is exported as a type alone, and a WeakSet of what was made here
 * backs the type, so that neither a cast nor an object of the same shape nor `new channel.constructor()` passes.
 */
import type { Duplex } from "node:stream";
import type { Level, ProofKind, Wire } from "../base/index.ts";
import type { TlsaRecord } from "../dns/index.ts";
import type { HopRequirement, NamedProof, Proof, TlsEvidence } from "./types.ts";

class Channel {
  /** Makes the type nominal: nothing but an instance of this class fits it. */
  readonly #made = true;
  readonly stream: Duplex;
  /** The requirement that was met, and under which alone the channel may be used again (trap 26). */
  readonly requirement: HopRequirement;
  /** What was achieved; at least what was required. */
  readonly level: Level;
  /** How the level was proven. */
  readonly proof: ProofKind;
  /** Absent on a cleartext channel. */
  readonly evidence: TlsEvidence | undefined;

  constructor(
    stream: Duplex,
    requirement: HopRequirement,
    level: Level,
    proof: ProofKind,
    evidence: TlsEvidence | undefined,
  ) {
    this.stream = stream;
    this.requirement = requirement;
    this.level = level;
    this.proof = proof;
    this.evidence = evidence;
    Object.freeze(this);
  }

  static has(candidate: object): boolean {
    return #made in candidate && candidate.#made;
  }
}

export type AuthorizedChannel = Channel;

const made = new WeakSet<object>();

/** True only for what this folder made. */
export function isAuthorized(channel: unknown): channel is AuthorizedChannel {
  return typeof channel === "object" && channel !== null && Channel.has(channel) && made.has(channel);
}

/** True if mail may pass in clear under this requirement: it asks for nothing, neither by its level nor by any proof. */
export function allowsCleartext({ level, proof, also }: HopRequirement): boolean {
  return level === "cleartext" && proof.kind === "none" && also === undefined;
}

/** A channel without TLS. Throws if the requirement asks for more: whoever calls it then has a bug. */
export function authorizeCleartext(wire: Wire, requirement: HopRequirement): AuthorizedChannel {
  if (!allowsCleartext(requirement)) throw new Error("cleartext is not allowed by the requirement");
  return issue(new Channel(wire.stream, requirement, "cleartext", "none", undefined));
}

/** For the handshake alone; not exported from the folder. */
export function authorizeTls(stream: Duplex, requirement: HopRequirement, evidence: TlsEvidence): AuthorizedChannel {
  const level = canAuthenticate(requirement) ? "authenticated" : "encrypted";
  const { proof, also } = requirement;
  const provesNothing = proof.kind === "none" || proof.kind === "any-tls";
  return issue(new Channel(stream, requirement, level, provesNothing && also ? also.kind : proof.kind, evidence));
}

/**
 * Whether the peer is proven once all that is demanded holds. TLSA records of a host whose name came from unproven DNS prove
 * a host, but not that it is the recipient's (DANE-7, RFC 7672 §2.2.1).
 */
export function canAuthenticate({ proof, also }: HopRequirement): boolean {
  return also !== undefined || isNamedProof(proof) || (proof.kind === "dane" && proof.mxProven);
}

/** True for the proofs by a certificate authority and a name. */
export function isNamedProof(proof: Proof): proof is NamedProof {
  return proof.kind === "rule-names" || proof.kind === "secure-mx" || proof.kind === "mta-sts";
}

/**
 * Stands for a requirement: two requirements with equal keys demand the very same. A connection is used again only under
 * an equal key (trap 26); where it goes (address and port) is the caller's to add.
 */
export function requirementKey(requirement: HopRequirement): string {
  const { host, level, proof, also, watch, skipTls } = requirement;
  // What is only watched belongs to it: another connection's verdict on it would be told as this one's.
  return JSON.stringify([host, level, skipTls === true, proofKey(proof), proofKey(also), proofKey(watch)]);
}

/** DANE-8: the records themselves, so that a match with yesterday's is no proof today. */
function proofKey(proof: Proof | undefined): readonly unknown[] {
  switch (proof?.kind) {
    case undefined:
      return [];
    case "none":
    case "any-tls":
      return [proof.kind];
    case "rule-names":
    case "secure-mx":
    case "mta-sts":
      return [proof.kind, proof.names, proof.ca?.id, proof.ca?.exclusive];
    case "dane":
      return [proof.kind, proof.base, proof.records.map(tlsaKey).sort(), proof.names, proof.mxProven];
  }
}

/** The order of an RRset means nothing. */
function tlsaKey({ usage, selector, matching, association }: TlsaRecord): string {
  return `${usage} ${selector} ${matching} ${Buffer.from(association).toString("hex")}`;
}

function issue(channel: Channel): AuthorizedChannel {
  made.add(channel);
  return channel;
}
