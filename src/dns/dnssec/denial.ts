/** The records of absence that one message brought for one zone, checked, and what they prove together (RFC 4035 §5.4). */
import { limits } from "../../base/index.ts";
import type { WireName } from "../wire.ts";
import { validatorLimits } from "./limits.ts";
import { NsecProver, type NsecFact } from "./nsec.ts";
import { nsec3Prover, type Nsec3Fact } from "./nsec3.ts";
import type { DenialProver } from "./proofs.ts";
import { reason } from "./reasons.ts";
import type { RecordSet, RecordSets } from "./rrsets.ts";
import type { ProofStep, StatusReason } from "./types.ts";
import { checkSet, type Checks, type Signed } from "./verify.ts";
import type { KeySet } from "./keys.ts";

export type Denials = GatheredDenials | { readonly ok: false; readonly reason: StatusReason };

export interface GatheredDenials {
  readonly ok: true;
  readonly provers: readonly DenialProver[];
  /** Seconds; of the records that prove, capped by what the zone says of absences (RFC 2308 §5, RFC 9077). */
  readonly ttlSeconds: number;
  readonly steps: readonly ProofStep[];
  readonly nsec: readonly NsecFact[];
}

/**
 * Whatever the zone is named as signer of must be signed by it: a record of absence with a broken signature spoils the answer,
 * even if the others would do. Records of other zones, and those that a wildcard made, say nothing.
 *
 * The zone's SOA proves nothing. In an answer it must be good all the same, for it says how long the absence lasts (RFC 4035
 * §3.2.3: "any relevant negative response RRs"); on the way to an answer it is passed over (RFC 4035 §5.2 asks for the NSEC alone).
 */
export function gatherDenials(
  authority: RecordSets,
  zone: { readonly zone: WireName; readonly keys: KeySet },
  checks: Checks,
  soa: "checked" | "passed-over",
): Denials {
  const nsec: NsecFact[] = [];
  const nsec3: Nsec3Fact[] = [];
  const steps: ProofStep[] = [];
  let ttlSeconds: number = limits.dnsNegativeTtlMaxSeconds;
  const denials = [...authority.ofType(types.nsec), ...authority.ofType(types.nsec3)];
  const apex = soa === "checked" ? authority.get(zone.zone, types.soa) : undefined;
  const sets = [
    ...denials.filter((set) => set.signatures.some(({ signer }) => signer === zone.zone)),
    ...(apex === undefined ? [] : [apex]),
  ];
  if (sets.length > validatorLimits.denialsPerMessageMax) return { ok: false, reason: tooMany };
  for (const set of sets) {
    const checked = checkSet(set, zone.zone, zone.keys, checks);
    if (!checked.ok) return checked;
    if (checked.closestEncloser !== undefined) continue;
    ttlSeconds = Math.min(ttlSeconds, checked.ttlSeconds);
    for (const { data } of set.records) {
      if (data.type === "NSEC") nsec.push({ owner: set.name, data });
      else if (data.type === "NSEC3") nsec3.push({ owner: set.name, data });
      else if (data.type === "SOA") ttlSeconds = Math.min(ttlSeconds, data.minimum);
    }
    if (set.code !== types.soa) steps.push(stepOf(zone.zone, set, checked));
  }
  const hashed = nsec3Prover(zone.zone, nsec3, checks);
  const provers = [
    ...(nsec.length > 0 ? [new NsecProver(zone.zone, nsec)] : []),
    ...(hashed === undefined ? [] : [hashed]),
  ];
  return { ok: true, provers, ttlSeconds, steps, nsec };
}

/** What the first of the provers that can prove it proves. */
export function proven<T>(
  provers: readonly DenialProver[],
  prove: (prover: DenialProver) => T | undefined,
): T | undefined {
  for (const prover of provers) {
    const proof = prove(prover);
    if (proof !== undefined) return proof;
  }
  return undefined;
}

const types = { soa: 6, nsec: 47, nsec3: 50 } as const;

const tooMany = reason("work-limit", "The answer has more records of absence than an honest zone needs.");

function stepOf(zone: WireName, set: RecordSet, { keyTag, algorithm, expiresAt }: Signed): ProofStep {
  return { kind: "denial", zone, owner: set.name, type: set.type, keyTag, algorithm, expiresAt };
}
