/**
 * Who answers a connection, and what he shows: the honest server, or the attacker in its place. The same for every sender; what a sender
 * makes of it is its own affair.
 */
import type { AttackEffect, Outcome, Presented, ReceiverSetup, WireEffect } from "./types.ts";

export interface Peer {
  /** Whose key ends TLS, and who has the message at the end. */
  readonly who: "honest" | "attacker";
  /** What passes in clear is read by the attacker. */
  readonly isOverheard: boolean;
  /** The honest server's keeper reads what comes to it. */
  readonly isReadThere: boolean;
  /** How TLS goes once it is asked for. */
  readonly tls:
    | { readonly kind: "not-offered" }
    | { readonly kind: "refused"; readonly permanently: boolean }
    | { readonly kind: "broken"; readonly by: "reset" | "garbage" | "silence" | "alert" }
    | { readonly kind: "injected" }
    | Shown;
}

/** A handshake that ends well, as far as TLS itself goes. */
export interface Shown {
  readonly kind: "shown";
  readonly presented: Presented;
  /** The key is the one that the domain's TLSA record, if there is one, was made for. */
  readonly isHonestKey: boolean;
  /** Before TLS 1.2. */
  readonly isOld: boolean;
  /** False: behind TLS there is no mail server. */
  readonly speaksSmtp: boolean;
}

/** `none`: nobody attacks. `isLedAway`: forged DNS has led the sender to the attacker's own host. */
export function peerOf(setup: ReceiverSetup, effect: AttackEffect | "none"): Peer {
  const wire = effect === "none" ? undefined : effect.wire;
  return {
    who: takesOver(wire) ? "attacker" : "honest",
    isOverheard: wire !== undefined,
    isReadThere: effect !== "none" && effect.hop !== undefined,
    tls: tlsOf(setup, wire),
  };
}

/** What has come to the honest server, unread on its way. */
export function arrivedAt({ isReadThere }: Peer): Outcome {
  return isReadThere ? "exposed-to-attacker" : "delivered";
}

function takesOver(wire: WireEffect | undefined): boolean {
  return wire?.kind === "impersonates" || wire?.kind === "breaks-old-tls";
}

function tlsOf({ tls }: ReceiverSetup, wire: WireEffect | undefined): Peer["tls"] {
  // He has TLS of his own, whatever the honest server has.
  if (wire?.kind === "impersonates") return shown(wire.with, false);
  // The rest is done to the TLS of the honest server: where there is none, nothing is left to do but to listen.
  if (tls === undefined) return { kind: "not-offered" };
  switch (wire?.kind) {
    case undefined:
    case "listens":
      return shown(tls, true);
    case "hides-tls":
      return { kind: "not-offered" };
    case "refuses-tls":
      return { kind: "refused", permanently: wire.permanently };
    case "breaks-handshake":
      return { kind: "broken", by: wire.by };
    case "injects":
      return { kind: "injected" };
    case "breaks-old-tls":
      return { ...shown(tls, true), isOld: true };
    case "leads-elsewhere":
      return { ...shown(tls, true), speaksSmtp: false };
  }
}

function shown(presented: Presented, isHonestKey: boolean): Shown {
  return { kind: "shown", presented, isHonestKey, isOld: false, speaksSmtp: true };
}

/** Whether what is shown matches the domain's TLSA record (RFC 7672 §3.1). */
export function fitsTlsa({ tlsa }: ReceiverSetup, { presented, isHonestKey }: Shown): boolean {
  if (tlsa === undefined || !tlsa.fits || !isHonestKey) return false;
  // DANE-EE: neither names nor dates. DANE-TA: both, and the anchor has to be there.
  return (
    tlsa.usage === 3 || (presented.chain !== "incomplete" && presented.dates === "valid" && presented.name === "right")
  );
}

/** A chain to the receiver's own authority, where nobody trusts another for it: whatever the attacker shows comes from elsewhere. */
export function isOfOwnAuthority({ tls }: ReceiverSetup, { presented, isHonestKey }: Shown): boolean {
  return isHonestKey && tls?.chain === "private" && presented.chain === "private" && presented.dates === "valid";
}

/** A chain to an authority that is trusted, whole and within its dates. */
export function isTrusted({ chain, dates }: Presented): boolean {
  return chain === "trusted" && dates === "valid";
}
