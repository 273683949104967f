/** What a proof of absence can say. Shapes only. */
import type { WireName } from "../wire.ts";

export interface Proven {
  /** Insecure: the proof holds only as far as opt-out lets it (RFC 5155 §9.2), or costs more than it may (RFC 9276 §3.2). */
  readonly status: "secure" | "insecure";
  /** In English, for the proof's steps. */
  readonly detail: string;
}

/** What stands at a name where a DS record was looked for. */
export interface CutProof {
  readonly kind:
    /** A delegation without DS: what is below is insecure. */
    | "delegation"
    /** The name belongs to the zone itself. */
    | "no-cut"
    /** Neither the name nor anything below it exists. */
    | "absent"
    /** There may be a delegation without DS, and the zone does not say (RFC 5155 §6). */
    | "opt-out"
    /** The proof has more iterations than are computed. */
    | "iterations";
  readonly detail: string;
}

/** Each answers undefined where the records at hand do not prove it. */
export interface DenialProver {
  nodata(name: WireName, code: number): Proven | undefined;
  nxdomain(name: WireName): Proven | undefined;
  noCloser(name: WireName, closestEncloser: WireName): Proven | undefined;
  cut(name: WireName): CutProof | undefined;
}
