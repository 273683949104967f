/**
 * Floor 4: what can be done to mail on its way, and what comes of it. Data and pure functions, for all who have to agree about it:
 * the checker predicts, the lab demonstrates, the documentation tells.
 *
 *   catalogue    each attack: where the attacker stands, what he does, what stops it
 *   aim          whom, or when, an attack is for
 *   receivers    each way in which a domain can be set up, and its usual faults
 *   senders      each way of sending: Surehop's modes as settings, others' as small models
 *   predict      (sender, receiver, attack) → delivered, held, bounced, exposed
 *
 * For Surehop the prediction is the planner's own: `surehop.ts` gives it the facts that a gatherer would have under the attack. Two things
 * are never predicted to be anything but what they are: an attacker who can cut the wire can always keep mail from arriving (`held`, and
 * after days `bounced`), and one who reads a hop that nobody encrypts has read it.
 */
export {
  aimLimits,
  aimName,
  bystanderOf,
  isAtWork,
  parseAim,
  passedBefore,
  type Aim,
  type Bystander,
  type Moment,
} from "./aim.ts";
export {
  aimFault,
  attackIds,
  catalogue,
  chooseAttack,
  everyAttack,
  usualAttacks,
  type AimFault,
  type ChosenAttack,
} from "./catalogue.ts";
export { legalEnd, postfixReads, smugglings, surehopReads, type Reading } from "./endings.ts";
export { predictShown } from "./author.ts";
export { predict, predictBystander } from "./predict.ts";
export { receiverIds, receiverNamed, receivers } from "./receivers.ts";
export { chainModes, modelledModes, surehopModes } from "./senders.ts";
export { attemptsAtMinutes } from "./surehop.ts";
export * from "./types.ts";
