/** A whole internet from a seed: which zones there are, how each is signed, and what is wrong with it. */
import { createDice, type Dice } from "../dice.ts";
import { fillZone, nameZone, type Outline } from "./content.ts";
import type { Delegation, Denial, Fault, Landmarks, Signing, World, Zone } from "./shape.ts";
import { below } from "./shape.ts";
import { words } from "./words.ts";

/** About 130 zones, at most five levels below the root. */
export function planWorld(seed: number): World {
  const dice = createDice(seed, "plan");
  const root: Outline = {
    name: ".",
    parent: undefined,
    depth: 0,
    server: "nsd",
    signing: healthySigning(dice.fork("root"), 0),
    delegation: "sha256",
    faults: [],
  };
  const outlines: Outline[] = [root];
  for (let at = 0; at < outlines.length; at++) {
    const parent = outlines[at] as Outline;
    if (parent.server === "nobody") continue;
    const own = dice.fork(parent.name);
    for (const label of labelsFor(own, childCount(own, parent.depth))) {
      outlines.push(outline(own.fork(label), below(label, parent.name), parent));
    }
  }
  // Contents come last, for aliases point anywhere in the world.
  const landmarks = outlines.map((one) =>
    nameZone(
      createDice(seed, `names ${one.name}`),
      one,
      outlines.filter((other) => other.parent === one),
    ),
  );
  const moved = new Set(
    outlines.filter(({ name }, at) => landmarks[at]?.subtrees.includes(name)).map(({ name }) => name),
  );
  const made = new Map<string, Zone>();
  for (const [at, one] of outlines.entries()) {
    const parent = one.parent === undefined ? undefined : made.get(one.parent.name);
    const own = landmarks[at] as Landmarks;
    const records = fillZone(createDice(seed, `content ${one.name}`), one, own, landmarks, moved);
    made.set(one.name, { ...one, parent, records, landmarks: own });
  }
  return { seed, zones: [...made.values()] };
}

function childCount(dice: Dice, depth: number): number {
  switch (depth) {
    case 0:
      return 12;
    case 1:
      return dice.between(3, 7);
    case 2:
      return dice.weigh([
        [5, 0],
        [3, 1],
        [2, 3],
      ]);
    case 3:
    case 4:
      return dice.chance(0.35) ? 1 : 0;
    default:
      return 0;
  }
}

function labelsFor(dice: Dice, count: number): readonly string[] {
  const labels = new Set<string>();
  while (labels.size < count) labels.add(`${dice.pick(words)}${dice.chance(0.3) ? dice.below(100) : ""}`);
  return [...labels];
}

function outline(dice: Dice, name: string, parent: Outline): Outline {
  const { depth } = parent;
  const server: Zone["server"] = dice.chance(0.03) ? "nobody" : dice.pick(["knot", "nsd"] as const);
  const base = { name, parent, depth: depth + 1, server };
  // Whatever is below a broken zone is lost: the upper levels are mostly sound.
  const sound = depth === 0 ? 0.85 : 0.5;
  if (dice.chance(sound)) {
    return { ...base, signing: healthySigning(dice, depth + 1), delegation: healthyDelegation(dice), faults: [] };
  }
  // What only SHA-1 speaks for is judged differently by design: not so high up that a whole branch of the world hangs on it.
  const trouble = dice.weigh(depth === 0 ? troubles : [...troubles, ...sha1Troubles])(dice);
  // Knot DNS 3.2 dies of a zone whose NSEC3 records are gone while its NSEC3PARAM is still there.
  const holes = trouble.faults.some((fault) => fault === "drop-denial" || fault === "drop-all-denials");
  return { ...base, ...trouble, ...(holes && server === "knot" ? { server: "nsd" } : {}) };
}

type Trouble = (dice: Dice) => Pick<Outline, "delegation" | "faults"> & { readonly signing?: Signing };

const troubles: readonly (readonly [number, Trouble])[] = [
  // Without signatures, as most of the world is.
  [8, () => ({ delegation: "missing", faults: [] })],
  // Signed, but the parent does not say so.
  [4, (dice) => ({ signing: healthySigning(dice, 2), delegation: "missing", faults: [] })],
  // The parent says so, but it is not signed.
  [3, () => ({ delegation: "sha256", faults: [] })],
  [8, (dice) => ({ signing: healthySigning(dice, 2), delegation: dice.pick(oddDelegations), faults: [] })],
  [3, (dice) => ({ signing: { ...healthySigning(dice, 2), window: "expired" }, delegation: "sha256", faults: [] })],
  [2, (dice) => ({ signing: { ...healthySigning(dice, 2), window: "future" }, delegation: "sha256", faults: [] })],
  [
    3,
    (dice) => ({
      signing: { ...healthySigning(dice, 2), disguise: dice.pick([12, 17, 99, 200, 253, 254]) },
      delegation: "sha256",
      faults: [],
    }),
  ],
  [30, (dice) => ({ signing: healthySigning(dice, 2), delegation: healthyDelegation(dice), faults: someFaults(dice) })],
];

const sha1Troubles: readonly (readonly [number, Trouble])[] = [
  [1, (dice) => ({ signing: { ...healthySigning(dice, 2), algorithms: [7] }, delegation: "sha256", faults: [] })],
  [
    1,
    (dice) => ({
      signing: { ...healthySigning(dice, 2), algorithms: [5], denial: { kind: "nsec" } },
      delegation: "sha256",
      faults: [],
    }),
  ],
  [
    2,
    (dice) => ({
      signing: healthySigning(dice, 2),
      delegation: dice.pick(["sha1-only", "broken-sha1-and-sha256"] as const),
      faults: [],
    }),
  ],
];

const oddDelegations: readonly Delegation[] = [
  "wrong-digest",
  "wrong-tag",
  "wrong-algorithm",
  "unknown-algorithm",
  "unknown-digest",
  "zone-signing-key",
];

function healthyDelegation(dice: Dice): Delegation {
  return dice.weigh([
    [10, "sha256"],
    [3, "sha384"],
    [3, "sha256-and-sha384"],
    [2, "sha1-and-sha256"],
    [2, "right-and-wrong-key"],
    [2, "right-and-unknown-algorithm"],
    [2, "right-and-unknown-digest"],
    [2, "one-algorithm-of-several"],
  ]);
}

/** SEC-2. */
const algorithms = [8, 10, 13, 14, 15, 16] as const;

function healthySigning(dice: Dice, depth: number): Signing {
  const first = dice.pick(algorithms);
  const second = dice.pick(algorithms);
  const denial = healthyDenial(dice, depth);
  const many = denial.kind === "nsec3" && denial.iterations > 100;
  return {
    algorithms: dice.chance(0.12) && first !== second ? [first, second] : [first],
    split: dice.chance(0.6),
    denial,
    // BIND refuses to make more than 150 iterations.
    signer: many ? "ldns" : dice.pick(["ldns", "bind"] as const),
    window: "current",
  };
}

function healthyDenial(dice: Dice, depth: number): Denial {
  if (dice.chance(0.45)) return { kind: "nsec" };
  return {
    kind: "nsec3",
    // High up, too many iterations would make the greater part of the world insecure.
    iterations:
      depth < 2 ? dice.pick([0, 0, 1, 10, 100]) : dice.pick([0, 0, 0, 1, 5, 12, 50, 99, 100, 101, 150, 500, 2500]),
    salt: dice.chance(0.5) ? "-" : Buffer.from(dice.bytes(dice.between(1, 12))).toString("hex"),
    optOut: dice.chance(0.4),
  };
}

function someFaults(dice: Dice): readonly Fault[] {
  return Array.from({ length: dice.between(1, 3) }, () => dice.pick(faults));
}

export const faults: readonly Fault[] = [
  "flip-signature",
  "flip-signature",
  "drop-signature",
  "drop-signature",
  "change-data",
  "change-data",
  "add-data",
  "wrong-labels",
  "fewer-labels",
  "wrong-original-ttl",
  "longer-ttl",
  "wrong-signer",
  "wrong-key-tag",
  "wrong-signature-algorithm",
  "stretched-expiry",
  "expired-signature",
  "expired-signature",
  "future-signature",
  "extra-broken-signature",
  "extra-expired-signature",
  "drop-denial",
  "drop-denial",
  "drop-all-denials",
  "drop-denial-signature",
  "flip-denial-signature",
  "lie-in-bitmap",
  "lie-in-next-name",
  "drop-dnskey",
  "drop-dnskey-signature",
  "flip-dnskey-signature",
  "drop-zone-signing-key",
  "no-zone-key-flag",
  "wrong-protocol",
  "revoked",
  "extra-unsigned-key",
];
