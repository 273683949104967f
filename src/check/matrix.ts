/**
 * Which attack would work, by whom, against mail from whom. The predicates are `threats/`'s, the ones that the lab holds against what it
 * sees; here is only said which set-up of theirs each MX host has, and that whoever stands in the way chooses the host: the weakest
 * counts (trap 8).
 *
 * The sender classes are modes that were measured: Postfix as most have it, with MTA-STS, and with DANE; Surehop, which does both, and
 * Surehop with a message that demands REQUIRETLS.
 */
import {
  isExposed,
  modelledModes,
  predict,
  surehopModes,
  usualAttacks,
  type AttackEffect,
  type AttackId,
  type Outcome,
  type Presented,
  type ReceiverSetup,
  type SenderMode,
} from "../threats/index.ts";
import type { DomainName } from "../base/index.ts";
import { isEnforced, isMxSecure, stsSays, viewHosts, type HostView } from "./judge/view.ts";
import type { Ability, Inspection, Predicted, PredictedAttack, SenderClass } from "./types.ts";
import { senderClasses } from "./types.ts";

export interface Matrix {
  readonly attacks: readonly PredictedAttack[];
  readonly unattacked: Readonly<Record<SenderClass, Predicted>>;
}

/** Each MX host as the catalogue of `threats/` has receivers; two set-ups where its TLS could not be looked at. For a twin in the lab. */
export function receiverSetups(
  inspection: Inspection,
): readonly { readonly host: DomainName; readonly setups: readonly ReceiverSetup[] }[] {
  return viewHosts(inspection).map((view) => ({
    host: view.host,
    setups: setupsOf(standOf(inspection, view), "dane+mta-sts", "none"),
  }));
}

export function predictAll(inspection: Inspection, views: readonly HostView[]): Matrix {
  const stands = views.map((view) => standOf(inspection, view));
  const key = JSON.stringify(stands);
  const known = matrices.get(key);
  if (known !== undefined) return known;
  const made = predictFor(stands);
  if (matrices.size >= matricesMax) matrices.clear();
  matrices.set(key, made);
  return made;
}

/** There are few ways to stand, and a scan asks a million times. */
const matrices = new Map<string, Matrix>();
const matricesMax = 2_000;

/** All of a host that an attack's outcome depends on, and nothing else. */
interface Stand {
  /** The domain's policy is enforced, and does not name the host. */
  readonly isPassedOver: boolean;
  readonly sts: "enforce" | "testing" | undefined;
  readonly isDomainSigned: boolean;
  readonly isHostSigned: boolean;
  /** Its addresses, or its TLSA records for those who ask for them, could not be had. */
  readonly hasAddresses: boolean;
  readonly isTlsaUnknown: boolean;
  readonly tlsa: ReceiverSetup["tlsa"];
  readonly tls: HostView["tls"];
  readonly looks: Presented;
  readonly offersRequireTls: boolean;
  readonly takesOldTls: boolean;
}

function standOf(inspection: Inspection, view: HostView): Stand {
  const { sts } = inspection.facts;
  const { addresses, tlsa } = view.fact;
  const says = stsSays(inspection, view);
  return {
    isPassedOver: isEnforced(inspection) && says === "may-not",
    sts: sts.kind === "policy" && sts.policy.mode !== "none" && says === "may" ? sts.policy.mode : undefined,
    isDomainSigned: isMxSecure(inspection),
    isHostSigned: (addresses.kind === "known" && addresses.status === "secure") || tlsa.kind === "records",
    hasAddresses: addresses.kind === "known",
    isTlsaUnknown: tlsa.kind === "failed",
    tlsa: tlsaOf(view),
    tls: view.tls,
    looks: looksOf(view),
    offersRequireTls: view.offersRequireTls === true,
    takesOldTls: view.seen.addresses.some(({ hellos }) => hellos?.["tls1.1"]?.kind === "taken"),
  };
}

function predictFor(stands: readonly Stand[]): Matrix {
  const ofClasses = (work: (sender: SenderClass) => Predicted): Readonly<Record<SenderClass, Predicted>> =>
    Object.fromEntries(senderClasses.map((sender) => [sender, work(sender)])) as Record<SenderClass, Predicted>;
  const unattacked = ofClasses((sender) => best(outcomes(stands, sender, "none")));
  const ids = Object.keys(abilityOf) as readonly (keyof typeof abilityOf)[];
  const attacks = ids.flatMap((id): readonly PredictedAttack[] => {
    const variants = variantsOf(id);
    const effects = variants.flatMap(({ effect }) => (isWithinReach(effect, stands) ? [effect] : []));
    if (effects.length === 0 || stands.length === 0) return [];
    const found = senderClasses.map((sender) => effects.flatMap((effect) => outcomes(stands, sender, effect)));
    // An attack on something that the domain does not have shows nothing.
    if (found.every((all) => all.length === 0)) return [];
    const ofClass = (sender: SenderClass): Predicted => {
      const all = effects.flatMap((effect) => outcomes(stands, sender, effect));
      return all.length === 0 ? unattacked[sender] : worst(all);
    };
    return [{ attack: id, ability: abilityOf[id], outcomes: ofClasses(ofClass) }];
  });
  return { attacks, unattacked };
}

const variantsById = new Map<string, ReturnType<typeof usualAttacks>>();

/** The catalogue does not change while we run, and a scan asks a million times. */
function variantsOf(id: string): ReturnType<typeof usualAttacks> {
  const known = variantsById.get(id);
  if (known !== undefined) return known;
  const found = usualAttacks().filter(({ attack }) => attack.id === id);
  variantsById.set(id, found);
  return found;
}

/** What one must be able to do for each attack of the catalogue that can be made on a domain. */
const abilityOf = {
  eavesdrop: "listen",
  "strip-ehlo": "path",
  "refuse-starttls": "path",
  "reset-handshake": "path",
  "garble-handshake": "path",
  "inject-response": "path",
  "self-signed": "path",
  "wrong-host": "path",
  expired: "path",
  "downgrade-tls": "path",
  "session-cross": "path",
  "spoof-mx": "dns",
  "spoof-address": "dns",
  // Whoever hides the records has to take the connection over as well.
  "strip-tlsa": "path",
  "block-sts": "first-contact",
  "stale-sts": "first-contact",
  "forged-ca": "authority",
} as const satisfies Partial<Record<AttackId, Ability>>;

function mode(id: string): SenderMode {
  const found = [...modelledModes, ...surehopModes].find((one) => one.id === id);
  if (found === undefined) throw new Error(`no such way of sending: ${id}`);
  return found;
}

/** The ways of sending that stand for the classes: for the lab too, which carries the attacks out. */
export const classSenders: Readonly<Record<SenderClass, SenderMode>> = {
  opportunistic: mode("postfix-may"),
  "mta-sts": mode("postfix-mta-sts"),
  dane: mode("postfix-dane"),
  "dane+mta-sts": mode("surehop"),
  requiretls: mode("surehop"),
};

const goesByDane: ReadonlySet<SenderClass> = new Set(["dane", "dane+mta-sts", "requiretls"]);
const goesBySts: ReadonlySet<SenderClass> = new Set(["mta-sts", "dane+mta-sts", "requiretls"]);

/** Old versions can only be forced upon a server that still speaks them. */
function isWithinReach(effect: AttackEffect, stands: readonly Stand[]): boolean {
  return effect.wire?.kind !== "breaks-old-tls" || stands.some(({ takesOldTls }) => takesOldTls);
}

/** At each host. */
function outcomes(stands: readonly Stand[], sender: SenderClass, effect: AttackEffect | "none"): readonly Predicted[] {
  const usable = stands.filter(({ isPassedOver }) => !(goesBySts.has(sender) && isPassedOver));
  // No host that this sender may use: its mail waits, whoever attacks.
  if (usable.length === 0) return stands.length === 0 ? [] : ["held"];
  return usable.flatMap((stand): readonly Predicted[] => {
    if (goesByDane.has(sender) && stand.isTlsaUnknown) return ["held"];
    if (!stand.hasAddresses) return ["held"];
    const all = setupsOf(stand, sender, effect).flatMap((setup): readonly Outcome[] => {
      const outcome = predict(classSenders[sender], setup, effect);
      return outcome === undefined ? [] : [outcome];
    });
    const [first] = all;
    if (first === undefined) return [];
    return all.every((outcome) => isExposed(outcome) === isExposed(first)) ? [first] : ["unknown"];
  });
}

/** One; or where its TLS could not be looked at, both of what it may be. */
function setupsOf(stand: Stand, sender: SenderClass, effect: AttackEffect | "none"): readonly ReceiverSetup[] {
  const { tls, tlsa, sts, looks, offersRequireTls } = stand;
  const isSigned = isSignedFor(stand, sender, effect);
  const common = {
    id: "opportunistic",
    zone: isSigned ? "signed" : "unsigned",
    ...(isSigned && tlsa !== undefined ? { tlsa } : {}),
    ...(sts === undefined ? {} : { sts }),
    ...(sender === "requiretls" ? { requireTls: { offered: offersRequireTls } } : {}),
  } as const;
  switch (tls) {
    case "offered":
      return [{ ...common, tls: looks }];
    // A server whose TLS is broken has none for those who can do without.
    case "missing":
    case "broken":
      return [common];
    case "untested":
      return [common, { ...common, tls: good }];
  }
}

const good: Presented = { chain: "trusted", dates: "valid", name: "right" };

/** Whose zone an attack is about: the one with the MX records, or the host's (RFC 7672 §2.2.1). */
function isSignedFor(
  { isHostSigned, isDomainSigned }: Stand,
  sender: SenderClass,
  effect: AttackEffect | "none",
): boolean {
  // Only a proven name of a proven host is proof of anything (RFC 8689 §4.2.1).
  if (sender === "requiretls") return isHostSigned && isDomainSigned;
  return effect !== "none" && effect.dns?.of === "mx" ? isDomainSigned : isHostSigned;
}

function tlsaOf({ hasDane, fitsDane, tls, fact }: HostView): ReceiverSetup["tlsa"] {
  if (!hasDane || fact.tlsa.kind !== "records") return undefined;
  const usage = fact.tlsa.records.some((record) => record.usage === 3) ? 3 : 2;
  return { usage, fits: fitsDane || tls === "untested" };
}

/** Of all that it shows the worst, in each respect: which chain a sender is shown is not his to choose. */
function looksOf({ chains }: HostView): Presented {
  return {
    chain: worstOf(
      chains.map(({ looks }) => looks.chain),
      ["self-signed", "private", "incomplete", "trusted"],
    ),
    dates: worstOf(
      chains.map(({ looks }) => looks.dates),
      ["expired", "not-yet", "valid"],
    ),
    name: worstOf(
      chains.map(({ looks }) => looks.name),
      ["other", "right"],
    ),
  };
}

function worstOf<T extends string>(values: readonly T[], order: readonly [T, ...T[]]): T {
  return order.find((value) => values.includes(value)) ?? order.at(-1) ?? order[0];
}

const badness: Readonly<Record<Predicted, number>> = {
  "exposed-cleartext": 5,
  "exposed-to-attacker": 4,
  unknown: 3,
  bounced: 2,
  held: 1,
  delivered: 0,
};

function worst(all: readonly Predicted[]): Predicted {
  return all.reduce<Predicted>((so, one) => (badness[one] > badness[so] ? one : so), "delivered");
}

/** A host that takes the mail suffices. */
function best(all: readonly Predicted[]): Predicted {
  const [first, ...rest] = all;
  return rest.reduce<Predicted>((so, one) => (badness[one] < badness[so] ? one : so), first ?? "unknown");
}
