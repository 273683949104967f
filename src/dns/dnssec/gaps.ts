/**
 * Absences that are known before they are asked about (RFC 8198): an NSEC record that proved one absence proves every other in its
 * gap. So the second host of a zone that has no TLSA costs no question. NSEC3 records are not kept: their gaps are hashes, with
 * opt-out they prove little, and looking them up costs more than it saves.
 */
import type { Clock } from "../../base/index.ts";
import { orderKey } from "../name.ts";
import { parentName, type WireName } from "../wire.ts";
import { Kept } from "./kept.ts";
import { validatorLimits } from "./limits.ts";
import { NsecProver, wildcardUnder, type NsecFact } from "./nsec.ts";
import type { Proven } from "./proofs.ts";
import type { ProofStep } from "./types.ts";

/** An NSEC record that its zone signed, and how that was shown. */
interface Gap {
  /** Of the owner. */
  readonly key: string;
  readonly fact: NsecFact;
  readonly step: ProofStep;
  /** On the monotonic clock, in milliseconds. */
  readonly expiresAt: number;
}

export interface KnownAbsence {
  readonly zone: WireName;
  readonly kind: "nodata" | "nxdomain";
  readonly proven: Proven;
  readonly steps: readonly ProofStep[];
  readonly ttlSeconds: number;
}

export class Gaps {
  readonly #clock: Pick<Clock, "monotonic">;
  /** Of each zone in the order of the owners. */
  readonly #zones: Kept<WireName, readonly Gap[]>;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#zones = new Kept(clock, validatorLimits.gapZonesKeptMax);
  }

  remember(zone: WireName, facts: readonly NsecFact[], steps: readonly ProofStep[], ttlSeconds: number): void {
    if (facts.length === 0 || ttlSeconds <= 0) return;
    const now = this.#clock.monotonic();
    const expiresAt = now + ttlSeconds * 1000;
    const found = facts.flatMap((fact): readonly Gap[] => {
      const step = steps.find(({ owner, type }) => owner === fact.owner && type === "NSEC");
      return step === undefined ? [] : [{ key: orderKey(fact.owner), fact, step, expiresAt }];
    });
    const before = (this.#zones.get(zone) ?? []).filter(
      (gap) => gap.expiresAt > now && found.every(({ key }) => key !== gap.key),
    );
    // Those that last longest stay.
    const most = [...found, ...before].toSorted((a, b) => b.expiresAt - a.expiresAt);
    const gaps = most.slice(0, validatorLimits.gapsPerZoneMax).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    this.#zones.put(zone, gaps, Math.max(...gaps.map((gap) => gap.expiresAt)) - now);
  }

  /** `home`: the name whose zone holds the records; for DS the parent's. */
  prove(name: WireName, code: number, home: WireName): KnownAbsence | undefined {
    for (let zone: WireName | undefined = home; zone !== undefined; zone = parentName(zone)) {
      const gaps = this.#zones.get(zone);
      const known = gaps === undefined ? undefined : this.#proveIn(zone, gaps, name, code);
      if (known !== undefined) return known;
    }
    return undefined;
  }

  #proveIn(zone: WireName, gaps: readonly Gap[], name: WireName, code: number): KnownAbsence | undefined {
    const now = this.#clock.monotonic();
    const around = gapAround(gaps, name);
    if (around === undefined) return undefined;
    const wildcard = around.fact.owner === name ? undefined : gapAround(gaps, wildcardUnder(around.fact, name));
    const used = wildcard === undefined || wildcard === around ? [around] : [around, wildcard];
    const ttlSeconds = Math.floor((Math.min(...used.map(({ expiresAt }) => expiresAt)) - now) / 1000);
    if (ttlSeconds <= 0) return undefined;
    const prover = new NsecProver(
      zone,
      used.map(({ fact }) => fact),
    );
    const nxdomain = prover.nxdomain(name);
    const proven = nxdomain ?? prover.nodata(name, code);
    if (proven === undefined) return undefined;
    const kind = nxdomain === undefined ? "nodata" : "nxdomain";
    return { zone, kind, proven, steps: used.map(({ step }) => step), ttlSeconds };
  }
}

/** The one whose owner is the name, or the last before it; whether the name lies in its gap is for the prover to see. */
function gapAround(gaps: readonly Gap[], name: WireName): Gap | undefined {
  const key = orderKey(name);
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((gaps[middle]?.key ?? "") <= key) low = middle + 1;
    else high = middle;
  }
  return gaps[low - 1];
}
