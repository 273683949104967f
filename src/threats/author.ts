/**
 * What the author of a message has done before any server sees it, and what its recipient sees at the end. The servers between make no
 * difference to either.
 */
import { isTrusted } from "./peer.ts";
import type { AttackEffect, KeyLie, KeySource, Outcome, Presented, ReceiverSetup, ShownAs } from "./types.ts";

/** `false-key`: sealed for the attacker. `kept`: no key was proven, and the author does not send. */
export type Written = "plain" | "sealed" | "false-key" | "kept";

/** Every domain of the lab that is written to in this way publishes its key in the DNS and on the web; what is signed is proven there. */
export function writtenUnder(receiver: ReceiverSetup, attack: AttackEffect | "none"): Written {
  if (attack === "none" || attack.author === undefined) return "plain";
  const { author, keyLies = [] } = attack;
  for (const source of author.keys) {
    const found = lookedUp(source, receiver, keyLies, author.isCareless === true);
    if (found !== "pass-over") return found;
  }
  return "kept";
}

function lookedUp(
  source: KeySource,
  { zone }: ReceiverSetup,
  lies: readonly KeyLie[],
  isCareless: boolean,
): Exclude<Written, "plain"> | "pass-over" {
  switch (source) {
    case "pinned":
      return "sealed";
    case "dns": {
      const isForged = lies.some(({ of }) => of === "dns");
      // A forged answer of a signed zone is bogus, and no absence.
      if (zone === "signed") return isForged ? "kept" : "sealed";
      if (!isCareless) return "pass-over";
      return isForged ? "false-key" : "sealed";
    }
    case "web": {
      const lie = lies.find((one) => one.of === "web");
      if (lie === undefined) return "sealed";
      return provesItself(lie.shown) ? "false-key" : "kept";
    }
  }
}

function provesItself(shown: Presented): boolean {
  return isTrusted(shown) && shown.name === "right";
}

/** What becomes of the message, told what becomes of its octets: sealed ones in strange hands are handed on, and nothing is learned from them. */
export function unsealed(written: Written, outcome: Outcome): Outcome {
  return written === "sealed" && (outcome === "exposed-cleartext" || outcome === "exposed-to-attacker")
    ? "delivered"
    : outcome;
}

/** Undefined where nothing arrives, or where neither author nor hop has to do with it. */
export function predictShown(
  receiver: ReceiverSetup,
  attack: AttackEffect | "none",
  outcome: Outcome,
): ShownAs | undefined {
  if (attack === "none" || (attack.author === undefined && attack.hop === undefined)) return undefined;
  if (outcome === "held" || outcome === "bounced") return undefined;
  const isTouched = attack.hop === "alters" || attack.hop === "replaces";
  switch (writtenUnder(receiver, attack)) {
    case "plain":
      return isTouched ? "altered" : "as-written";
    case "sealed":
      return isTouched ? "refused" : "as-written";
    // He cannot open what is sealed for somebody else.
    case "false-key":
      return "refused";
    case "kept":
      return undefined;
  }
}
