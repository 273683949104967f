/**
 * The attacks: what each does, where one has to stand for it, and what stops it. The lab carries them out, the checker predicts them,
 * `docs/threats.md` tells of them; what they come to stands in `predict.ts` and nowhere else.
 */
import { aimName, parseAim, type Aim } from "./aim.ts";
import { smugglings } from "./endings.ts";
import type {
  Attack,
  AttackEffect,
  AttackId,
  Author,
  CommandInjection,
  KeyLie,
  Presented,
  ReceiverId,
  WireEffect,
} from "./types.ts";

const strict = ["dane", "mta-sts", "rule", "requiretls", "memory"] as const;
const proof = ["dane", "mta-sts", "rule"] as const;

const good: Presented = { chain: "trusted", dates: "valid", name: "right" };
const ownName: Presented = { ...good, name: "other" };

const wire = (effect: WireEffect): AttackEffect => ({ wire: effect });
const shows = (presented: Presented): AttackEffect => wire({ kind: "impersonates", with: presented });
const breaks = (by: "reset" | "garbage" | "silence" | "alert"): AttackEffect => wire({ kind: "breaks-handshake", by });
const injects = (where: CommandInjection["where"], what: CommandInjection["what"]): AttackEffect => ({
  inbound: { kind: "injects-commands", where, what },
});
const hidesTls: WireEffect = { kind: "hides-tls" };
/** He has the key from the recipient himself. */
const pinned: Author = { keys: ["pinned"] };
const careful: Author = { keys: ["dns", "web"] };
const onWeb = (shown: Presented): KeyLie => ({ of: "web", shown });
/** False keys, and a hop that reads: what becomes of the message is up to the key alone. */
const planted = (author: Author, ...keyLies: readonly KeyLie[]): AttackEffect => ({ hop: "reads", author, keyLies });

export const catalogue: Readonly<Record<AttackId, Attack>> = {
  eavesdrop: {
    id: "eavesdrop",
    stands: ["path"],
    stoppedBy: ["any-tls"],
    variants: { listen: wire({ kind: "listens" }) },
  },
  "strip-ehlo": {
    id: "strip-ehlo",
    stands: ["path"],
    stoppedBy: strict,
    variants: { delete: wire(hidesTls), overwrite: wire(hidesTls), helo: wire(hidesTls) },
  },
  "refuse-starttls": {
    id: "refuse-starttls",
    stands: ["path"],
    stoppedBy: [...strict, "patience"],
    variants: {
      "454": wire({ kind: "refuses-tls", permanently: false }),
      "502": wire({ kind: "refuses-tls", permanently: true }),
    },
  },
  "reset-handshake": {
    id: "reset-handshake",
    stands: ["path"],
    stoppedBy: [...strict, "patience"],
    variants: { reset: breaks("reset"), close: breaks("reset") },
  },
  "garble-handshake": {
    id: "garble-handshake",
    stands: ["path"],
    stoppedBy: [...strict, "patience"],
    variants: { garbage: breaks("garbage"), silence: breaks("silence") },
  },
  "inject-response": {
    id: "inject-response",
    stands: ["path"],
    stoppedBy: ["clean-handshake"],
    variants: {
      "same-write": wire({ kind: "injects" }),
      "whole-session": wire({ kind: "injects" }),
      "next-write": wire({ kind: "injects" }),
    },
  },
  "inject-command": {
    id: "inject-command",
    stands: ["path", "client"],
    stoppedBy: ["clean-handshake"],
    variants: {
      pipelined: injects("behind", "noop"),
      message: injects("behind", "message"),
      late: injects("late", "message"),
      before: injects("before", "message"),
    },
  },
  "self-signed": {
    id: "self-signed",
    stands: ["path"],
    stoppedBy: proof,
    variants: {
      "own-key": shows({ ...good, chain: "self-signed" }),
      "own-authority": shows({ ...good, chain: "private" }),
      "namesake-authority": shows({ ...good, chain: "private" }),
    },
  },
  "wrong-host": {
    id: "wrong-host",
    stands: ["path"],
    stoppedBy: ["name-match"],
    variants: {
      "own-name": shows(ownName),
      affixed: shows(ownName),
      "common-name": shows(ownName),
      "wide-wildcard": shows(ownName),
      "no-name": shows(ownName),
    },
  },
  "forged-ca": {
    id: "forged-ca",
    stands: ["path", "authority"],
    stoppedBy: ["dane", "rule-authority"],
    variants: { issued: shows(good) },
  },
  expired: {
    id: "expired",
    stands: ["path"],
    stoppedBy: ["dates", "dane"],
    variants: { "run-out": shows({ ...good, dates: "expired" }), "not-yet": shows({ ...good, dates: "not-yet" }) },
  },
  "spoof-mx": {
    id: "spoof-mx",
    stands: ["dns"],
    stoppedBy: ["dnssec", "mta-sts", "rule"],
    variants: dressed({ dns: { of: "mx", how: "forged" }, ...shows(good) }),
  },
  "spoof-address": {
    id: "spoof-address",
    stands: ["dns"],
    stoppedBy: ["dnssec", ...proof],
    variants: dressed({ dns: { of: "address", how: "forged" }, ...shows(ownName) }),
  },
  "strip-tlsa": {
    id: "strip-tlsa",
    stands: ["dns", "path"],
    stoppedBy: ["dnssec", "patience"],
    variants: {
      servfail: { dns: { of: "tlsa", how: "failed" }, ...shows({ ...good, chain: "self-signed" }) },
      absent: { dns: { of: "tlsa", how: "hidden" }, ...shows({ ...good, chain: "self-signed" }) },
    },
  },
  "block-sts": {
    id: "block-sts",
    stands: ["dns", "path", "web"],
    stoppedBy: ["dane", "mta-sts-cached", "rule"],
    variants: {
      https: { policyHost: "blocked", wire: hidesTls, atFirstContact: true },
      record: { dns: { of: "sts-record", how: "hidden" }, wire: hidesTls, atFirstContact: true },
      later: { policyHost: "blocked", dns: { of: "sts-record", how: "hidden" }, wire: hidesTls },
    },
  },
  "stale-sts": {
    id: "stale-sts",
    stands: ["dns", "path", "web"],
    stoppedBy: ["mta-sts"],
    variants: {
      replaced: { policyHost: "impersonated", dns: { of: "sts-record", how: "forged" }, wire: hidesTls },
    },
  },
  "downgrade-tls": {
    id: "downgrade-tls",
    stands: ["path"],
    stoppedBy: ["tls-floor"],
    variants: { "old-version": wire({ kind: "breaks-old-tls" }), alert: breaks("alert") },
  },
  "session-cross": {
    id: "session-cross",
    stands: ["path"],
    stoppedBy: ["sni-and-port"],
    variants: { "web-server": wire({ kind: "leads-elsewhere" }) },
  },
  smuggle: {
    id: "smuggle",
    stands: ["client"],
    stoppedBy: ["strict-line-ends"],
    variants: Object.fromEntries(Object.entries(smugglings).map(([id, inbound]) => [id, { inbound }])),
  },
  target: {
    id: "target",
    stands: ["path"],
    stoppedBy: [...proof, "patience"],
    wraps: "self-signed",
    variants: aimed(shows({ ...good, chain: "self-signed" }), [
      "domain",
      "sender",
      "recipient",
      "connection-1",
      "connection-2",
      "connections-from-2",
      "from-60",
      "until-60",
      "from-60-until-90",
    ]),
  },
  "read-at-hop": {
    id: "read-at-hop",
    stands: ["hop"],
    stoppedBy: ["sealing"],
    besides: ["altered", "sealed", "sealed-altered"],
    variants: {
      plain: { hop: "reads" },
      altered: { hop: "alters" },
      sealed: { hop: "reads", author: pinned },
      "sealed-altered": { hop: "alters", author: pinned },
      "sealed-replaced": { hop: "replaces", author: pinned },
    },
  },
  "redirect-sealed": {
    id: "redirect-sealed",
    stands: ["dns"],
    stoppedBy: ["sealing", "dnssec", "mta-sts", "rule"],
    variants: dressed({ dns: { of: "mx", how: "forged" }, ...shows(good), author: pinned }),
  },
  "forged-key": {
    id: "forged-key",
    stands: ["dns", "web", "hop"],
    stoppedBy: ["dnssec", "pinned-keys", "proven-keys"],
    besides: ["careless", "web-self-signed", "pinned"],
    variants: {
      ...dressed(planted(careful, { of: "dns" })),
      careless: planted({ ...careful, isCareless: true }, { of: "dns" }),
      "web-self-signed": planted(careful, onWeb({ ...good, chain: "self-signed" })),
      "web-other-name": planted(careful, onWeb(ownName)),
      // WebPKI alone vouches for what the web says of an unsigned domain, as it does for MTA-STS.
      "web-forged-ca": planted(careful, onWeb(good)),
      pinned: planted(pinned, { of: "dns" }, onWeb(good)),
    },
  },
};

export const attackIds = Object.keys(catalogue) as readonly AttackId[];

/** The ways in which a forged answer is dressed up where answers are signed: none fools anyone. */
function dressed(effect: AttackEffect): Attack["variants"] {
  return { bare: effect, "old-signature": effect, "own-key": effect, "unsigned-zone": effect };
}

function aimed(effect: AttackEffect, aims: readonly string[]): Attack["variants"] {
  const parsed = aims.flatMap((text) => parseAim(text) ?? []);
  return Object.fromEntries(parsed.map((aim) => [aimName(aim), { ...effect, aim }]));
}

/**
 * An attack in one of its variants, written `strip-ehlo:helo`; the first variant goes by the bare id. An aimed one names what it wraps, and
 * last its aim: `target:strip-ehlo:helo:sender`.
 */
export interface ChosenAttack {
  readonly name: string;
  readonly attack: Attack;
  readonly variant: string;
  readonly effect: AttackEffect;
  /** What an aimed attack consists of. */
  readonly wrapped?: ChosenAttack;
  /** Where it has a column of the matrix, at these receivers alone. */
  readonly shownAt?: readonly ReceiverId[];
}

/** Undefined if there is none of that name. */
export function chooseAttack(name: string): ChosenAttack | undefined {
  const [id = "", ...rest] = name.split(":");
  const attack = Object.hasOwn(catalogue, id) ? catalogue[id as AttackId] : undefined;
  if (attack === undefined) return undefined;
  if (attack.wraps !== undefined) {
    const chosen = chooseAimed(attack, attack.wraps, rest);
    return typeof chosen === "string" ? undefined : chosen;
  }
  const [first] = Object.keys(attack.variants);
  const variant = rest.length === 0 ? first : rest.join(":");
  if (variant === undefined || !Object.hasOwn(attack.variants, variant)) return undefined;
  const effect = attack.variants[variant];
  if (effect === undefined) return undefined;
  return { name: variant === first ? attack.id : `${attack.id}:${variant}`, attack, variant, effect };
}

/** Why an attack cannot be aimed so. */
export type AimFault =
  /** There is no such attack, or no such aim. */
  | "unknown"
  /** It is an aimed one itself. */
  | "aimed-twice"
  /** It is made at the sender's own door, where a client brings its own mail and there is nobody else to spare. */
  | "at-own-door";

/** Undefined if the name is of an attack that is aimed, or of none that is meant to be. */
export function aimFault(name: string): AimFault | undefined {
  const [id = "", ...rest] = name.split(":");
  const { wraps } = Object.hasOwn(catalogue, id) ? catalogue[id as AttackId] : { wraps: undefined };
  const chosen = wraps === undefined ? undefined : chooseAimed(catalogue[id as AttackId], wraps, rest);
  return typeof chosen === "string" ? chosen : undefined;
}

function chooseAimed(attack: Attack, wraps: AttackId, rest: readonly string[]): ChosenAttack | AimFault {
  const last = parseAim(rest.at(-1) ?? "");
  const inner = last === undefined ? rest : rest.slice(0, -1);
  const aim: Aim = last ?? { kind: "domain" };
  if (inner[0] === attack.id) return "aimed-twice";
  const wrapped = chooseAttack(inner.length === 0 ? wraps : inner.join(":"));
  if (wrapped === undefined) return "unknown";
  if (wrapped.effect.inbound !== undefined) return "at-own-door";
  const isUsual = wrapped.name === wraps;
  const parts = [...(isUsual ? [] : [wrapped.name]), ...(isUsual && aim.kind === "domain" ? [] : [aimName(aim)])];
  return {
    name: [attack.id, ...parts].join(":"),
    attack,
    variant: aimName(aim),
    effect: { ...wrapped.effect, aim },
    wrapped,
  };
}

/** Every variant of every attack, by name. */
export function everyAttack(): readonly ChosenAttack[] {
  return attackIds.flatMap((id) =>
    Object.keys(catalogue[id].variants).flatMap((variant) => chooseAttack(`${id}:${variant}`) ?? []),
  );
}

/**
 * The columns of the matrix: each attack, those variants that come out differently with some sender, and of aimed ones some of each kind, at
 * receivers that tell the difference.
 */
export function usualAttacks(): readonly ChosenAttack[] {
  const usual = new Set<string>(attackIds);
  for (const name of alsoUsual) usual.add(name);
  const shown = everyAttack().filter(({ name }) => usual.has(name));
  return [
    ...shown.map((chosen) => (isAboutSealing(chosen) ? { ...chosen, shownAt: tellingReceivers } : chosen)),
    ...usualAims(),
  ];
}

/** How mail gets to a hop, the attacks on the way show for every receiver: of sealed mail some receivers tell all. */
function isAboutSealing({ effect }: ChosenAttack): boolean {
  return effect.author !== undefined || effect.hop === "alters";
}

function usualAims(): readonly ChosenAttack[] {
  return alsoAimed.flatMap((name) => {
    const chosen = chooseAttack(name);
    return chosen === undefined ? [] : [{ ...chosen, shownAt: tellingReceivers }];
  });
}

/** At least one attack for each kind of aim. */
const alsoAimed = [
  "target:strip-ehlo:domain",
  "target:strip-ehlo:sender",
  "target:self-signed:recipient",
  "target:reset-handshake:connection-1",
  "target:strip-ehlo:connections-from-2",
  "target:spoof-mx:from-60",
  "target:refuse-starttls:until-60",
] as const;

const tellingReceivers: readonly ReceiverId[] = [
  "opportunistic",
  "signed",
  "remembered",
  "ruled",
  "ruled-ca",
  "dane-ee",
  "sts-enforce",
  "requiretls",
];

const alsoUsual = [
  "refuse-starttls:502",
  "garble-handshake:silence",
  "inject-response:whole-session",
  "strip-tlsa:absent",
  "block-sts:later",
  "downgrade-tls:alert",
  "read-at-hop:altered",
  "read-at-hop:sealed",
  "read-at-hop:sealed-altered",
  "read-at-hop:sealed-replaced",
  "forged-key:careless",
  "forged-key:web-self-signed",
  "forged-key:web-forged-ca",
  "forged-key:pinned",
] as const;
