/** What the validator asks, and what it answers. Shapes only; no I/O. */
import type { Clock, DnsStatus, Instant, Result } from "../../base/index.ts";
import type { DnsFailure, RecordType } from "../types.ts";
import type { Message, ResourceRecord, WireName } from "../wire.ts";

/**
 * One question to an upstream that is not trusted, only asked: DO and CD set, RD set. The message is decoded and answers this very
 * question; nothing else about it is to be believed. Never rejects. `deadline` on the monotonic clock, in milliseconds.
 */
export type AskUpstream = (
  name: WireName,
  type: RecordType,
  deadline: number,
) => Promise<Result<Message, { readonly failure: DnsFailure; readonly detail: string }>>;

/** A key that is believed without proof, as the DS that stands for it (RFC 4034 §5). */
export interface TrustAnchor {
  readonly zone: WireName;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Uint8Array;
}

export interface ValidatorOptions {
  readonly ask: AskUpstream;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  /** Asked for each chain; the closest one above a name counts (RFC 6840 §C.2). */
  readonly anchors: () => readonly TrustAnchor[];
  /** Zones whose keys are kept; default `validatorLimits.zonesKeptMax`. Of names that begin no zone, three times as many are. */
  readonly zonesKeptMax?: number;
}

/** Why an answer has the status that it has. The codes are stable. */
export interface StatusReason {
  readonly code: string;
  /** One English sentence without control characters. */
  readonly text: string;
  /** The Extended DNS Error that says the same (RFC 8914), where there is one. */
  readonly ede?: number;
}

/** One step of "who vouches for this record", from the anchor down to the answer. Plain JSON. */
export interface ProofStep {
  readonly kind: "anchor" | "ds" | "dnskey" | "answer" | "alias" | "denial" | "insecure-delegation";
  readonly zone: string;
  /** What was signed: owner and type. */
  readonly owner: string;
  readonly type: string;
  /** The key that signed it. */
  readonly keyTag?: number;
  readonly algorithm?: number;
  /** When the signature runs out. */
  readonly expiresAt?: Instant;
  /** For denials: NSEC, NSEC3, opt-out, wildcard … */
  readonly detail?: string;
}

declare const brand: unique symbol;

/** An answer with its status. Only the validator makes one. */
export interface Validated {
  readonly [brand]: "Validated";
  readonly name: WireName;
  readonly type: RecordType;
  readonly status: DnsStatus;
  readonly kind: "records" | "nodata" | "nxdomain" | "failure";
  /** 0 to 4095: the upstream's own, but of an absence what was proven. */
  readonly rcode: number;
  /** Of the asked type (of all types for ANY), at the end of the aliases; without their signatures. */
  readonly records: readonly ResourceRecord[];
  /** The name that owns the records, or that is denied. */
  readonly owner: WireName;
  /** The aliases passed on the way, in order: `[asked name, …]`; empty if none. */
  readonly aliases: readonly WireName[];
  /** Seconds; capped by the signatures' original TTL and expiry (RFC 4035 §5.3.3). */
  readonly ttlSeconds: number;
  readonly reason: StatusReason;
  readonly proof: readonly ProofStep[];
  /** For `failure`. */
  readonly failure?: DnsFailure;
}

export interface Validator {
  /** Never rejects, never throws: whatever goes wrong is a status. */
  resolve(name: WireName, type: RecordType): Promise<Validated>;
}
