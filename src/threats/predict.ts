/**
 * The prediction: what becomes of a message, for one way of sending, one set-up of the receiver, one attack. Pure, and the only
 * one: the checker says it, the lab holds it against what it sees, and a difference fails the suite.
 */
import { modelledOutcome } from "./model.ts";
import { surehopOutcome } from "./surehop.ts";
import type { AttackEffect, Outcome, ReceiverSetup, SenderMode } from "./types.ts";

/** `none`: nobody attacks. Undefined: nothing is said of this combination, and no cell is made of it. */
export function predict(
  sender: SenderMode,
  receiver: ReceiverSetup,
  attack: AttackEffect | "none",
): Outcome | undefined {
  if (attack !== "none" && !isMeantFor(attack, receiver)) return undefined;
  if (attack !== "none" && attack.inbound !== undefined) return inboundOutcome(sender, receiver, attack.inbound);
  switch (sender.kind) {
    case "surehop":
      return surehopOutcome(sender, receiver, attack);
    case "modelled":
      return modelledOutcome(sender, receiver, attack);
  }
}

/** An attack on something that the receiver does not have shows nothing. */
function isMeantFor(attack: AttackEffect, receiver: ReceiverSetup): boolean {
  // The sender's own door: one receiver is enough, and it has to be one that takes everything.
  if (attack.inbound !== undefined) return receiver.id === "opportunistic";
  if (attack.policyHost !== undefined || attack.dns?.of === "sts-record") return receiver.sts !== undefined;
  if (attack.dns?.of === "tlsa") return receiver.tlsa !== undefined;
  if (attack.wire?.kind === "breaks-old-tls" || attack.wire?.kind === "leads-elsewhere") {
    return receiver.tls !== undefined;
  }
  return true;
}

function inboundOutcome(
  sender: SenderMode,
  receiver: ReceiverSetup,
  inbound: NonNullable<AttackEffect["inbound"]>,
): Outcome | undefined {
  // Of others' submission ports nothing is claimed.
  if (sender.kind === "modelled") return undefined;
  switch (inbound) {
    // The message arrives, as one message.
    case "smuggles":
      return surehopOutcome(sender, receiver, "none");
    // The connection ends; whoever had a message to hand in still has it.
    case "injects-commands":
      return "held";
  }
}
