/**
 * Who vouches for a set of records, or for an absence: the zone that is named as signer, if the chain leads there; and if nobody
 * is named, whether that is as it should be (RFC 4035 §5, RFC 6840 §5).
 */
import { limits } from "../../base/index.ts";
import { labelCount, lastLabels } from "../name.ts";
import { isWithin, parentName, rootName, typeCode, type WireName } from "../wire.ts";
import type { OpenZone, SecureZone } from "./cuts.ts";
import { gatherDenials, proven, type Denials, type GatheredDenials } from "./denial.ts";
import { validatorLimits } from "./limits.ts";
import type { DenialProver } from "./proofs.ts";
import { reason } from "./reasons.ts";
import type { RecordSet, RecordSets } from "./rrsets.ts";
import type { ProofStep, StatusReason } from "./types.ts";
import { checkSet, type Checks } from "./verify.ts";
import type { Zones } from "./zones.ts";

export interface Finding {
  readonly status: "secure" | OpenZone["kind"];
  readonly reason: StatusReason;
  readonly proof: readonly ProofStep[];
  readonly ttlSeconds: number;
  readonly failure?: OpenZone["failure"];
}

export interface Absence extends Finding {
  /** As it was proven; as it was said, where nothing can be proven. */
  readonly kind: "nodata" | "nxdomain";
}

export class Voucher {
  readonly #zones: Zones;
  readonly #checks: Checks;
  /** What each message's records of absence are worth for a zone: checked once, however many sets need them. */
  readonly #denials = new WeakMap<RecordSets, Map<WireName, Denials>>();

  constructor(zones: Zones, checks: Checks) {
    this.#zones = zones;
    this.#checks = checks;
  }

  /** `authorities` may have to prove that nothing is closer than a wildcard. */
  async records(set: RecordSet, authorities: RecordSets, kind: "answer" | "alias"): Promise<Finding> {
    const signers = this.#signers(set.name, set.code, [set]);
    let fault: Finding | undefined;
    for (const signer of signers) {
      const zone = await this.#zones.enclosing(signer, this.#checks.work);
      if (zone.kind !== "secure") return open(zone, set.ttlSeconds);
      if (zone.zone !== signer) continue;
      const finding = this.#signedRecords(set, zone, authorities, kind);
      if (finding.status !== "bogus") return finding;
      fault = finding;
    }
    if (fault !== undefined) return fault;
    const zone = await this.#zones.enclosing(home(set.name, set.code), this.#checks.work);
    if (zone.kind !== "secure") return open(zone, set.ttlSeconds);
    const text = `The zone ${zone.zone} is signed, but its ${set.type} records at ${set.name} came without a signature of its own.`;
    return bogus(reason("signature-missing", text), zone.proof);
  }

  /** That `name` has no records of a type, or does not exist. */
  async absence(name: WireName, code: number, said: Absence["kind"], authorities: RecordSets): Promise<Absence> {
    const sets = [types.nsec, types.nsec3, types.soa].flatMap((type) => authorities.ofType(type));
    const unproven = unprovenTtl(name, authorities);
    let fault: Absence | undefined;
    for (const signer of this.#signers(name, code, sets)) {
      const zone = await this.#zones.enclosing(signer, this.#checks.work);
      if (zone.kind !== "secure") return { kind: said, ...open(zone, unproven) };
      if (zone.zone !== signer) continue;
      const finding = this.#signedAbsence(name, code, said, authorities, zone);
      if (finding.status !== "bogus") return finding;
      fault = finding;
    }
    if (fault !== undefined) return fault;
    const zone = await this.#zones.enclosing(home(name, code), this.#checks.work);
    if (zone.kind !== "secure") return { kind: said, ...open(zone, unproven) };
    const text = `The zone ${zone.zone} is signed, but the answer proves nothing about the absence at ${name}.`;
    return { kind: said, ...bogus(reason("denial-missing", text), zone.proof) };
  }

  /** What is known of a name without a question (RFC 8198). */
  absenceKnown(name: WireName, code: number): Absence | undefined {
    if (unforeseeable.has(code)) return undefined;
    const known = this.#zones.gaps.prove(name, code, home(name, code));
    const zone = known === undefined ? undefined : this.#zones.known(known.zone);
    // Below a closer trust anchor, what the zones above it say is nothing to go by.
    if (known === undefined || zone === undefined) return undefined;
    if (!isWithin(known.zone, this.#zones.anchorAbove(home(name, code)) ?? name)) return undefined;
    const { kind, proven: proof, steps, ttlSeconds } = known;
    const detail = `${proof.detail}, known before`;
    return {
      kind,
      status: proof.status,
      reason: complete,
      proof: [...zone.proof, ...detailed(steps, detail)],
      ttlSeconds,
    };
  }

  #signedRecords(set: RecordSet, zone: SecureZone, authorities: RecordSets, kind: "answer" | "alias"): Finding {
    const checked = checkSet(set, zone.zone, zone.keys, this.#checks);
    if (!checked.ok) return bogus(checked.reason, zone.proof);
    const { keyTag, algorithm, expiresAt, ttlSeconds, closestEncloser } = checked;
    const common = { zone: zone.zone, owner: set.name, type: set.type, keyTag, algorithm, expiresAt };
    if (closestEncloser === undefined) {
      return { status: "secure", reason: complete, proof: [...zone.proof, { kind, ...common }], ttlSeconds };
    }
    const denials = this.#gathered(authorities, zone);
    if (!denials.ok) return bogus(denials.reason, zone.proof);
    const proof = proven(denials.provers, (prover) => prover.noCloser(set.name, closestEncloser));
    if (proof === undefined) {
      const text = `The records at ${set.name} were made by a wildcard, and nothing proves that the name itself does not exist.`;
      return bogus(reason("wildcard-unproven", text), zone.proof);
    }
    return {
      status: proof.status,
      reason: proof.status === "secure" ? complete : openProof(proof.detail),
      proof: [...zone.proof, { kind, ...common, detail: "wildcard" }, ...detailed(denials.steps, proof.detail)],
      ttlSeconds: Math.min(ttlSeconds, denials.ttlSeconds),
    };
  }

  #signedAbsence(
    name: WireName,
    code: number,
    said: Absence["kind"],
    authorities: RecordSets,
    zone: SecureZone,
  ): Absence {
    const denials = this.#gathered(authorities, zone);
    if (!denials.ok) return { kind: said, ...bogus(denials.reason, zone.proof) };
    const { provers } = denials;
    const nxdomain = said === "nxdomain" ? proven(provers, (prover) => prover.nxdomain(name)) : undefined;
    // Some servers say NXDOMAIN of a name that only has names below it: what is proven counts (RFC 8020 §2).
    const proof = nxdomain ?? proven(provers, (prover) => prover.nodata(name, code));
    const kind = nxdomain === undefined ? "nodata" : "nxdomain";
    if (proof === undefined) {
      const cut = delegationAbove(home(name, code), zone.zone, provers);
      if (cut !== undefined) return { kind: said, ...this.#belowCut(zone, denials, cut) };
      const what = said === "nxdomain" ? `${name} does not exist` : `${name} has no such record`;
      const text = `The zone ${zone.zone} does not prove that ${what}.`;
      return { kind: said, ...bogus(reason("denial-missing", text), zone.proof) };
    }
    if (proof.status === "secure")
      this.#zones.gaps.remember(zone.zone, denials.nsec, denials.steps, denials.ttlSeconds);
    return {
      kind: proof.status === "secure" ? kind : said,
      status: proof.status,
      reason: proof.status === "secure" ? complete : openProof(proof.detail),
      proof: [...zone.proof, ...detailed(denials.steps, proof.detail)],
      ttlSeconds: denials.ttlSeconds,
    };
  }

  #gathered(authorities: RecordSets, zone: SecureZone): Denials {
    const zones = this.#denials.get(authorities) ?? new Map<WireName, Denials>();
    this.#denials.set(authorities, zones);
    const gathered = zones.get(zone.zone) ?? gatherDenials(authorities, zone, this.#checks, "checked");
    zones.set(zone.zone, gathered);
    return gathered;
  }

  /** A server that has both sides of a cut answers for the unsigned side with the signed side's proof that it is unsigned. */
  #belowCut(zone: SecureZone, { steps, ttlSeconds }: GatheredDenials, cut: string): Finding {
    const proof = steps.map((step): ProofStep => ({ ...step, kind: "insecure-delegation", detail: cut }));
    const why = reason(
      "insecure-delegation",
      `The zone ${zone.zone} says, signed, that a zone below it is not signed.`,
    );
    return { status: "insecure", reason: why, proof: [...zone.proof, ...proof], ttlSeconds };
  }

  /**
   * The zones that may have signed at `name` and say that they did, the closest first. One above the closest trust anchor has no
   * say: that nothing is known about it must not undo what is known below.
   */
  #signers(name: WireName, code: number, sets: readonly RecordSet[]): readonly WireName[] {
    const place = home(name, code);
    const anchor = this.#zones.anchorAbove(place);
    if (anchor === undefined) return [];
    const named = new Set(sets.flatMap((set) => set.signatures.map((signature) => signature.signer)));
    return [...named]
      .filter((signer) => isWithin(place, signer) && isWithin(signer, anchor))
      .toSorted((a, b) => labelCount(b) - labelCount(a))
      .slice(0, validatorLimits.signersPerSetMax);
  }
}

const types = { soa: 6, ds: 43, rrsig: 46, nsec: 47, nsec3: 50, any: typeCode("ANY") } as const;

/** Types about which a type bitmap does not tell everything. */
const unforeseeable: ReadonlySet<number> = new Set([types.rrsig, types.nsec, types.nsec3, types.any]);

/** The name whose zone holds the records: for DS the delegating side (RFC 4035 §2.4). */
function home(name: WireName, code: number): WireName {
  return code === types.ds ? (parentName(name) ?? rootName) : name;
}

/** The proof that the name lies in a zone that is delegated without DS. */
function delegationAbove(name: WireName, zone: WireName, provers: readonly DenialProver[]): string | undefined {
  for (let labels = labelCount(zone) + 1; labels <= labelCount(name); labels++) {
    const cut = proven(provers, (prover) => prover.cut(lastLabels(name, labels)));
    if (cut?.kind === "delegation") return cut.detail;
  }
  return undefined;
}

const complete = reason("chain-complete", "Every link is signed, from the trust anchor down to the answer.");

function openProof(detail: string): StatusReason {
  return detail.includes("iterations")
    ? reason("nsec3-iterations", "The zone's proof asks for more hash iterations than are safe to compute.")
    : reason("opt-out", "The zone leaves names that are not signed out of its proofs, and this may be one.");
}

function open({ kind, reason, proof, failure }: OpenZone, ttlSeconds: number): Finding {
  return { status: kind, reason, proof, ttlSeconds, ...(failure === undefined ? {} : { failure }) };
}

function bogus(reason: StatusReason, proof: readonly ProofStep[]): Finding {
  return { status: "bogus", reason, proof, ttlSeconds: limits.dnsFailureTtlSeconds, failure: "bogus" };
}

function detailed(steps: readonly ProofStep[], detail: string): readonly ProofStep[] {
  return steps.map((step) => ({ ...step, detail }));
}

/** RFC 2308 §5; an absence without SOA is kept about as long as a failure. */
function unprovenTtl(name: WireName, authorities: RecordSets): number {
  for (const set of authorities.ofType(types.soa)) {
    const [record] = set.records;
    if (record?.data.type !== "SOA" || !isWithin(name, set.name)) continue;
    return Math.min(set.ttlSeconds, record.data.minimum, limits.dnsNegativeTtlMaxSeconds);
  }
  return limits.dnsFailureTtlSeconds;
}
