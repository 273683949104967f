/** What another mail server does, by the small model of its mode. */
import { comesAndGoes } from "./aim.ts";
import { arrivedAt, fitsTlsa, isTrusted, peerOf, type Peer, type Shown } from "./peer.ts";
import type { AttackEffect, Fallback, ModelledMode, Outcome, ReceiverSetup, TlsTerms } from "./types.ts";

/** Undefined: the model does not say. */
export function modelledOutcome(
  mode: ModelledMode,
  setup: ReceiverSetup,
  effect: AttackEffect | "none",
): Outcome | undefined {
  // It has no word for REQUIRETLS, or for an operator's rules in our sense, and remembers nothing.
  if (setup.requireTls !== undefined || setup.rule !== undefined || setup.remembered !== undefined) return undefined;
  // When it tries again, and how often, is not in the model.
  if (effect !== "none" && comesAndGoes(effect.aim)) return undefined;
  const dns = effect === "none" ? undefined : effect.dns;
  const isSigned = setup.zone === "signed";
  if (isSigned && mode.validates && (dns?.of === "mx" || dns?.of === "address")) return "held";
  if (isSigned && mode.dane && dns?.of === "tlsa") return "held";
  const isLedAway = dns?.of === "mx";
  const promise = promiseFor(mode, setup, effect, isLedAway);
  // Its policy does not name the host that DNS has led it to.
  if (promise === "sts" && isLedAway) return "held";
  return session(termsOf(mode, promise), promise, setup, peerOf(setup, effect), isLedAway);
}

type Promised = "dane" | "sts" | "nothing";

function promiseFor(
  mode: ModelledMode,
  setup: ReceiverSetup,
  effect: AttackEffect | "none",
  isLedAway: boolean,
): Promised {
  if (mode.dane && setup.zone === "signed" && setup.tlsa !== undefined && !isLedAway) return "dane";
  return setup.sts === "enforce" && knowsPolicy(mode, effect) ? "sts" : "nothing";
}

/** Whoever has kept a policy keeps it until it has run out, whatever he hears of another. Whoever has none has only what he can fetch. */
function knowsPolicy({ mtaSts }: ModelledMode, effect: AttackEffect | "none"): boolean {
  const isKeptBack = effect !== "none" && (effect.policyHost !== undefined || effect.dns?.of === "sts-record");
  switch (mtaSts) {
    case "no":
      return false;
    case "cached":
      return !isKeptBack || !effect.atFirstContact;
    case "first-contact":
      return !isKeptBack;
  }
}

function termsOf(mode: ModelledMode, promise: Promised): TlsTerms {
  switch (promise) {
    case "nothing":
      return mode.otherwise;
    case "dane":
      return { ...mode.strict, verifies: "nothing" };
    case "sts":
      return { ...mode.strict, verifies: "mx-name" };
  }
}

function session(
  terms: TlsTerms,
  promise: Promised,
  setup: ReceiverSetup,
  peer: Peer,
  isLedAway: boolean,
): Outcome | undefined {
  const { tls } = peer;
  switch (tls.kind) {
    case "not-offered":
      return fallenBack(terms.notOffered, peer);
    case "refused":
      return fallenBack(tls.permanently ? terms.refused.permanently : terms.refused.temporarily, peer);
    case "broken":
      return fallenBack((tls.by === "silence" ? terms.silent : undefined) ?? terms.broken, peer);
    case "injected":
      if (terms.injected === "not-told") return undefined;
      if (terms.injected !== "ignored") return fallenBack(terms.injected, peer);
      // TLS goes on with the honest server, which has to prove what it always has to.
      return session(terms, promise, setup, peerOf(setup, "none"), isLedAway);
    case "shown":
      return shaken(terms, promise, setup, peer, tls, isLedAway);
  }
}

function shaken(
  terms: TlsTerms,
  promise: Promised,
  setup: ReceiverSetup,
  peer: Peer,
  shown: Shown,
  isLedAway: boolean,
): Outcome {
  if (shown.isOld && terms.oldTls !== "taken") return fallenBack(terms.oldTls, peer);
  const isProven = promise === "dane" ? fitsTlsa(setup, shown) : provesName(terms, shown, isLedAway);
  if (!isProven) return fallenBack(terms.unproven, peer);
  if (!shown.speaksSmtp) return fallenBack(terms.unspeaking, peer);
  return peer.who === "attacker" ? "exposed-to-attacker" : arrivedAt(peer);
}

/** The attacker's own host proves its own name beyond doubt: whoever asks for the name that DNS gave is content. */
function provesName({ verifies }: TlsTerms, { presented }: Shown, isLedAway: boolean): boolean {
  switch (verifies) {
    case "nothing":
      return true;
    case "mx-name":
      return isTrusted(presented) && presented.name === "right";
    case "domain":
      return isTrusted(presented) && presented.name === "right" && !isLedAway;
  }
}

function fallenBack(fallback: Fallback, peer: Peer): Outcome {
  switch (fallback) {
    case "clear":
    case "clear-later":
      return peer.isOverheard ? "exposed-cleartext" : arrivedAt(peer);
    case "defer":
      return "held";
    case "bounce":
      return "bounced";
  }
}
