/**
 * The token without which no mail leaves. An `AuthorizedChannel` says: this very byte stream has met this very
 * requirement. Only this folder can make one: the class is exported as a type alone, and a WeakSet of what was made here
 * backs the type, so that neither a cast nor an object of the same shape nor `new channel.constructor()` passes.
 */
import type { Duplex } from "node:stream";
import type { Level, ProofKind, Wire } from "../base/index.ts";
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

/** True if mail may pass in clear under this requirement: it asks for nothing, neither by its level nor by its proof. */
export function allowsCleartext(requirement: HopRequirement): boolean {
  return requirement.level === "cleartext" && requirement.proof.kind === "none";
}

/** A channel without TLS. Throws if the requirement asks for more: whoever calls it then has a bug. */
export function authorizeCleartext(wire: Wire, requirement: HopRequirement): AuthorizedChannel {
  if (!allowsCleartext(requirement)) throw new Error("cleartext is not allowed by the requirement");
  return issue(new Channel(wire.stream, requirement, "cleartext", "none", undefined));
}

/** For the handshake alone; not exported from the folder. */
export function authorizeTls(stream: Duplex, requirement: HopRequirement, evidence: TlsEvidence): AuthorizedChannel {
  const level = isNamedProof(requirement.proof) ? "authenticated" : "encrypted";
  return issue(new Channel(stream, requirement, level, requirement.proof.kind, evidence));
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
  const { host, level, proof, skipTls } = requirement;
  const named = isNamedProof(proof) ? [proof.names, proof.ca?.id, proof.ca?.exclusive] : [];
  return JSON.stringify([host, level, skipTls === true, proof.kind, ...named]);
}

function issue(channel: Channel): AuthorizedChannel {
  made.add(channel);
  return channel;
}
