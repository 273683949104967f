/**
 * The prediction: what becomes of a message, for one way of sending, one set-up of the receiver, one attack. Pure, and the only
 * one: the checker says it, the lab holds it against what it sees, and a difference fails the suite.
 */
import { bystanderOf, comesAndGoes } from "./aim.ts";
import { postfixReads, surehopReads, type Reading } from "./endings.ts";
import { unsealed, writtenUnder } from "./author.ts";
import { modelledOutcome } from "./model.ts";
import { surehopCourse, surehopOutcome } from "./surehop.ts";
import type { AttackEffect, ChainMode, Outcome, ReceiverSetup, SenderMode, Smuggling } from "./types.ts";

/** `none`: nobody attacks. Undefined: nothing is said of this combination, and no cell is made of it. */
export function predict(
  sender: SenderMode,
  receiver: ReceiverSetup,
  attack: AttackEffect | "none",
): Outcome | undefined {
  if (attack !== "none" && !isMeantFor(attack, receiver)) return undefined;
  if (attack !== "none" && attack.inbound !== undefined) return inboundOutcome(sender, receiver, attack.inbound);
  // What comes and goes shows nothing where mail waits anyway.
  if (attack !== "none" && comesAndGoes(attack.aim) && predict(sender, receiver, "none") !== "delivered")
    return undefined;
  const ofOctets = outcomeBetween(sender, receiver, attack);
  const written = writtenUnder(receiver, attack);
  if (ofOctets === undefined) return undefined;
  return written === "kept" ? "held" : unsealed(written, ofOctets);
}

/** What the servers do with what they are handed, whoever may be able to read it. */
function outcomeBetween(
  sender: SenderMode,
  receiver: ReceiverSetup,
  attack: AttackEffect | "none",
): Outcome | undefined {
  switch (sender.kind) {
    case "surehop":
      return surehopOutcome(sender, receiver, attack);
    case "modelled":
      return modelledOutcome(sender, receiver, attack);
    case "chain":
      // It is there for attacks on its own door. One receiver is enough for that, and no other attack is tried.
      return attack === "none" && receiver.id === "opportunistic" ? "delivered" : undefined;
  }
}

/**
 * What becomes of the mail that an aimed attack is not for. Undefined where nothing is said of the attack itself. Whoever aims at an address
 * has to attack every connection: those whom he spares fare as his victim does, but that he hands on what he could have kept.
 */
export function predictBystander(
  sender: SenderMode,
  receiver: ReceiverSetup,
  attack: AttackEffect,
): Outcome | undefined {
  const ofVictim = predict(sender, receiver, attack);
  if (ofVictim === undefined || attack.aim === undefined) return undefined;
  switch (bystanderOf(attack.aim)) {
    case "other-domain":
      return predict(sender, receiver, "none");
    case "other-sender":
    case "other-recipient":
      return ofVictim;
    case "earlier":
      return "delivered";
    case "later":
      return isStillThere(sender, receiver, attack) ? "held" : "delivered";
  }
}

/** He waits for a connection, and lies in the DNS so that none is made. */
function isStillThere(sender: SenderMode, receiver: ReceiverSetup, attack: AttackEffect): boolean {
  if (attack.aim?.kind !== "connection") return false;
  if (writtenUnder(receiver, attack) === "kept") return true;
  return sender.kind === "surehop" && surehopCourse(sender, receiver, attack).connections === 0;
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
  switch (sender.kind) {
    case "surehop":
      return outcomeOf(inbound, surehopOutcome(sender, receiver, "none"), () => [surehopReads]);
    case "chain":
      return outcomeOf(inbound, "delivered", () => readersIn(sender));
    // Of others' submission ports nothing is claimed, where they stand alone.
    case "modelled":
      return undefined;
  }
}

type Reader = (smuggling: Smuggling) => Reading;

/** In the order in which mail passes them. */
function readersIn({ first, postfix }: ChainMode): readonly Reader[] {
  const readers: readonly Reader[] = [surehopReads, (smuggling) => postfixReads(smuggling, postfix)];
  return first === "surehop" ? readers : readers.toReversed();
}

/** `honestly`: what becomes of a message that nobody meddles with. */
function outcomeOf(
  inbound: NonNullable<AttackEffect["inbound"]>,
  honestly: Outcome,
  readers: () => readonly Reader[],
): Outcome {
  switch (inbound.kind) {
    case "smuggles": {
      const [first, ...others] = readers();
      const reading = first?.(inbound);
      if (reading === "two") return "exposed-to-attacker";
      // Behind the first hop lines end in CRLF, and dots are doubled. Of all that was tried NUL alone is left.
      const left: Smuggling = { ...inbound, end: inbound.end.includes("\0") ? "\0" : "" };
      return [reading, ...others.map((reads) => reads(left))].includes("refused") ? "bounced" : honestly;
    }
    case "injects-commands":
      // Behind STARTTLS the connection ends, and whoever had a message to hand in still has it. What came before is forgotten (TLS-2).
      return inbound.where === "before" ? honestly : "held";
  }
}
