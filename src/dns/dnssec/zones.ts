/**
 * From a trust anchor down to the zone that a name lies in, with the keys of each zone on the way (RFC 4035 §5.2, §5.4).
 *
 * The way goes label by label. Where the closest known zone says, signed, that the next name has
 *   a DS record        the name begins a zone, whose DNSKEY must be signed by a key that the DS stands for;
 *   NS but no DS       the name begins a zone that is not signed: what is below is insecure;
 *   neither            the name belongs to the same zone, and the way goes on;
 *   no existence       there is nothing below, and the way ends here.
 * What was found at a name is kept for as long as its records last, and whoever needs it while it is being found waits for the
 * same finding. Time is the monotonic clock's, so that setting the wall clock ages nothing; signatures alone look at the wall clock.
 */
import { limits } from "../../base/index.ts";
import { lastLabels, labelCount } from "../name.ts";
import { parentName, type WireName } from "../wire.ts";
import { findCut, findKeys, type Asking, type Cut, type Found, type OpenZone, type SecureZone } from "./cuts.ts";
import { Gaps } from "./gaps.ts";
import { Kept } from "./kept.ts";
import { validatorLimits } from "./limits.ts";
import { reason } from "./reasons.ts";
import type { ProofStep, TrustAnchor, ValidatorOptions } from "./types.ts";
import type { Checks, Remembered } from "./verify.ts";
import type { Work } from "./work.ts";

/** Names that are known not to begin a secure zone: most of those that are asked about. */
const cutsPerZone = 3;

/** What counts as proof, whatever the question is. */
export type Rules = Pick<Checks, "suite" | "nsec3IterationsMax">;

export class Zones {
  readonly #options: ValidatorOptions;
  readonly #rules: Rules;
  readonly #zones: Kept<WireName, Cut>;
  readonly #cuts: Kept<WireName, Cut>;
  readonly remembered: Remembered;
  readonly gaps: Gaps;
  readonly #underWay = new Map<WireName, { readonly finding: Promise<Cut>; readonly work: Work }>();
  #anchors: readonly TrustAnchor[] = [];
  #anchorZones: ReadonlySet<WireName> = new Set();

  constructor(options: ValidatorOptions, rules: Rules) {
    this.#options = options;
    this.#rules = rules;
    const zonesMax = options.zonesKeptMax ?? validatorLimits.zonesKeptMax;
    this.#zones = new Kept(options.clock, zonesMax);
    this.#cuts = new Kept(options.clock, zonesMax * cutsPerZone);
    this.gaps = new Gaps(options.clock);
    this.remembered = new Kept(options.clock, validatorLimits.signaturesRememberedMax);
  }

  /** The zone of the closest trust anchor at or above a name (RFC 6840 §C.2); undefined if there is none. */
  anchorAbove(name: WireName): WireName | undefined {
    this.#readAnchors();
    let at: WireName | undefined = name;
    while (at !== undefined && !this.#anchorZones.has(at)) at = parentName(at);
    return at;
  }

  /** The zone that begins at a name, if its chain is at hand. */
  known(name: WireName): SecureZone | undefined {
    this.#readAnchors();
    const zone = this.#zones.get(name);
    return zone?.kind === "secure" ? zone : undefined;
  }

  /** The closest zone at or above a name, as far as a chain leads there. */
  async enclosing(name: WireName, work: Work): Promise<SecureZone | OpenZone> {
    const anchor = this.anchorAbove(name);
    if (anchor === undefined) return unanchored;
    const top = await this.#find(anchor, (asking) => this.#anchored(anchor, asking), work);
    if (!isZone(top)) throw new Error("a trust anchor is a zone");
    let zone: SecureZone | OpenZone = top;
    const depth = labelCount(name);
    for (let labels = labelCount(anchor) + 1; labels <= depth && zone.kind === "secure"; labels++) {
      const parent: SecureZone = zone;
      const at = lastLabels(name, labels);
      const cut = await this.#find(at, (asking) => findCut(at, parent, asking), work);
      if (cut.kind === "absent") break;
      if (isZone(cut)) zone = cut;
    }
    return zone;
  }

  async #find(name: WireName, find: (asking: Asking) => Promise<Found>, work: Work): Promise<Cut> {
    const known = this.#zones.get(name) ?? this.#cuts.get(name);
    if (known !== undefined) return known;
    for (let others = this.#underWay.get(name); others !== undefined; others = this.#underWay.get(name)) {
      const cut = await others.finding;
      // That another question had used up what it may cost is not this one's fault.
      if (!isBroken(cut) || !others.work.exhausted) return cut;
    }
    return this.#findNow(name, find, work);
  }

  async #findNow(name: WireName, find: (asking: Asking) => Promise<Found>, work: Work): Promise<Cut> {
    const { ask, clock } = this.#options;
    const now = Math.floor(clock.now() / 1000);
    const anchors = this.#anchors;
    const finding = find({ ...this.#rules, ask, work, now, remembered: this.remembered }).then(
      ({ cut, ttlSeconds }) => {
        const shelf = cut.kind === "secure" ? this.#zones : this.#cuts;
        // What was believed because of anchors that have changed meanwhile is not kept; nor is a failure for want of work, or
        // one question that costs much could make a zone fail for all others.
        if (anchors === this.#anchors && !(isBroken(cut) && work.exhausted))
          shelf.put(name, cut, Math.min(ttlSeconds, limits.dnsTtlMaxSeconds) * 1000);
        return cut;
      },
    );
    const underWay = { finding, work };
    this.#underWay.set(name, underWay);
    try {
      return await finding;
    } finally {
      if (this.#underWay.get(name) === underWay) this.#underWay.delete(name);
    }
  }

  async #anchored(zone: WireName, asking: Asking): Promise<Found> {
    const anchors = this.#anchors.filter((anchor) => anchor.zone === zone);
    const proof = anchors.map((anchor): ProofStep => ({
      kind: "anchor",
      zone,
      owner: zone,
      type: "DNSKEY",
      keyTag: anchor.keyTag,
      algorithm: anchor.algorithm,
    }));
    const found = await findKeys(zone, anchors, { proof, ttlSeconds: limits.dnsTtlMaxSeconds }, asking);
    const { cut } = found;
    if (cut.kind !== "secure") return found;
    // An anchor for a key that the zone does not have yet, or any more, proves nothing.
    const isIdle = ({ kind, keyTag = -1, algorithm = -1 }: ProofStep): boolean =>
      kind === "anchor" && cut.keys.find(keyTag, algorithm).length === 0;
    return { ...found, cut: { ...cut, proof: cut.proof.filter((step) => !isIdle(step)) } };
  }

  /** Nothing that was proven under other anchors is believed any longer. */
  #readAnchors(): void {
    const anchors = this.#options.anchors();
    if (anchors === this.#anchors || isSame(anchors, this.#anchors)) return;
    this.#anchors = anchors;
    this.#anchorZones = new Set(anchors.map((anchor) => anchor.zone));
    this.#zones.clear();
    this.#cuts.clear();
    this.#underWay.clear();
  }
}

const unanchored: OpenZone = {
  kind: "insecure",
  reason: reason("no-anchor", "No trust anchor covers this name, so that nothing about it can be proven."),
  proof: [],
};

function isZone(cut: Cut): cut is SecureZone | OpenZone {
  return cut.kind !== "no-cut" && cut.kind !== "absent";
}

function isBroken({ kind }: Cut): boolean {
  return kind === "bogus" || kind === "indeterminate";
}

function isSame(a: readonly TrustAnchor[], b: readonly TrustAnchor[]): boolean {
  const same = (one: TrustAnchor, other: TrustAnchor | undefined): boolean =>
    other !== undefined &&
    one.zone === other.zone &&
    one.keyTag === other.keyTag &&
    one.algorithm === other.algorithm &&
    one.digestType === other.digestType &&
    Buffer.compare(one.digest, other.digest) === 0;
  return a.length === b.length && a.every((anchor, index) => same(anchor, b[index]));
}
